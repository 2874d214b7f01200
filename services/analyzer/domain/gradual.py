"""Dissolves and fades: transitions that take their time, which no comparison of neighbouring frames can see.

Ten times a second a frame is compared with those up to 2.4 s before. In a dissolve every frame between lies on the line
from the one end to the other, and moves along it evenly (which it does not when the camera or a thing moves, nor in a
flash); the ends are different pictures (which they are not when only the light changes); and no shift lays the one over
the other (as it does in a pan). A fade is a dissolve from or to black or white.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.analyzer.domain.frames import Floats
from services.analyzer.domain.trace import LUMA, Trace, moved, relit

Ints = npt.NDArray[np.int64]
EVERY_S = 0.1
LAGS = (2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24)
_CHUNK = 512
_MIDDLES = 5
_LONG = 10


@dataclass(frozen=True, slots=True)
class Rules:
    """Thresholds, found on generated clips. ``off``: distance from the line; ``uneven``: and from an even pace."""

    least: float = 3.0
    apart: float = 1.1
    like: float = 0.5
    off: float = 0.3
    worst: float = 0.75
    uneven: float = 0.22
    leap: float = 0.22
    moved: float = 0.5
    relit: float = 0.5
    drift: float = 0.8
    drift_most: float = 0.86


@dataclass(frozen=True, slots=True)
class Window:
    """Frames ``start`` to ``end`` look like a transition; ``weight`` ranks windows, ``score`` is 0..1."""

    start: int
    end: int
    weight: float
    score: float
    wiped: bool = False


PackedWindows = npt.NDArray[np.void]
_PACKED = np.dtype([("start", "i4"), ("end", "i4"), ("weight", "f8"), ("score", "f4"), ("wiped", "?")])


def packed(windows: Iterable[Window]) -> PackedWindows:
    """Return windows as rows of an array: an hour has a hundred thousand of them, most for nothing."""
    rows = ((w.start, w.end, w.weight, w.score, w.wiped) for w in windows)
    return np.fromiter(rows, _PACKED)


def unpacked(row: np.void) -> Window:
    """Return a window of an array."""
    return Window(int(row["start"]), int(row["end"]), float(row["weight"]), float(row["score"]), bool(row["wiped"]))


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


def slow_windows(trace: Trace, rules: Rules = Rules()) -> Iterator[Window]:
    """Yield windows that look like a dissolve or half a fade, in any order, many of them over each other."""
    for frames, rows in chunks(trace):
        times = trace.times[frames]
        for lag in (lag for lag in LAGS if lag < len(rows)):
            change, apart, like = compared(trace, frames, rows, lag)
            fits = (like <= rules.like) & (change >= rules.least) & (apart >= rules.apart)
            fits &= ~(trace.blank[frames[:-lag]] & trace.blank[frames[lag:]])
            for start in _straight(rows, np.flatnonzero(fits), lag, change, rules):
                picked = start + np.unique(np.linspace(0, lag, min(lag, _MIDDLES + 1) + 1).astype(np.int64))
                seen = ramp(rows[picked], times[picked])
                if seen.off <= rules.off and seen.uneven <= rules.uneven:
                    score = (1 - seen.off) * (1 - seen.uneven)
                    weight = float(change[start]) * (1 - seen.off - 2 * seen.uneven)
                    yield Window(int(frames[start]), int(frames[start + lag]), weight, score)


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
    spread = rows[:, :LUMA].std(axis=1) * LUMA
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


def confirmed(trace: Trace, window: Window, rules: Rules = Rules()) -> Window | None:
    """Look at every frame of a window; return it with its exact edges, or None if it is no transition after all."""
    frames = np.arange(window.start, window.end + 1)
    times = trace.times[frames]
    rows = trace.signed(frames)
    if len(frames) < 3 or explained(trace, window, rules) or _drifts(trace, window, rules):
        return None
    seen = ramp(rows, times)
    if (
        seen.off > 1.2 * rules.off
        or seen.worst > rules.worst
        or seen.uneven > 1.3 * rules.uneven
        or seen.leap > max(rules.leap, 2.2 / len(frames))
    ):
        return None
    inside = (seen.along > 0.12) & (seen.along < 0.88)
    if inside.sum() >= 2:
        slope, level = np.polyfit(times[inside], seen.along[inside], 1)
        if slope > 0:
            low, high = (trace.first_at((k - level) / slope) for k in (0, 1))
            start, end = max(window.start - 8, low), min(window.end + 8, high, len(trace) - 1)
            return Window(start, max(start + 1, end), window.weight, window.score)
    return window


def explained(trace: Trace, window: Window, rules: Rules) -> bool:
    """Whether light, a pan or something that passes explains what happens in the window."""
    if trace.blank[[window.start, window.end]].any():
        return False
    before, after = trace.luma(window.start), trace.luma(window.end)
    apart = float(np.abs(after - before).mean())
    if relit(before, after) <= rules.relit:
        return True
    middle = trace.luma((window.start + window.end) // 2)
    if sum(_panned(a, b, rules) for a, b in ((before, after), (before, middle), (middle, after))) >= 2:
        return True
    last = min(trace.first_at(trace.times[window.end] + 1.0), len(trace) - 1)
    step, limit = max(1, (last - window.end) // 12), 0.4 * apart
    first = trace.first_at(trace.times[window.start] - 0.4)
    if any(_again(after, trace.luma(k), limit) for k in range(first, window.start)):
        return True
    return any(_again(before, trace.luma(k), limit) for k in range(window.end + step, last + 1, step))


def _again(a: Floats, b: Floats, limit: float) -> bool:
    return float(np.abs(a - b).mean()) <= 3 * limit and moved(a, b) <= limit


def _drifts(trace: Trace, window: Window, rules: Rules) -> bool:
    """Whether all along the window a shift explains some of each step, as when a camera moves past something still."""
    if trace.blank[[window.start, window.end]].any():
        return False
    at = [window.start + (window.end - window.start) * eighth // 8 for eighth in range(9)]
    left: list[float] = []
    for a, b in zip(at, at[3:], strict=False):
        first, second = (trace.luma(frame) - trace.luma(frame).mean() for frame in (a, b))
        left.append(moved(first, second, across=14) / max(float(np.abs(first - second).mean()), 1e-6))
    return float(np.median(left)) < rules.drift and max(left) < rules.drift_most


def _panned(a: Floats, b: Floats, rules: Rules) -> bool:
    """Whether a shift explains much of the difference of two pictures, whatever their light."""
    a, b = a - a.mean(), b - b.mean()
    return moved(a, b, across=14) < rules.moved * float(np.abs(a - b).mean())
