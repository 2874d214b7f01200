"""Hard cuts from frame features: exact to the frame, not taken in by flashes, light changes, pans and shake.

A cut is a lone peak of the distance to the frame before, compared with the frames around it. It is none when the old
picture comes back (a flash, a dropped-in frame, something that passes the lens), nor when only the light changed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.analyzer.domain.frames import Features, Floats
from services.analyzer.domain.shifting import moved
from services.analyzer.domain.trace import Trace, relit

Mask = npt.NDArray[np.bool_]
FLASH_S = 0.27
PASSING_S = 0.9
_AT_ONCE = 4096


@dataclass(frozen=True, slots=True)
class Rules:
    """Thresholds, in the units of :class:`Features`; found on generated clips."""

    least: float = 6.0
    least_dark: float = 2.0
    lone: float = 3.0
    above: float = 1.6
    calm: float = 1.0
    like: float = 0.92
    colours: float = 0.25
    colours_lone: float = 4.0
    returned: float = 0.4
    unrest: float = 0.15
    commotion: float = 0.2
    relit: float = 0.33
    window: int = 6


@dataclass(frozen=True, slots=True)
class Cut:
    """``frame`` begins a new shot; ``score`` 0..1 tells how clearly."""

    frame: int
    score: float


def hard_cuts(found: Features, trace: Trace, rules: Rules = Rules()) -> list[Cut]:
    """Return the cuts, ascending; frame 0 is none."""
    if len(found) < 2:
        return []
    step = found.step
    usual, high = _around(step, rules.window)
    lone = step / (usual + rules.calm)
    colours_lone = found.colours / (_around(found.colours, rules.window)[0] + 0.02)
    by_change = (step >= rules.least) & (lone >= rules.lone)
    by_colours = (step >= rules.least) & (found.colours >= rules.colours) & (colours_lone >= rules.colours_lone)
    in_the_dark = (step >= rules.least_dark) & (lone >= rules.lone) & (found.luma < 50) & (found.likeness < 0.6)
    peak = (step >= _neighbours_most(step)) & (step >= rules.above * (high + rules.calm))
    candidates = (by_change | by_colours | in_the_dark) & peak & (found.likeness < rules.like)
    candidates[0] = False
    frames = [int(i) for i in np.flatnonzero(candidates) if not _explained(trace, int(i), step, rules)]
    return [Cut(i, round(float(1 - rules.lone / max(rules.lone, lone[i]) / 2), 3)) for i in frames]


def _around(values: Floats, window: int) -> tuple[Floats, Floats]:
    """Return for each frame the median and the third largest of its neighbours, itself left out.

    The median knows what is usual, also beside other cuts and flashes. The third largest knows motion in films whose
    frames are shown two or three times each, where most steps are none.
    """
    padded = np.pad(values, window, mode="reflect" if len(values) > window else "edge")
    views = np.lib.stride_tricks.sliding_window_view(padded, 2 * window + 1)
    middle, high = np.empty_like(values), np.empty_like(values)
    for first in range(0, len(values), _AT_ONCE):
        part = slice(first, first + _AT_ONCE)
        ordered = np.sort(np.delete(views[part], window, axis=1), axis=1)
        middle[part], high[part] = ordered[:, window - 1 : window + 1].mean(axis=1), ordered[:, -3]
    return middle, high


def _neighbours_most(values: Floats) -> Floats:
    padded = np.pad(values, 1)
    most: Floats = np.maximum(padded[:-2], padded[2:])
    return most


@dataclass(frozen=True, slots=True)
class _Before:
    """What a candidate changed: ``light`` and ``tint`` are how far pictures may be apart and still be the same."""

    trace: Trace
    step: Floats
    frame: int
    light: float
    tint: float
    rules: Rules

    def same(self, a: int, b: int) -> bool:
        """Whether two frames show the same, perhaps from a camera that moved on a little."""
        first, second = self.trace.luma(a), self.trace.luma(b)
        if float(np.abs(first - second).mean()) > 3 * self.light or self.trace.tinted(a, b) > self.tint:
            return False
        return moved(first, second, across=4) <= self.light

    def soon(self, first: int, last: int) -> bool:
        """Whether two frames are so near in time that nothing but a flash can be between them."""
        return bool(self.trace.times[last] - self.trace.times[first] <= FLASH_S)

    def restless(self, first: int, last: int) -> bool:
        """Whether so much goes on from frame to frame that something may pass; else a still shot may be cut in."""
        return float(np.median(self.step[first:last])) >= self.rules.unrest * float(self.step[self.frame])


def _explained(trace: Trace, i: int, step: Floats, rules: Rules) -> bool:
    """Whether light or something passing explains the change at frame i."""
    before, after = trace.luma(i - 1), trace.luma(i)
    if relit(before, after) <= rules.relit:
        return True
    light = rules.returned * float(np.abs(after - before).mean())
    change = _Before(trace, step, i, light, rules.returned * trace.tinted(i - 1, i) + 3.0, rules)
    return _passes(change) or _comes_back(change) or _came_back(change)


def _passes(change: _Before) -> bool:
    """Whether the frame is amid a commotion before and behind which the picture is the same."""
    trace, i = change.trace, change.frame
    calm = change.step < change.rules.commotion * float(change.step[i])
    first, last = trace.first_at(trace.times[i] - PASSING_S), trace.first_at(trace.times[i] + PASSING_S)
    before, after = np.flatnonzero(calm[first:i]), np.flatnonzero(calm[i + 1 : last])
    if not len(before) or not len(after):
        return False
    old, new = first + int(before[-1]), i + 1 + int(after[0])
    return new - old > 3 and change.same(old, new)


def _comes_back(change: _Before) -> bool:
    """Whether the picture before the frame is seen again soon behind it."""
    trace, i = change.trace, change.frame
    last = min(trace.first_at(trace.times[i] + PASSING_S), len(trace) - 1)
    return any(
        change.same(i - 1, k) for k in range(i + 1, last + 1) if change.soon(i, k) or change.restless(i + 1, k + 1)
    )


def _came_back(change: _Before) -> bool:
    """Whether the frame brings back a picture from shortly before."""
    trace, i = change.trace, change.frame
    first = trace.first_at(trace.times[i] - PASSING_S)
    return any(
        change.same(i, k) for k in range(i - 2, first - 1, -1) if change.soon(k + 1, i) or change.restless(k + 1, i)
    )
