"""Dissolves and fades: transitions that take their time, which no comparison of neighbouring frames can see.

Ten times a second a frame is compared with those up to 2.4 s before. In a dissolve every frame between lies on the line
from the one end to the other, and moves along it evenly (which it does not when the camera or a thing moves, nor in a
flash); the ends are different pictures (which they are not when only the light changes); and no shift lays the one over
the other (as it does in a pan). A fade is a dissolve from or to black or white.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.analyzer.domain.shots.explaining import drifts, explained, is_light
from services.analyzer.domain.shots.frames import Floats
from services.analyzer.domain.shots.trace import Trace
from services.analyzer.domain.shots.windows import RULES, Rules, Window

Ints = npt.NDArray[np.int64]
EVERY_S = 0.1
LAGS = (2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24)
_CHUNK = 512
_MIDDLES = 5
_LONG = 10
_BATCH = 64
_BESIDE = 8


@dataclass(frozen=True, slots=True)
class Ramp:
    """How far along each frame is (0 first, 1 last), how far off the line they are, how unevenly they move on it."""

    along: Floats
    off: float
    worst: float
    uneven: float
    leap: float


def sampled(trace: Trace) -> Ints:
    """Return the first frame in every tenth of a second, and where black or white begins and ends."""
    slots = np.floor(trace.times / EVERY_S + 1e-6).astype(np.int64)
    edges = np.flatnonzero(np.diff(trace.blank.astype(np.int8)))
    ends = edges + trace.blank[edges + 1] if len(edges) else edges
    return np.union1d(np.flatnonzero(np.diff(slots, prepend=-1)), ends).astype(np.int64)


def chunks(trace: Trace) -> Iterator[tuple[Ints, Floats]]:
    """Yield sampled frames with their signatures; each chunk begins with the last LAGS[-1] frames of the one before."""
    frames = sampled(trace)
    for first in range(0, max(1, len(frames) - LAGS[-1]), _CHUNK):
        part = frames[first : first + _CHUNK + LAGS[-1]]
        yield part, trace.signed(part)


def slow_windows(trace: Trace, rules: Rules = RULES) -> Iterator[Window]:
    """Yield windows that look like a dissolve or half a fade, in any order, many of them over each other."""
    for frames, rows in chunks(trace):
        times = trace.times[frames]
        for lag in (lag for lag in LAGS if lag < len(rows)):
            change, apart, like = compared(trace, frames, rows, lag)
            fits = (like <= rules.like_most) & (change >= rules.least) & (apart >= rules.apart)
            fits &= ~(trace.blank[frames[:-lag]] & trace.blank[frames[lag:]])
            picked = np.unique(np.linspace(0, lag, min(lag, _MIDDLES + 1) + 1).astype(np.int64))
            starts = _straight(rows, np.flatnonzero(fits), lag, change, rules)
            for some in np.array_split(starts, -(-len(starts) // _BATCH) or 1):
                at = some[:, None] + picked
                off, uneven = _bent(rows[at], times[at])
                score = (1 - off) * (1 - uneven)
                held = (off <= rules.off) & (uneven <= rules.uneven)
                held &= (like[some] <= rules.like) | (score >= rules.straight)
                weight = change[some] * (1 - off - 2 * uneven)
                for n, start in zip(np.flatnonzero(held).tolist(), some[held].tolist(), strict=True):
                    yield Window(int(frames[start]), int(frames[start + lag]), float(weight[n]), float(score[n]))


def _straight(rows: Floats, starts: Ints, lag: int, change: Floats, rules: Rules) -> Ints:
    """Return those windows whose middle frame is near the mean of their ends; of long ones every other will do."""
    starts = starts[starts % 2 == 0] if lag >= _LONG else starts
    bend = np.abs(rows[starts + lag // 2] - (rows[starts] + rows[starts + lag]) / 2).sum(axis=1)
    return np.asarray(starts[bend <= (1.2 * rules.off + rules.uneven) * change[starts]], np.int64)


def compared(trace: Trace, frames: Ints, rows: Floats, lag: int) -> tuple[Floats, Floats, Floats]:
    """Compare each row with that ``lag`` later: distance, distance over the spread of both, likeness.

    The distance of unlike pictures is more than their spread; where a figure moves before a wall it is less.
    """
    before, after = rows[:-lag], rows[lag:]
    change = np.abs(after - before).sum(axis=1)
    spread = trace.spread(rows)
    edge = trace.blank[frames[:-lag]] | trace.blank[frames[lag:]]
    like = np.where(edge, 0.0, trace.alike(before, after)).astype(np.float32)
    apart: Floats = 2 * change / (spread[:-lag] + spread[lag:] + 1e-3)
    return change, apart, like


def ramp(rows: Floats, times: npt.NDArray[np.float64]) -> Ramp:
    """Measure rows, shown at ``times``, against the line from the first to the last."""
    at = (times - times[0]) / (times[-1] - times[0])
    first, way = rows[0], rows[-1] - rows[0]
    inner = rows[1:-1] - first
    length, square = float(np.abs(way).sum()), float((way * way).sum())
    along = np.concatenate([[0.0], inner @ way / max(square, 1e-12), [1.0]]).astype(np.float32)
    off = np.abs(inner - along[1:-1, None] * way).sum(axis=1) / max(length, 1e-9) if len(inner) else np.ones(1)
    return Ramp(
        along, float(off.mean()), float(off.max()), float(np.abs(along - at).max()), float(np.abs(np.diff(along)).max())
    )


def _bent(seen: Floats, times: npt.NDArray[np.float64]) -> tuple[Floats, Floats]:
    """Return ``off`` and ``uneven`` of the ramps of many windows: (windows, frames, 864), at (windows, frames)."""
    at = ((times - times[:, :1]) / (times[:, -1:] - times[:, :1]))[:, 1:-1]
    way, inner = seen[:, -1:] - seen[:, :1], seen[:, 1:-1] - seen[:, :1]
    length, square = np.abs(way).sum(axis=2), (way * way).sum(axis=2)
    along = (inner @ way.transpose(0, 2, 1))[..., 0] / np.maximum(square, 1e-12)
    off = np.abs(inner - along[..., None] * way).sum(axis=2) / np.maximum(length, 1e-9)
    return np.asarray(off.mean(axis=1)), np.asarray(np.abs(along - at).max(axis=1), np.float32)


def confirmed(trace: Trace, window: Window, rules: Rules = RULES) -> Window | None:
    """Look at every frame of a window; return it with its exact edges, or None if it is no transition after all."""
    frames = np.arange(window.start, window.end + 1)
    times = trace.times[frames]
    rows = trace.signed(frames)
    if len(frames) < 3 or explained(trace, window, rules) or drifts(trace, window, rules):
        return None
    seen = ramp(rows, times)
    if (
        seen.off > 1.2 * rules.off
        or seen.worst > rules.worst
        or seen.uneven > 1.3 * rules.uneven
        or seen.leap > max(rules.leap, 2.2 / len(frames))
    ):
        return None
    exact = _edged(trace, window, times, seen)
    near = slice(max(0, exact.start - _BESIDE), exact.end + _BESIDE)
    return None if not trace.blank[near].any() and is_light(trace, exact, rules) else exact


def _edged(trace: Trace, window: Window, times: npt.NDArray[np.float64], seen: Ramp) -> Window:
    """Return the window from where the line through its frames begins to where it ends."""
    inside = (seen.along > 0.12) & (seen.along < 0.88)
    if inside.sum() < 2:
        return window
    slope, level = np.polyfit(times[inside], seen.along[inside], 1)
    if slope <= 0:
        return window
    low, high = (trace.first_at((k - level) / slope) for k in (0, 1))
    start, end = max(window.start - _BESIDE, low), min(window.end + _BESIDE, high, len(trace) - 1)
    return Window(start, max(start + 1, end), window.weight, window.score)
