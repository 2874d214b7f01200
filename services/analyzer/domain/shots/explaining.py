"""What else may change a picture slowly: another light, a camera that moves, something that passes. Pure."""

from __future__ import annotations

import numpy as np

from services.analyzer.domain.shots.frames import Floats
from services.analyzer.domain.shots.shifting import moved
from services.analyzer.domain.shots.trace import Trace, relit
from services.analyzer.domain.shots.windows import Rules, Window

_BURNT = 222
_HIDDEN_S, _EDGE_S, _LOOKS = 3.0, 0.3, 12


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
    return _is_covered(trace, window, rules, 0.4 * apart)


def _is_covered(trace: Trace, window: Window, rules: Rules, limit: float) -> bool:
    """Whether the picture behind the window was there before it, or that before it comes again: something passes.

    What hides all the rest, as a hand or a door does, may do so for longer.
    """
    before, after = trace.luma(window.start), trace.luma(window.end)
    begins, ends = trace.times[window.start], trace.times[window.end]
    hid, hides = (
        _nothing_near(trace, window.start, -1, after, rules),
        _nothing_near(trace, window.end, 1, before, rules),
    )
    first = trace.first_at(begins - (_HIDDEN_S if hid else 0.4))
    last = min(trace.first_at(ends + (_HIDDEN_S if hides else 1.0)), len(trace) - 1)
    every, step = max(1, (window.start - first) // _LOOKS), max(1, (last - window.end) // _LOOKS)
    # What hides the picture may still be in it, or in it already, where the window ends or begins.
    afters = [after, trace.luma(min(trace.first_at(ends + _EDGE_S), len(trace) - 1))] if hid else [after]
    if any(_again(there, trace.luma(k), limit) for k in range(first, window.start, every) for there in afters):
        return True
    befores = [before, trace.luma(trace.first_at(begins - _EDGE_S))] if hides else [before]
    return any(_again(b, trace.luma(k), limit) for k in range(window.end + step, last + 1, step) for b in befores)


def _nothing_near(trace: Trace, frame: int, way: int, beside: Floats, rules: Rules) -> bool:
    """Whether next to nothing is to be seen at ``frame`` or up to 0.3 s before or behind it."""
    reach = trace.first_at(trace.times[frame] + way * _EDGE_S)
    places = np.clip(np.linspace(frame, reach, 4).astype(np.int64), 0, len(trace) - 1)
    return any(float(trace.luma(int(at)).std()) < rules.plain * float(beside.std()) for at in places)


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
