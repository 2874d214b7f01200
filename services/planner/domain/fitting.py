"""Meeting a wished length to the frame: the ends of clips move within pauses and shots until nothing is left over."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.planner.domain.dead import Life
from services.planner.domain.footage import Footage
from services.planner.domain.selection import Selection
from services.planner.domain.spans import Frames

CLOSE = 0.4
"""Seconds between two clips that are better shown than jumped over."""
QUIET = 1.0
"""Seconds of silence that a clip's end may reach into when nothing else fills the wished length."""
Limits = Callable[[int, int], Frames]
"""``(source, frame)`` to the span of frames that an end lying at ``frame`` may move in."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Which ends may move, and where to: also those on ``beats``; only those ``closing`` a small gap.

    ``outer``: only where the edit ends and begins, which need not be on a beat and so gives way before any cut does.
    """

    limits: Limits
    beats: bool = False
    closing: bool = False
    outer: bool = False


def fit(selection: Selection, lives: Sequence[Life]) -> None:
    """Stretch the picks over what is left: small gaps, live picture, ends on beats, and last into silence."""
    live = _inside([list(life.live) for life in lives])
    quiet = _inside([_with_silence(f, life) for f, life in zip(selection.footages, lives, strict=True)])
    for reach in (
        Reach(live, beats=True, closing=True),
        Reach(live),
        Reach(live, beats=True, outer=True),
        Reach(live, beats=True),
        Reach(quiet, beats=True),
    ):
        while _round(selection, reach):
            pass


def _round(selection: Selection, reach: Reach) -> bool:
    """Share what is left among all ends that can move; tell whether any did."""
    order = [index for index, _ in selection.in_order()]
    sides = [(index, side) for index in order for side in (1, 0)]
    if reach.outer:
        sides = [(order[-1], 1), (order[0], 0)] if order else []
    ends = [(index, side) for index, side in sides if _room(selection, reach, index, side) > 0]
    moved = False
    for index, side in ends:
        room = _room(selection, reach, index, side)
        share = room if reach.closing or reach.outer else max(1, selection.share(index, len(ends)))
        frames = min(room, share, selection.room(index))
        if reach.closing and frames < room:
            continue  # half a gap closed is a cut moved off its beat for nothing
        if frames > 0:
            selection.stretch(index, *((0, frames) if side else (frames, 0)))
            moved = True
    return moved


def _room(selection: Selection, reach: Reach, index: int, side: int) -> int:
    """Return by how many frames the start (side 0) or the end (side 1) of a pick can move outwards."""
    source = selection.units[index].source
    footage, at = selection.footages[source], selection.picks[index][side]
    slot = footage.speech.slot(at)
    if slot is None or footage.is_cut(at) or (not reach.beats and _on_beat(footage, at)):
        return 0
    free, allowed = selection.neighbours(index), reach.limits(source, at)
    if reach.closing and abs(free[side] - at) > CLOSE * footage.grid.fps:
        return 0
    if side:
        cut = bisect_right(footage.cuts, at)
        shot = footage.cuts[cut] if cut < len(footage.cuts) else footage.grid.frames
        return min(slot[1], free[1], allowed[1], shot) - at
    cut = bisect_left(footage.cuts, at) - 1
    shot = footage.cuts[cut] if cut >= 0 else 0
    return at - max(slot[0], free[0], allowed[0], shot)


def _on_beat(footage: Footage, frame: int) -> bool:
    at = bisect_left(footage.beats, frame)
    return at < len(footage.beats) and footage.beats[at] == frame


def _inside(spans: Sequence[list[Frames]]) -> Limits:
    lows = [[s[0] for s in one] for one in spans]

    def limits(source: int, frame: int) -> Frames:
        at = bisect_right(lows[source], frame) - 1
        around = [spans[source][i] for i in (at - 1, at) if i >= 0 and spans[source][i][1] >= frame]
        return (min(s[0] for s in around), max(s[1] for s in around)) if around else (frame, frame)

    return limits


def _with_silence(footage: Footage, life: Life) -> list[Frames]:
    """The live spans, each with as much of the silence around it as ``QUIET`` allows."""
    quiet = footage.grid.count(QUIET)
    silent_from = {d.frames[0]: d.frames[1] for d in life.dead if d.reason == "silence"}
    silent_to = {d.frames[1]: d.frames[0] for d in life.dead if d.reason == "silence"}
    return [
        (max(silent_to.get(start, start), start - quiet), min(silent_from.get(end, end), end + quiet))
        for start, end in life.live
    ]
