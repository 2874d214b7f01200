"""What makes a sudden change none of shots: light, a thing put over the picture, or that the old picture comes back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from services.analyzer.domain.shots.frames import Floats
from services.analyzer.domain.shots.partly import changed_part
from services.analyzer.domain.shots.shading import relit_from_aside
from services.analyzer.domain.shots.shifting import moved
from services.analyzer.domain.shots.trace import Trace, relit

FLASH_S = 0.27
PASSING_S = 0.9
_CROSSES_S = 0.4


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
    burst: float = 0.35
    commotion: float = 0.2
    relit: float = 0.33
    relit_aside: float = 0.4
    faint: float = 2.0
    faint_calm: float = 0.3
    faint_lone: float = 3.0
    faint_above: float = 2.5
    faint_range: float = 0.08
    leaps: float = 0.55
    other: float = 0.65
    tinged: float = 0.15
    window: int = 6


RULES = Rules()


@dataclass(frozen=True, slots=True)
class _Before:
    """What a candidate changed: ``light`` and ``tint`` are how far pictures may be apart and still be the same."""

    trace: Trace
    step: Floats
    frame: int
    light: float
    tint: float
    rules: Rules
    everywhere: bool

    def same(self, a: int, b: int) -> bool:
        """Whether two frames show the same, perhaps from a camera that moved on a little."""
        first, second = self.trace.luma(a), self.trace.luma(b)
        if float(np.abs(first - second).mean()) > 3 * self.light or self.trace.tinted(a, b) > self.tint:
            return False
        return moved(first, second, across=4) <= self.light

    def went_on(self, a: int, b: int) -> bool:
        """Whether two frames show the same, but for as much as the camera made of it in as long a time before."""
        if self.same(a, b):
            return True
        if self.trace.times[b] - self.trace.times[a] > _CROSSES_S or self.trace.tinted(a, b) > self.tint:
            return False
        here, there, past = (self.trace.luma(at) for at in (a, b, max(0, 2 * a - b)))
        change, usual = (float(np.abs(here - other).mean()) for other in (there, past))
        return change <= min(1.5 * self.light, 1.2 * usual)

    def hides(self, first: int, last: int) -> bool:
        """Whether what is seen in these frames may hide the picture: so soon over that it is a flash, or so restless.

        Else a still shot may be cut in. What comes and goes does so in a step that is not much less than this one; who
        sways and comes by the same place does not. Only a flash that is everywhere may die away.
        """
        seen, whole = self.step[first:last], float(self.step[self.frame])
        soon = bool(self.trace.times[min(last, len(self.trace) - 1)] - self.trace.times[first - 1] <= FLASH_S)
        if soon and self.everywhere:
            return True
        bursts = bool(len(seen)) and float(seen.max()) >= self.rules.burst * whole
        return bursts and (soon or float(np.median(seen)) >= self.rules.unrest * whole)


def harmless(trace: Trace, i: int, step: Floats, rules: Rules) -> bool:
    """Whether light, something added or something passing explains the change at frame i; ``step`` as in Features."""
    before, after = trace.luma(i - 1), trace.luma(i)
    if relit(before, after) <= rules.relit or relit_from_aside(before, after) <= rules.relit_aside:
        return True
    part = changed_part(trace, i)
    if part.added:
        return True
    light = rules.returned * float(np.abs(after - before).mean())
    change = _Before(trace, step, i, light, rules.returned * trace.tinted(i - 1, i) + 3.0, rules, part.same < 0.5)
    return _passes(change) or _comes_back(change) or _came_back(change)


def _passes(change: _Before) -> bool:
    """Whether the frame is amid a commotion before and behind which the picture is the same."""
    trace, i = change.trace, change.frame
    calm = change.step < change.rules.commotion * float(change.step[i])
    first, last = trace.first_at(trace.times[i] - PASSING_S), trace.first_at(trace.times[i] + PASSING_S)
    before, after = np.flatnonzero(calm[first:i]), np.flatnonzero(calm[i + 1 : last])
    if not len(before) or not len(after):
        return False
    # At the last calm frame the edge of what passes may be in the picture already.
    olds, news = first + before[[-1, -min(3, len(before))]], i + 1 + after[[0, min(2, len(after) - 1)]]
    return bool(news[0] - olds[0] > 3) and any(change.went_on(int(a), int(b)) for a in olds for b in news)


def _comes_back(change: _Before) -> bool:
    """Whether the picture before the frame is seen again soon behind it."""
    trace, i = change.trace, change.frame
    last = min(trace.first_at(trace.times[i] + PASSING_S), len(trace) - 1)
    return any(change.hides(i + 1, k + 1) and change.same(i - 1, k) for k in range(i + 1, last + 1))


def _came_back(change: _Before) -> bool:
    """Whether the frame brings back a picture from shortly before."""
    trace, i = change.trace, change.frame
    first = trace.first_at(trace.times[i] - PASSING_S)
    return any(change.hides(k + 1, i) and change.same(i, k) for k in range(i - 2, first - 1, -1))
