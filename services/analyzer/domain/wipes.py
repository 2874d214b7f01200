"""Wipes: an edge runs over the picture, and behind it stands the next shot.

Seen column by column (or row by row), each goes from the old picture to the new one in a short time, and the time at
which it does so runs evenly with its place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.analyzer.domain.frames import Floats
from services.analyzer.domain.gradual import LAGS, Window, chunks, compared, explained
from services.analyzer.domain.gradual import Rules as Slow
from services.analyzer.domain.trace import Trace, planes

_SHORTEST = 3
_OTHERS = {3: (1, 2), 2: (1, 3)}


@dataclass(frozen=True, slots=True)
class Rules:
    """Thresholds, found on generated clips. ``torn``: what of the middle frame is neither picture, line by line."""

    least: float = 3.0
    apart: float = 1.1
    like: float = 0.5
    torn: float = 0.3
    score: float = 0.35


def wipe_windows(trace: Trace, rules: Rules = Rules()) -> list[Window]:
    """Return windows that look like a wipe, in any order, many of them over each other."""
    found: list[Window] = []
    for frames, rows in chunks(trace):
        plain = trace.blank[frames]
        for lag in (lag for lag in LAGS if _SHORTEST <= lag < len(rows)):
            change, apart, like = compared(trace, frames, rows, lag)
            fits = (
                (like <= rules.like) & (change >= rules.least) & (apart >= rules.apart) & ~plain[:-lag] & ~plain[lag:]
            )
            for start in np.flatnonzero(fits):
                cube = planes(rows[start : start + lag + 1 : max(1, lag // 8)])
                score = max(_score(cube, axis, rules) for axis in (3, 2))
                if score >= rules.score:
                    weight = float(change[start]) * score
                    found.append(Window(int(frames[start]), int(frames[start + lag]), weight, score, wiped=True))
    return found


def _score(cube: Floats, axis: int, rules: Rules) -> float:
    """Return how much a few frames (count, 3, 18, 32) look like a wipe along ``axis``, 0..1."""
    others = _OTHERS[axis]
    old, new, middle = cube[0], cube[-1], cube[len(cube) // 2]
    across = tuple(a - 1 for a in others)
    left, whole = (np.abs(middle - end).sum(axis=across) for end in (old, new)), np.abs(new - old)
    if float(np.minimum(*left).sum()) > rules.torn * float(whole.sum()):
        return 0.0
    return _ordered(cube, others, whole.sum(axis=across))


def _ordered(cube: Floats, others: tuple[int, int], weights: Floats) -> float:
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
    if explained(trace, window, Slow()):
        return None
    way = rows[-1] - rows[0]
    along = (rows - rows[0]) @ way / float((way * way).sum())
    if float(np.abs(np.diff(along)).max()) > max(Slow().leap, 3.0 / len(frames)):
        return None
    inside: npt.NDArray[np.int64] = np.flatnonzero((along > 0.03) & (along < 0.97))
    if len(inside) < 2:
        return None
    return Window(window.start + int(inside[0]), window.start + int(inside[-1]) + 1, window.weight, window.score, True)
