"""Wipes: an edge runs over the picture, and behind it stands the next shot.

Seen column by column (or row by row), each goes from the old picture to the new one in a short time, and the time at
which it does so runs evenly with its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.analyzer.domain.explaining import explained
from services.analyzer.domain.frames import Floats
from services.analyzer.domain.gradual import LAGS, chunks, compared
from services.analyzer.domain.trace import Trace, planes
from services.analyzer.domain.windows import RULES as SLOW
from services.analyzer.domain.windows import Window

_SHORTEST = 3
_LONG = 10
_BATCH = 128
Ints = npt.NDArray[np.int64]
_OTHERS = {3: (1, 2), 2: (1, 3)}


@dataclass(frozen=True, slots=True)
class Rules:
    """Thresholds, found on generated clips. ``torn``: what of the middle frame is neither picture, line by line;
    ``turns``: how often they change along the way."""

    least: float = 3.0
    apart: float = 1.1
    like: float = 0.5
    torn: float = 0.25
    turns: int = 6
    score: float = 0.35


def wipe_windows(trace: Trace, rules: Rules = Rules()) -> Iterator[Window]:
    """Yield windows that look like a wipe, in any order, many of them over each other."""
    for frames, rows in chunks(trace):
        plain = trace.blank[frames]
        for lag in (lag for lag in LAGS if _SHORTEST <= lag < len(rows)):
            change, apart, like = compared(trace, frames, rows, lag)
            fits = (
                (like <= rules.like) & (change >= rules.least) & (apart >= rules.apart) & ~plain[:-lag] & ~plain[lag:]
            )
            for start, axis in _torn_less(rows, np.flatnonzero(fits), lag, rules):
                score = _ordered(planes(rows[start : start + lag + 1 : max(1, lag // 8)]), _OTHERS[axis])
                if score >= rules.score:
                    weight = float(change[start]) * score
                    yield Window(int(frames[start]), int(frames[start + lag]), weight, score, wiped=True)


def _torn_less(rows: Floats, starts: Ints, lag: int, rules: Rules) -> Iterator[tuple[int, int]]:
    """Yield windows, and the axis of lines, whose middle frame is made of lines of the old and of the new picture."""
    starts = starts[starts % 2 == 0] if lag >= _LONG else starts
    for first in range(0, len(starts), _BATCH):
        some = starts[first : first + _BATCH]
        old, new, middle = (planes(rows[some + at]) for at in (0, lag, lag // 2))
        far, near, whole = np.abs(middle - old), np.abs(middle - new), np.abs(new - old)
        for axis, others in _OTHERS.items():
            to_old, to_new, all_way = (part.sum(axis=others) for part in (far, near, whole))
            torn = np.minimum(to_old, to_new).sum(axis=1) / all_way.sum(axis=1)
            turns = np.abs(np.diff((to_old > to_new).astype(np.int8), axis=1)).sum(axis=1)
            yield from ((int(start), axis) for start in some[(torn <= rules.torn) & (turns <= rules.turns)])


def _ordered(cube: Floats, others: tuple[int, int]) -> float:
    """Return how evenly line after line of a few frames (count, 3, 18, 32) goes from the old to the new, 0..1."""
    weights = np.abs(cube[-1] - cube[0]).sum(axis=tuple(a - 1 for a in others))
    way, inner = cube[-1] - cube[0], cube[1:-1] - cube[0]
    square = (way * way).sum(axis=tuple(a - 1 for a in others), keepdims=True)
    share = np.clip((inner * way).sum(axis=others, keepdims=True) / (square + 1e-7), 0, 1)
    off = float(np.abs(inner - share * way).sum()) / (len(inner) * float(np.abs(way).sum()))
    done = share.squeeze(axis=others)
    weight = weights / weights.sum()
    between = float((weight * np.minimum(done, 1 - done).mean(axis=0)).sum())
    even, slope = _line(weight, 1 - done.mean(axis=0))
    if not 0.5 <= abs(slope) <= 1.4:
        return 0.0
    return max(0.0, (1 - off) * abs(even) * (1 - 4 * between))


def _line(weight: Floats, when: Floats) -> tuple[float, float]:
    """Return the correlation of place and time, and how much of the time the whole way takes; both signed."""
    place = np.linspace(0, 1, len(when))
    x, y = place - (weight * place).sum(), when - (weight * when).sum()
    both, xs, ys = (float((weight * v).sum()) for v in (x * y, x * x, y * y))
    return both / float(np.sqrt(xs * ys) + 1e-9), both / (xs + 1e-9)


def confirmed_wipe(trace: Trace, window: Window) -> Window | None:
    """Look at the window's ends; return it with its edges, or None if the old picture comes back."""
    frames = np.arange(window.start, window.end + 1)
    rows = trace.signed(frames)
    if explained(trace, window, SLOW):
        return None
    way = rows[-1] - rows[0]
    along = (rows - rows[0]) @ way / float((way * way).sum())
    if float(np.abs(np.diff(along)).max()) > max(SLOW.leap, 3.0 / len(frames)):
        return None
    inside: npt.NDArray[np.int64] = np.flatnonzero((along > 0.03) & (along < 0.97))
    if len(inside) < 2:
        return None
    return Window(window.start + int(inside[0]), window.start + int(inside[-1]) + 1, window.weight, window.score, True)
