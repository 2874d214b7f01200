"""Wipes: an edge runs over the picture, and behind it stands the next shot.

Seen column by column (or row by row), each goes from the old picture to the new one in a short time, and the time at
which it does so runs evenly with its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.analyzer.domain.shots.explaining import explained
from services.analyzer.domain.shots.frames import Floats
from services.analyzer.domain.shots.gradual import LAGS, chunks, compared
from services.analyzer.domain.shots.trace import COLUMNS, LUMA, ROWS, Trace, planes
from services.analyzer.domain.shots.windows import RULES as SLOW
from services.analyzer.domain.shots.windows import Window

_SHORTEST = 3
_RESTING = 0.05
_LONG = 10
_BATCH = 64
Ints = npt.NDArray[np.int64]
_COLUMNS, _ROWS = 3, 2


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
            steps = np.arange(0, lag + 1, max(1, lag // 8))
            for starts, axis in _torn_less(rows, np.flatnonzero(fits), lag, rules):
                scores = _ordered(rows[starts[:, None] + steps], axis, rules.score)
                for start, score in zip(starts.tolist(), scores.tolist(), strict=True):
                    if score >= rules.score:
                        weight = float(change[start]) * score
                        yield Window(int(frames[start]), int(frames[start + lag]), weight, score, wiped=True)


def _torn_less(rows: Floats, starts: Ints, lag: int, rules: Rules) -> Iterator[tuple[Ints, int]]:
    """Yield windows, and their axis of lines, whose middle frame is made of lines of the old and of the new picture."""
    starts = starts[starts % 2 == 0] if lag >= _LONG else starts
    for first in range(0, len(starts), _BATCH):
        some = starts[first : first + _BATCH]
        old, new, middle = (rows[some + at] for at in (0, lag, lag // 2))
        ways = [np.abs(part) for part in (middle - old, middle - new, new - old)]
        for axis in (_COLUMNS, _ROWS):
            to_old, to_new, whole = (_by_line(way, axis, 1 / 2) for way in ways)
            torn = np.minimum(to_old, to_new).sum(axis=1) / whole.sum(axis=1)
            turns = np.abs(np.diff((to_old > to_new).astype(np.int8), axis=1)).sum(axis=1)
            if len(found := some[(torn <= rules.torn) & (turns <= rules.turns)]):
                yield found, axis


def _by_line(values: Floats, axis: int, share: float) -> Floats:
    """Return the sum over each column or row of values that belong to a signature's levels (…, 864).

    A level of chroma lies in two lines; ``share`` is what of its value is each one's.
    """
    kept = values.shape[:-1]
    luma = values[..., :LUMA].reshape(*kept, ROWS, COLUMNS)
    chroma = values[..., LUMA:].reshape(*kept, 2, ROWS // 2, COLUMNS // 2)
    across = -2 if axis == _COLUMNS else -1
    summed: Floats = luma.sum(axis=across) + share * chroma.sum(axis=(-3, across)).repeat(2, axis=-1)
    return summed


def _ordered(seen: Floats, axis: int, least: float) -> Floats:
    """Return how evenly line after line of a few frames goes from the old picture to the new, 0..1, for each window.

    ``seen``: signatures (windows, frames, 864). What cannot reach ``least`` is 0.
    """
    way, inner = seen[:, -1:] - seen[:, :1], seen[:, 1:-1] - seen[:, :1]
    weights = _by_line(np.abs(way), axis, 1 / 2)[:, 0]
    share = np.clip(_by_line(inner * way, axis, 1 / 8) / (_by_line(way * way, axis, 1 / 8) + 1e-7), 0, 1)
    weight = weights / weights.sum(axis=1, keepdims=True)
    between = (weight * np.minimum(share, 1 - share).mean(axis=1)).sum(axis=1)
    even, slope = _lines(weight, 1 - share.mean(axis=1))
    score = np.maximum(0, np.abs(even) * (1 - 4 * between))
    score[(np.abs(slope) < 0.5) | (np.abs(slope) > 1.4) | (score < least)] = 0
    for window in np.flatnonzero(score).tolist():
        score[window] *= max(0.0, 1 - _off(way[window], inner[window], share[window], axis))
    return np.asarray(score, np.float32)


def _off(way: Floats, inner: Floats, share: Floats, axis: int) -> float:
    """Return how much of a window's frames is not what their lines' shares of the way foretell."""
    there, along = planes(inner), planes(way)
    shares = share[:, None, None, :] if axis == _COLUMNS else share[:, None, :, None]
    return float(np.abs(there - shares * along).sum() / (len(inner) * np.abs(along).sum()))


def _lines(weight: Floats, when: Floats) -> tuple[Floats, Floats]:
    """Return the correlation of place and time, and how much of the time the whole way takes; both signed.

    One row a window.
    """
    place = np.linspace(0, 1, when.shape[1], dtype=np.float32)
    x = place - (weight * place).sum(axis=1, keepdims=True)
    y = when - (weight * when).sum(axis=1, keepdims=True)
    both, xs, ys = ((weight * v).sum(axis=1) for v in (x * y, x * x, y * y))
    return both / (np.sqrt(xs * ys) + 1e-9), both / (xs + 1e-9)


def _rests(along: Floats) -> bool:
    """Whether for half of its frames it hardly goes on: then the window begins in one wipe and ends in the next."""
    half = len(along) // 2
    return half >= _LONG and bool((along[half:] - along[:-half] < _RESTING).any())


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
    if len(inside) < 2 or _rests(along[inside[0] : inside[-1] + 1]):
        return None
    return Window(window.start + int(inside[0]), window.start + int(inside[-1]) + 1, window.weight, window.score, True)
