"""Words and lines of speech: times made sane, missing word times estimated."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from shared.contracts.speech import Caption, Word

_SHORTEST_S = 0.02
_SECONDS_A_LETTER = 0.065
_MARKS = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
MAX_TEXT = 2000


def clean(text: str) -> str:
    """Return ``text`` on one line, without control characters and invisible direction marks, at most 2000 letters."""
    visible = "".join(" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in _MARKS.sub("", text))
    return " ".join(visible.split())[:MAX_TEXT]


def spread(text: str, start: float, end: float) -> tuple[Word, ...]:
    """Estimate word times inside a line: each word takes time by its letters, and one more for the gap behind it."""
    parts = text.split()
    weights = [len(part) + 1 for part in parts]
    total = sum(weights)
    at, words = 0, []
    for part, weight in zip(parts, weights, strict=True):
        words.append(
            Word(
                text=part,
                start=round(start + (end - start) * at / total, 3),
                end=round(start + (end - start) * (at + weight) / total, 3),
            )
        )
        at += weight
    return tuple(words)


def mend_words(words: Iterable[Word], start: float, end: float) -> tuple[tuple[Word, ...], int]:
    """Return the words inside ``start..end`` seconds, in order, none overlapping the next, none of no length.

    The number says how many had to be moved. Words without text are dropped, as are those that begin behind the end.
    """
    mended: list[Word] = []
    moved = 0
    at = start
    for word in sorted(words, key=lambda w: w.start):
        text = clean(word.text)
        if not text or word.start >= end - _SHORTEST_S or at >= end - _SHORTEST_S:
            continue
        begins = max(word.start, at)
        ends = min(max(word.end, begins + _SHORTEST_S), end)
        moved += abs(begins - word.start) > 1e-6 or abs(ends - word.end) > 1e-6
        mended.append(word.model_copy(update={"text": text, "start": round(begins, 3), "end": round(ends, 3)}))
        at = round(ends, 3)
    return tuple(mended), moved


def mend_captions(captions: Iterable[Caption], duration: float) -> tuple[tuple[Caption, ...], int]:
    """Return the lines in order, inside the medium, none overlapping the next; and how many had to be changed.

    Lines that begin together are put together. A line without an end gets one by its length. Every line gets words:
    its own, mended, or estimated ones.
    """
    lines = [line for line in _merged(captions) if line.start < duration - _SHORTEST_S]
    mended: list[Caption] = []
    changed = 0
    for number, line in enumerate(lines):
        start = max(0.0, line.start)
        limit = min(duration, lines[number + 1].start if number + 1 < len(lines) else duration)
        wanted = line.end if line.end > start else start + max(0.5, len(line.text) * _SECONDS_A_LETTER)
        end = min(wanted, limit)
        if end - start < _SHORTEST_S:
            changed += 1
            continue
        changed += abs(start - line.start) > 1e-6 or abs(end - line.end) > 1e-6
        words, moved = mend_words(line.words, start, end)
        changed += moved > 0
        text = clean(line.text)
        mended.append(
            Caption(text=text, start=round(start, 3), end=round(end, 3), words=words or spread(text, start, end))
        )
    return tuple(mended), changed


def _merged(captions: Iterable[Caption]) -> Sequence[Caption]:
    lines: list[Caption] = []
    for line in sorted(captions, key=lambda c: (c.start, c.end)):
        if not clean(line.text):
            continue
        if lines and line.start - lines[-1].start < 1e-3:
            lines.append(_joined(lines.pop(), line))
        else:
            lines.append(line)
    return lines


def _joined(first: Caption, second: Caption) -> Caption:
    words = (*first.words, *second.words) if first.words and second.words else ()
    end = max(first.end, second.end)
    return Caption(text=f"{first.text} {second.text}", start=first.start, end=end, words=words)
