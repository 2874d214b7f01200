"""A piece of a wordless unit that is longer than what is left: its liveliest part, between sure beats."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from services.planner.domain.dead import trimmed_slivers
from services.planner.domain.footage import Footage
from services.planner.domain.selection import Selection
from services.planner.domain.spans import Frames

WINDOWS = 16
"""Places at which a window of a longer unit is tried."""


def window(selection: Selection, index: int, length: int) -> Frames | None:
    """Return the liveliest span of at most so many frames in a wordless unit; its beginning where that is as good.

    Between sure beats, so that none may fit: what is left over then goes to the edit's end.
    """
    unit = selection.units[index]
    footage = selection.footages[unit.source]
    spare = unit.length - length

    def worth(offset: int) -> float:
        at = unit.frames[0] + offset
        start, end = footage.grid.seconds(at), footage.grid.seconds(at + length)
        return footage.energy.mean(start, end) + footage.motion.mean(start, end) + (0.3 if offset == 0 else 0.0)

    best = max(sorted({spare * i // WINDOWS for i in range(WINDOWS + 1)}), key=lambda o: (round(worth(o), 6), -o))
    return _on_beats(footage, unit.frames, (unit.frames[0] + best, unit.frames[0] + best + length))


def clean_window(selection: Selection, index: int, length: int) -> Frames | None:
    """Return :func:`window`'s span, or one of whole shots where too little of it is left without remains of shots."""
    piece = window(selection, index, length)
    footage = selection.footages[selection.units[index].source]
    if piece is None or trimmed_slivers(footage, piece) is not None:
        return piece
    return _whole_shots(selection, index, length) or piece


def _whole_shots(selection: Selection, index: int, length: int) -> Frames | None:
    unit = selection.units[index]
    footage = selection.footages[unit.source]
    starts = (unit.frames[0], *footage.cuts_within(*unit.frames))
    spans = (trimmed_slivers(footage, (start, min(start + length, unit.frames[1]))) for start in starts)
    return max(filter(None, spans), key=lambda span: span[1] - span[0], default=None)


def _on_beats(footage: Footage, unit: Frames, piece: Frames) -> Frames | None:
    """Draw the ends of ``piece`` that are not those of its unit in to beats; None where nothing is left of it."""
    beats = footage.beats
    if not beats:
        return piece
    low = piece[0] if piece[0] == unit[0] else next(iter(beats[bisect_left(beats, piece[0]) :]), piece[1])
    high = piece[1] if piece[1] == unit[1] else next(iter(beats[: bisect_right(beats, piece[1])][-1:]), piece[0])
    return (low, high) if low < high else None
