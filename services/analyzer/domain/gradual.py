"""Dissolves and fades: transitions that take their time, which no comparison of neighbouring frames can see.

Ten times a second a frame is compared with those up to 2.4 s before. In a dissolve the middle frame is the mean of the
two ends (which it is not when the camera or a thing moves), the ends are different pictures (which they are not when
only the light changes), and before and behind it there is less change than within (which there is not in a pan).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.analyzer.domain.frames import Floats

EVERY_S = 0.1
LAGS = (2, 4, 6, 8, 10, 12, 16, 20, 24)
_LUMA = 18 * 32


@dataclass(frozen=True, slots=True)
class Slow:
    """One row for every ``every`` frames, one column for each of LAGS.

    ``change``: distance to the frame that many rows before. ``bend``: distance of the frame half-way to the mean of
    the two. ``likeness``: correlation of their luma. ``step``: distance to the row before. ``luma`` and ``spread``:
    mean and deviation of the luma levels.
    """

    every: int
    change: Floats
    bend: Floats
    likeness: Floats
    step: Floats
    luma: Floats
    spread: Floats


@dataclass(frozen=True, slots=True)
class Rules:
    """Thresholds, found on generated clips."""

    least: float = 14.0
    bend: float = 0.25
    like: float = 0.6
    calm: float = 0.7
    flat: float = 7.0
    dark: float = 36.0


class Watching:
    """Takes the signatures of all frames and compares every so many of them."""

    def __init__(self, rate: float) -> None:
        self.every = max(1, round(rate * EVERY_S))
        self._seen = 0
        self._ring: list[Floats] = []
        self._rows: list[tuple[Floats, Floats, Floats, float, float, float]] = []

    def feed(self, signatures: Floats) -> None:
        """Take the next frames' signatures, a row each."""
        first = -self._seen % self.every
        for row in signatures[first :: self.every]:
            self._take(row)
        self._seen += len(signatures)

    def _take(self, row: Floats) -> None:
        self._ring = [*self._ring[-LAGS[-1] :], row]
        now = len(self._ring) - 1
        change, bend, like = (np.zeros(len(LAGS), np.float32) for _ in range(3))
        for column, lag in enumerate(LAGS):
            if lag <= now:
                start, middle = self._ring[now - lag], self._ring[now - lag // 2]
                change[column] = np.abs(row - start).sum()
                bend[column] = np.abs(middle - (row + start) / 2).sum()
                like[column] = _likeness(row[:_LUMA], start[:_LUMA])
        step = float(np.abs(row - self._ring[now - 1]).sum()) if now else 0.0
        levels = row[:_LUMA] * _LUMA
        self._rows.append((change, bend, like, step, float(levels.mean()), float(levels.std())))

    def slow(self) -> Slow:
        """Return what was seen."""
        if not self._rows:
            none, flat = np.zeros((0, len(LAGS)), np.float32), np.zeros(0, np.float32)
            return Slow(self.every, none, none, none, flat, flat, flat)
        change, bend, like, step, luma, spread = (np.array(part, np.float32) for part in zip(*self._rows, strict=True))
        return Slow(self.every, change, bend, like, step, luma, spread)


def _likeness(a: Floats, b: Floats) -> float:
    a, b = a - a.mean(), b - b.mean()
    scale = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / scale if scale * _LUMA > 1.0 else 0.0


def gradual_cuts(slow: Slow, hard: Sequence[int], rules: Rules = Rules()) -> list[int]:
    """Return the frame numbers half-way through each dissolve, or in the dark between a fade out and a fade in.

    ``hard``: frame numbers of the hard cuts; a transition never holds one.
    """
    found: list[tuple[int, int]] = []
    for start, end in _candidates(slow, rules):
        clear = all(end <= a or start >= b for a, b in found)
        if clear and not any(start * slow.every < cut <= (end + 1) * slow.every for cut in hard):
            found.append((start, end))
    return _boundaries(slow, sorted(found), hard, rules)


def _candidates(slow: Slow, rules: Rules) -> list[tuple[int, int]]:
    """Return spans of rows that look like a transition, the clearest first, the shortest of equals."""
    scored: list[tuple[float, int, int]] = []
    dark = _dark(slow, rules)
    fits = (slow.change >= rules.least) & (slow.bend <= rules.bend * slow.change)
    for row, column in zip(*np.nonzero(fits), strict=True):
        lag, change = LAGS[column], float(slow.change[row, column])
        start, end = int(row) - lag, int(row)
        if slow.likeness[row, column] > rules.like and dark[start] == dark[end]:
            continue
        around = max(_usual(slow, start - 4, start, dark), _usual(slow, end + 1, end + 5, dark))
        if around <= rules.calm * change / lag:
            scored.append((change - float(slow.bend[row, column]) - 0.3 * lag, start, end))
    return [(start, end) for _, start, end in sorted(scored, reverse=True)]


def _usual(slow: Slow, first: int, last: int, dark: npt.NDArray[np.bool_]) -> float:
    """Return the mean step of rows ``first`` to ``last``; 0 beside the dark, where another fade may follow."""
    steps = slow.step[max(1, first) : last + 1]
    beside = dark[max(0, first - 1) : last + 1]
    return float(steps.mean()) if len(steps) and not beside.any() else 0.0


def _dark(slow: Slow, rules: Rules) -> npt.NDArray[np.bool_]:
    dark: npt.NDArray[np.bool_] = (slow.luma < rules.dark) & (slow.spread < rules.flat)
    return dark


def _boundaries(slow: Slow, found: Sequence[tuple[int, int]], hard: Sequence[int], rules: Rules) -> list[int]:
    dark = _dark(slow, rules)
    cuts: list[int] = []
    for number, (start, end) in enumerate(found):
        if dark[start]:
            continue
        if not dark[end]:
            cuts.append((start + end) // 2 * slow.every)
            continue
        follows = found[number + 1][0] if number + 1 < len(found) else len(dark) - 1
        if follows < len(dark) - 1 and dark[end : follows + 1].all():
            cuts.append((end + follows) // 2 * slow.every)
    return cuts
