"""What else may change a picture slowly: another light, a camera that moves, something that passes. Pure."""

from __future__ import annotations

import numpy as np

from services.analyzer.domain.frames import Floats
from services.analyzer.domain.shifting import moved
from services.analyzer.domain.trace import Trace, relit
from services.analyzer.domain.windows import Rules, Window

_BURNT = 222


def explained(trace: Trace, window: Window, rules: Rules) -> bool:
    """Whether light, a pan or something that passes explains what happens in the window."""
    if trace.blank[[window.start, window.end]].any():
        return False
    before, after = trace.luma(window.start), trace.luma(window.end)
    apart = float(np.abs(after - before).mean())
    if is_light(trace, window, rules):
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


def is_light(trace: Trace, window: Window, rules: Rules) -> bool:
    """Whether another light on the same scene is what the window shows; what is burnt out bears it out less."""
    before, after = trace.luma(window.start), trace.luma(window.end)
    if _plain(before, after, rules):
        return False
    return relit(before, after) <= rules.relit + rules.burnt * _burnt(before, after)


def _burnt(a: Floats, b: Floats) -> float:
    """Return the share, 0..1, of the brighter of two pictures that is as white as can be: there it tells nothing."""
    return float((max(a, b, key=lambda levels: float(levels.mean())) >= _BURNT).mean())


def _plain(a: Floats, b: Floats, rules: Rules) -> bool:
    """Whether one of two pictures has next to nothing on it beside the other: no light and no shift makes that."""
    low, high = sorted((float(a.std()), float(b.std())))
    return low < rules.plain * high


def _again(a: Floats, b: Floats, limit: float) -> bool:
    return float(np.abs(a - b).mean()) <= 3 * limit and moved(a, b) <= limit


def drifts(trace: Trace, window: Window, rules: Rules) -> bool:
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
    return not _plain(a, b, rules) and moved(a, b, across=14) < rules.moved * float(np.abs(a - b).mean())
