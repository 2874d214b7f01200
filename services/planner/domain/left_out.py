"""What an edit does not show of its sources, with the reason for each span."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from services.planner.domain.dead import Dead
from services.planner.domain.footage import Footage
from services.planner.domain.scoring import Score
from services.planner.domain.spans import Frames, merged, subtracted
from services.planner.domain.units import Unit
from shared.contracts.media import MediaInfo
from shared.contracts.plan import Dropped, Reason

SAME = 0.001
"""Seconds below which nothing is left out."""


def left_out(
    footage: Footage,
    kept: Iterable[Frames],
    dead: Sequence[Dead],
    judged: Sequence[tuple[Unit, Score, bool]],
    *,
    story: bool,
) -> Iterator[Dropped]:
    """Yield the spans of one source that are not in ``kept``, in order, so that both together cover it.

    ``judged`` are its units with their scores and whether a part of them is kept.
    """
    grid = footage.grid
    rest = subtracted([(0, grid.frames)], merged(kept))
    reasons: list[tuple[Frames, Reason]] = [(d.frames, d.reason) for d in dead]
    for unit, score, picked in judged:
        off_topic = story and not score.measures.get("story")
        reasons.append((unit.frames, "trimmed" if picked else "off_topic" if off_topic else "lower_score"))
    duration = footage.analysis.media.duration
    if grid.seconds(0) > SAME:
        yield Dropped(source=footage.asset_id, start=0.0, end=_us(grid.seconds(0)), reason="no_picture")
    for frames, reason in _labelled(rest, sorted(reasons)):
        start, end = grid.seconds(frames[0]), grid.seconds(frames[1])
        yield Dropped(source=footage.asset_id, start=_us(start), end=_us(min(end, duration)), reason=reason)
    end = grid.seconds(grid.frames)
    if duration - end > SAME:
        yield Dropped(source=footage.asset_id, start=_us(end), end=duration, reason="no_picture")


def without_picture(asset_id: str, media: MediaInfo) -> Iterator[Dropped]:
    """Yield the whole of a source that shows no moving picture."""
    if media.duration > 0:
        yield Dropped(source=asset_id, start=0.0, end=media.duration, reason="no_picture")


def _labelled(rest: Sequence[Frames], reasons: Sequence[tuple[Frames, Reason]]) -> list[tuple[Frames, Reason]]:
    """Split ``rest`` by the reasons' spans; neighbours with one reason are one; what no span covers was trimmed."""
    points = sorted({p for frames in (*rest, *(r[0] for r in reasons)) for p in frames})
    result: list[tuple[Frames, Reason]] = []
    gap = at = 0
    for start, end in pairwise(points):
        while gap < len(rest) and rest[gap][1] <= start:
            gap += 1
        while at < len(reasons) and reasons[at][0][1] <= start:
            at += 1
        if gap == len(rest) or rest[gap][0] > start:
            continue
        reason: Reason = reasons[at][1] if at < len(reasons) and reasons[at][0][0] <= start else "trimmed"
        if result and result[-1][1] == reason and result[-1][0][1] == start:
            result[-1] = ((result[-1][0][0], end), reason)
        else:
            result.append(((start, end), reason))
    return result


def _us(seconds: float) -> float:
    return round(seconds, 6)
