"""Runs of frames as spans of time."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from services.analyzer.domain.shots.frames import Features
from shared.contracts.hearing import Curve
from shared.contracts.media import Shot, Span

MIN_BLACK_S = 0.1
MIN_FREEZE_S = 1.0
_STILL = 0.05
_SLIGHT, _STANDS_S = 3.0, 0.4
_STANDING = 8
MOTION_STEP_S = 0.25
Times = npt.NDArray[np.float64]
"""Each frame's start in seconds, and the end of the last."""


def runs(mask: npt.NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Yield (first, behind the last) of each run of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    yield from ((int(a), int(b)) for a, b in edges.reshape(-1, 2))


def blacks(found: Features, times: Times) -> tuple[Span, ...]:
    """Return spans in which nearly every pixel is black."""
    return _spans(found.dark >= 0.98, times, MIN_BLACK_S)


def freezes(found: Features, times: Times) -> tuple[Span, ...]:
    """Return spans of at least a second in which the picture does not change at all.

    A recording of a screen has no frames at all while nothing moves: a frame that stands much longer than is usual
    there is frozen too. Where it changes once it is another picture, unless the change is as slight as a key frame is
    beside the frames before it and the picture stands on both sides; drawings that move every second frame do not.
    """
    if not len(found):
        return ()
    changed = found.step > _STILL
    changed[0] = True
    edges = np.append(np.flatnonzero(changed), len(found))
    lasts = np.diff(times[edges])
    usual = _STANDING * float(np.median(np.diff(times)))
    stands = np.where(np.diff(edges) > 1, lasts, np.where(lasts >= max(MIN_FREEZE_S, usual), lasts, 0.0))
    slight = (found.step[edges[1:-1]] <= _SLIGHT) & (stands[:-1] >= _STANDS_S) & (stands[1:] >= _STANDS_S)
    begins = np.flatnonzero(np.concatenate([[True], ~slight]))
    firsts, behind = edges[begins], np.append(edges[begins[1:]], len(found))
    spans = (
        Span(start=float(times[a]), end=float(times[b]))
        for a, b in zip(firsts[stands[begins] > 0], behind[stands[begins] > 0], strict=True)
    )
    return tuple(span for span in spans if span.end - span.start >= MIN_FREEZE_S - 1e-6)


def _spans(mask: npt.NDArray[np.bool_], times: Times, least: float) -> tuple[Span, ...]:
    found = (Span(start=float(times[a]), end=float(times[b])) for a, b in runs(mask))
    return tuple(span for span in found if span.end - span.start >= least - 1e-6)


def shots(cuts: Sequence[int], ticks: npt.NDArray[np.int64], tick_s: float) -> tuple[Shot, ...]:
    """Return the shots between ``cuts`` (frame numbers). ``ticks``: each frame's start, and the end of the last."""
    if len(ticks) < 2:
        return ()
    edges = [int(ticks[frame]) for frame in (0, *cuts, len(ticks) - 1)]
    return tuple(
        Shot(start_ticks=a, end_ticks=b, start=round(a * tick_s, 6), end=round(b * tick_s, 6))
        for a, b in itertools.pairwise(edges)
    )


def motion(found: Features, cuts: Sequence[int], times: Times) -> Curve:
    """Return how much the picture moves, 0..1, every quarter of a second; cuts themselves are no motion."""
    change = found.step.astype(np.float64).copy()
    for cut in cuts:
        change[cut] = change[cut - 1]
    if not len(change):
        return Curve(step=MOTION_STEP_S, values=())
    slots = np.maximum(0, (times[: len(change)] / MOTION_STEP_S).astype(np.int64))
    count = int(np.ceil(max(float(times[-1]), MOTION_STEP_S) / MOTION_STEP_S - 1e-6))
    slots = np.minimum(slots, count - 1)
    total, frames = np.bincount(slots, change, count), np.bincount(slots, minlength=count)
    filled = np.maximum.accumulate(np.where(frames > 0, np.arange(count), 0))
    mean = (total / np.maximum(frames, 1))[filled]
    return Curve(step=MOTION_STEP_S, values=tuple(round(float(min(v / 64, 1.0)), 4) for v in mean))
