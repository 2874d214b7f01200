"""Why a cut lies where it lies: the word, shot, beat or silence beside it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from services.planner.domain.dead import Dead
from services.planner.domain.footage import Footage
from services.planner.domain.spans import Frames
from shared.contracts.timeline import Evidence

NEAR = 0.75
"""Seconds from a cut within which a word explains it."""
_CAUSES = {
    "black": "the picture is black",
    "frozen": "the picture stands still",
    "sliver": "too short a remain of a shot",
    "filler": "hesitation",
    "repeat": "a dropped take",
}


def evidence_of(footage: Footage, frames: Frames, dead: Sequence[Dead], *, on_beat: bool) -> tuple[Evidence, ...]:
    """Return the reasons for the cut at the start and then for that at the end; at least one each, ``at`` the cut.

    ``dead`` is the source's, in order.
    """
    start, end = (_reasons(footage, frame, side, dead, on_beat=on_beat) for side, frame in enumerate(frames))
    return (*start, *end)


def _reasons(footage: Footage, frame: int, side: int, dead: Sequence[Dead], *, on_beat: bool) -> list[Evidence]:
    found = [_silence(footage, frame, side, dead), _word(footage, frame, side), _shot(footage, frame, side)]
    if on_beat:
        found.append(_beat(footage, frame))
    return [e for e in found if e is not None] or [_inside_shot(footage, frame, side)]


def _at(footage: Footage, frame: int) -> float:
    return round(footage.grid.seconds(frame), 6)


def _silence(footage: Footage, frame: int, side: int, dead: Sequence[Dead]) -> Evidence | None:
    """The nearest dead span on the outer side of the cut, when the cut lies at it or in it."""
    at = bisect_right(dead, (frame, -1), key=lambda d: d.frames) - (0 if side else 1)
    for one in dead[max(0, at - 1) : at + 1]:
        touched = one.frames[0] <= frame < one.frames[1] if side else one.frames[0] < frame <= one.frames[1]
        if touched:
            span = f"{one.begin:.3f}-{one.end:.3f} s"
            if one.reason == "silence":
                return Evidence(kind="silence", at=_at(footage, frame), detail=f"silence {span}")
            if one.reason == "not_asked":
                return Evidence(kind="person", at=_at(footage, frame), detail=f"asked for: {one.detail}")
            if one.reason in ("filler", "repeat"):
                what = f"{_CAUSES[one.reason]} {one.detail[:60]!r} {span}"
                return Evidence(kind="word", at=_at(footage, frame), detail=what)
            return Evidence(kind="shot", at=_at(footage, frame), detail=f"{_CAUSES[one.reason]} {span}")
    return None


def _word(footage: Footage, frame: int, side: int) -> Evidence | None:
    """The word nearest to the cut on its inner side."""
    at, speech = footage.grid.seconds(frame), footage.speech
    middle = footage.grid.length(1) / 2
    first = bisect_left(speech.starts, at - middle)
    index = first - 1 if side else first
    if not 0 <= index < len(speech.tokens):
        return None
    token = speech.tokens[index]
    gap = at - token.end if side else token.start - at
    if gap > NEAR:
        return None
    what, when = ("after", token.end) if side else ("before", token.start)
    return Evidence(kind="word", at=_at(footage, frame), detail=f"{what} {token.text[:60]!r} ({when:.3f} s)")


def _shot(footage: Footage, frame: int, side: int) -> Evidence | None:
    if frame in (0, footage.grid.frames):
        what = "the source ends" if frame else "the source begins"
    elif footage.is_cut(frame):
        what = f"shot {footage.shot(frame)} ends" if side else f"shot {footage.shot(frame) + 1} begins"
    else:
        return None
    return Evidence(kind="shot", at=_at(footage, frame), detail=what)


def _beat(footage: Footage, frame: int) -> Evidence | None:
    at = bisect_left(footage.beats, frame)
    if at >= len(footage.beats) or footage.beats[at] != frame:
        return None
    return Evidence(kind="beat", at=_at(footage, frame), detail=f"beat {at + 1}")


def _inside_shot(footage: Footage, frame: int, side: int) -> Evidence:
    shot = footage.shot(max(0, frame - side))
    edges = (0, *footage.cuts, footage.grid.frames)
    begin, end = footage.grid.seconds(edges[shot]), footage.grid.seconds(edges[shot + 1])
    detail = f"inside shot {shot + 1} ({begin:.3f}-{end:.3f} s), to meet the wished length"
    return Evidence(kind="shot", at=_at(footage, frame), detail=detail)
