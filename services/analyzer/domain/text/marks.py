"""What an editor may want to take out of speech: fillers, repeats, long pauses. Known by the words alone."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from services.analyzer.domain.text.hesitation import PHRASES, SMALL, SOUNDS, drawn_in, language_of, plain
from services.analyzer.domain.text.repeats import repeats
from services.analyzer.domain.text.sentences import sentence_ranges
from shared.contracts.speech import Mark, Word

LONG_PAUSE_S = 2.0
_APART_S = 0.15
_MARKS = tuple(",.;:!?…—–-")
_LONGEST_PHRASE = 3


def marks(words: Sequence[Word], language: str | None) -> tuple[Mark, ...]:
    """Return the marks in order. ``words`` are mended: in order and inside the medium."""
    said = [plain(word.text) for word in words]
    spoken = language_of(said, language)
    filler = _fillers(words, said, spoken)
    found = [
        *(_mark("filler", words[a:b]) for a, b in _together(filler)),
        *(_mark("repeat", words[a:b]) for a, b in repeats(words, said, filler, sentence_ranges(words), SMALL[spoken])),
        *_pauses(words),
    ]
    return tuple(sorted(found, key=lambda mark: (mark.start, mark.end)))


def _mark(kind: str, words: Sequence[Word]) -> Mark:
    text = " ".join(word.text for word in words)
    return Mark.model_validate({"kind": kind, "start": words[0].start, "end": words[-1].end, "detail": text[:200]})


def _fillers(words: Sequence[Word], said: Sequence[str], language: str) -> list[bool]:
    """Return for each word whether it is a filler, or part of one."""
    sounds = {drawn_in(sound) for sound in SOUNDS[language]}
    found = [bool(word) and drawn_in(word) in sounds and word not in SMALL[language] for word in said]
    for first in range(len(words)):
        for length in range(1, _LONGEST_PHRASE + 1):
            last = first + length
            if last <= len(words) and " ".join(said[first:last]) in PHRASES[language] and _alone(words, first, last):
                found[first:last] = [True] * length
    return found


def _alone(words: Sequence[Word], first: int, last: int) -> bool:
    """Tell whether a phrase stands by itself: a comma or a pause on both sides, or the edge of all that is said."""
    before = first == 0 or words[first - 1].text.endswith(_MARKS) or _apart(words, first)
    behind = last == len(words) or words[last - 1].text.endswith(_MARKS) or _apart(words, last)
    return before and behind


def _apart(words: Sequence[Word], at: int) -> bool:
    return words[at].start - words[at - 1].end >= _APART_S


def _together(filler: Sequence[bool]) -> Iterator[tuple[int, int]]:
    for is_filler, run in itertools.groupby(range(len(filler)), key=lambda at: filler[at]):
        if is_filler:
            numbers = list(run)
            yield numbers[0], numbers[-1] + 1


def _pauses(words: Sequence[Word]) -> Iterator[Mark]:
    for before, after in itertools.pairwise(words):
        gap = after.start - before.end
        if gap >= LONG_PAUSE_S:
            yield Mark(kind="long_pause", start=before.end, end=after.start, detail=f"{gap:.1f} s")
