"""Words that were said in vain: hesitation and dropped takes, as the analysis marks them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from services.planner.domain.footage import Footage
from services.planner.domain.spans import Frames

SAME = 0.02
"""Seconds by which a mark and its words may differ."""


@dataclass(frozen=True, slots=True)
class Vain:
    """Frames that can go without cutting any other word; ``start`` and ``end`` are the mark's, in seconds."""

    kind: Literal["filler", "repeat"]
    frames: Frames
    start: float
    end: float
    detail: str


def said_in_vain(footage: Footage, margin: float) -> Iterator[Vain]:
    """Yield the marks that whole words lie in, in order, from the end of the word before to that of the word after.

    ``margin`` seconds are left beside both neighbours where the pauses have room. A mark that begins or ends inside a
    word, as with captions whose words have no times, is passed over.
    """
    for mark in sorted(footage.analysis.marks, key=lambda m: (m.start, m.end)):
        if mark.kind == "long_pause":
            continue
        frames = _frames(footage, mark.start, mark.end, margin)
        if frames is not None:
            yield Vain(mark.kind, frames, round(mark.start, 3), round(mark.end, 3), mark.detail)


def _frames(footage: Footage, start: float, end: float, margin: float) -> Frames | None:
    speech, grid = footage.speech, footage.grid
    first = bisect_left(speech.starts, start - SAME)
    after = bisect_left(speech.starts, end - SAME)
    inside = speech.tokens[first:after]
    if not inside or max(t.end for t in inside) > end + SAME:
        return None
    if any(t.end > inside[0].start + SAME for t in speech.tokens[max(0, first - 5) : first]):
        return None
    before = speech.slot(grid.at_or_before(inside[0].start)) or speech.slot(grid.nearest(inside[0].start))
    behind = speech.slot(grid.at_or_after(end)) or speech.slot(grid.nearest(end))
    if before is None or behind is None:
        return None
    pad = grid.count(margin) if margin > 0 else 0
    low = before[0] if before[0] == 0 else min(before[1], before[0] + pad)
    high = behind[1] if behind[1] == grid.frames else max(behind[0], behind[1] - pad)
    return (low, high) if high > low else None
