"""What is said in a source, and where it may be cut without cutting a word."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from services.planner.domain.grid import EPSILON, Grid
from shared.contracts.speech import Caption, Transcript, Word

SENTENCE_PAUSE = 0.7
"""Seconds of pause that end a sentence whatever the punctuation says."""
LONGEST_SENTENCE = 15.0
_ENDINGS = (".", "!", "?", "…", "。", "！", "？", "؟", "।")
_CLOSERS = "\"'”’»)]}」』"


@dataclass(frozen=True, slots=True)
class Token:
    """The smallest thing that may not be cut: a word, or a whole caption whose words have no times of their own."""

    text: str
    start: float
    end: float
    word: Word | None

    @property
    def ends_sentence(self) -> bool:
        """Tell whether the punctuation says that a sentence ends here."""
        return self.text.rstrip(_CLOSERS).endswith(_ENDINGS)


@dataclass(frozen=True)
class Speech:
    """``sentence[i]`` is the number of the sentence that token ``i`` belongs to.

    ``slots`` are the closed ranges of frames that cut no word, sorted and disjoint. Words that meet without a gap of a
    whole frame between them share one slot of a single frame, at most half a frame inside either.
    """

    tokens: tuple[Token, ...]
    sentence: tuple[int, ...]
    slots: tuple[tuple[int, int], ...]

    @cached_property
    def starts(self) -> list[float]:
        """Start times of the tokens, sorted."""
        return [t.start for t in self.tokens]

    @cached_property
    def _lows(self) -> list[int]:
        return [low for low, _ in self.slots]

    def slot(self, frame: int) -> tuple[int, int] | None:
        """Return the range of harmless cuts that ``frame`` lies in, or None when it cuts a word."""
        at = bisect_right(self._lows, frame) - 1
        return self.slots[at] if at >= 0 and frame <= self.slots[at][1] else None

    def slots_between(self, low: int, high: int) -> list[tuple[int, int]]:
        """Return the slots that have a frame in the closed range, cut to it."""
        first = max(0, bisect_right(self._lows, low) - 1)
        last = bisect_right(self._lows, high)
        return [(max(a, low), min(b, high)) for a, b in self.slots[first:last] if b >= low]

    def between(self, start: float, end: float) -> range:
        """Return the indices of the tokens whose middle lies in the span."""
        first = bisect_right(self.starts, start) - 1
        while first > 0 and self.tokens[first - 1].end > start:
            first -= 1
        inside = [
            i
            for i in range(max(0, first), bisect_right(self.starts, end))
            if start <= (self.tokens[i].start + self.tokens[i].end) / 2 < end
        ]
        return range(inside[0], inside[-1] + 1) if inside else range(0)


def speech_of(transcript: Transcript, grid: Grid) -> Speech:
    """Return the speech inside the picture's extent: mended, sorted, in sentences."""
    begin, end = grid.seconds(0), grid.seconds(grid.frames)
    found = (t for caption in transcript.captions for t in _tokens(caption))
    clipped = (Token(t.text, max(t.start, begin), min(t.end, end), t.word) for t in found)
    kept = (t for t in clipped if t.end >= t.start and t.text)
    tokens = tuple(sorted(kept, key=lambda t: (t.start, t.end, t.text))) if transcript.status == "completed" else ()
    return Speech(tokens, _sentences(tokens), tuple(_slots(tokens, grid)))


def _tokens(caption: Caption) -> Iterable[Token]:
    if not caption.words:
        return [Token(" ".join(caption.text.split()), caption.start, caption.end, None)]
    return [Token(" ".join(w.text.split()), w.start, w.end, w) for w in caption.words]


def _sentences(tokens: tuple[Token, ...]) -> tuple[int, ...]:
    numbers: list[int] = []
    number, since = 0, 0.0
    for i, token in enumerate(tokens):
        before = tokens[i - 1] if i else None
        if before is None:
            since = token.start
        elif before.ends_sentence or token.start - before.end >= SENTENCE_PAUSE or token.end - since > LONGEST_SENTENCE:
            number, since = number + 1, token.start
        numbers.append(number)
    return tuple(numbers)


def _slots(tokens: tuple[Token, ...], grid: Grid) -> list[tuple[int, int]]:
    blocks: list[tuple[float, float]] = []
    for token in tokens:
        if blocks and token.start < blocks[-1][1] - EPSILON:
            blocks[-1] = (blocks[-1][0], max(blocks[-1][1], token.end))
        else:
            blocks.append((token.start, token.end))
    slots: list[tuple[int, int]] = []
    low = 0
    for i, (start, end) in enumerate(blocks):
        slots.append(_gap(low, grid.at_or_before(start), blocks[i - 1][1] if i else start, start, grid))
        low = grid.at_or_after(end)
    slots.append((low, grid.frames))
    return _disjoint(slots)


def _gap(low: int, high: int, before: float, after: float, grid: Grid) -> tuple[int, int]:
    if low <= high:
        return low, high
    frame = grid.nearest((before + after) / 2)
    return frame, frame


def _disjoint(slots: list[tuple[int, int]]) -> list[tuple[int, int]]:
    result: list[tuple[int, int]] = []
    for low, high in slots:
        if result and low <= result[-1][1]:
            result[-1] = (result[-1][0], max(high, result[-1][1]))
        else:
            result.append((low, high))
    return result
