"""Words and lines of speech: times made sane, missing word times estimated."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable

from shared.contracts.speech import Caption, Word

_SHORTEST_S = 0.02
_TOGETHER_S = _SHORTEST_S + 0.001
"""Lines that begin so close to each other would leave the first one no time of its own."""
_HALF_MS = 0.000_501
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

    The number says how many had to be moved. Dropped are words without text and those that begin behind the end, and
    no others: a word that lasts into the next ones gives way to them, and where many crowd they share the room.
    """
    kept = _in_order(words, start, end)
    first, last = math.ceil(start * 1000 - 1e-6), math.floor(end * 1000 + 1e-6)
    step = max(1, min(round(_SHORTEST_S * 1000), (last - first) // max(1, len(kept))))
    kept = kept[: max(0, (last - first) // step)]
    mended: list[Word] = []
    moved, at = 0, first
    for number, word in enumerate(kept):
        behind = len(kept) - number - 1
        begins = min(max(round(word.start * 1000), at), last - step * (behind + 1))
        follows = round(kept[number + 1].start * 1000) if behind else last
        limit = min(max(follows, begins + step), last - step * behind)
        ends = min(max(round(word.end * 1000), begins + step), limit)
        moved += abs(begins / 1000 - word.start) > _HALF_MS or abs(ends / 1000 - word.end) > _HALF_MS
        mended.append(word.model_copy(update={"start": begins / 1000, "end": ends / 1000}))
        at = ends
    return tuple(mended), moved


def _in_order(words: Iterable[Word], start: float, end: float) -> list[Word]:
    """Return the words that say something and begin before the end, cleaned, by their start; no time is no length."""
    kept: list[Word] = []
    for word in words:
        begins = word.start if math.isfinite(word.start) else kept[-1].start if kept else start
        ends = word.end if math.isfinite(word.end) else begins
        text = clean(word.text)
        if text and begins < end - 0.001:
            kept.append(word.model_copy(update={"text": text, "start": begins, "end": ends}))
    return sorted(kept, key=lambda word: word.start)


def mend_captions(captions: Iterable[Caption], duration: float) -> tuple[tuple[Caption, ...], int]:
    """Return the lines in order, inside the medium, none overlapping the next; and how many had to be changed.

    Lines that begin together are put together, and one that is there twice is there once. A line without an end gets
    one by its length. Every line gets words: its own, mended, or estimated ones.
    """
    lines = _merged(_inside(captions, duration))
    mended: list[Caption] = []
    changed = 0
    for number, line in enumerate(lines):
        limit = min(duration, lines[number + 1].start if number + 1 < len(lines) else duration)
        wanted = line.end if line.end > line.start else line.start + max(0.5, len(line.text) * _SECONDS_A_LETTER)
        start, end = round(line.start, 3), round(min(max(wanted, line.start + _SHORTEST_S), limit), 3)
        changed += abs(start - line.start) > _HALF_MS or abs(end - line.end) > _HALF_MS
        words, moved = mend_words(line.words, start, end)
        changed += moved > 0
        text = clean(line.text)
        words = words or mend_words(spread(text, start, end), start, end)[0]
        mended.append(Caption(text=text, start=start, end=end, words=words))
    return tuple(mended), changed


def _inside(captions: Iterable[Caption], duration: float) -> list[Caption]:
    """Return the lines that say something inside the medium, by their start; what lies before it begins with it."""
    lines = []
    for line in captions:
        past = 0 >= line.end > line.start
        if clean(line.text) and math.isfinite(line.start) and line.start < duration - _SHORTEST_S and not past:
            end = line.end if math.isfinite(line.end) else line.start
            lines.append(line.model_copy(update={"start": max(0.0, line.start), "end": end}))
    return sorted(lines, key=lambda line: (line.start, line.end))


def _merged(lines: Iterable[Caption]) -> list[Caption]:
    merged: list[Caption] = []
    for line in lines:
        last = merged[-1] if merged else None
        if last is not None and line.start < last.end and clean(line.text) == clean(last.text):
            merged[-1] = last.model_copy(update={"end": max(last.end, line.end)})
        elif last is not None and line.start - last.start < _TOGETHER_S:
            merged[-1] = _joined(last, line)
        else:
            merged.append(line)
    return merged


def _joined(first: Caption, second: Caption) -> Caption:
    words = (*first.words, *second.words) if first.words and second.words else ()
    end = max(first.end, second.end)
    return Caption(text=f"{first.text} {second.text}", start=first.start, end=end, words=words)
