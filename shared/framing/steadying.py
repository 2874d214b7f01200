"""The steadiest path that keeps its targets in view: one coordinate over time, by linear programming. Pure.

Method: M. Grundmann, V. Kwatra and I. Essa, "Auto-directed video stabilization with robust L1 optimal camera paths"
(CVPR 2011): the sum of the absolute first, second and third differences is least, which gives parts that rest, parts
that move evenly, and parts between them that speed up evenly. Here the unknowns are the control points of a uniform
cubic B-spline: its slope and curvature never exceed those of its control polygon, so that limits on the differences of
the points are limits on speed and acceleration at every instant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
STEP_S = 0.25
_DIFFERENCES = (10.0, 1.0, 100.0)
_MUST, _SHOULD, _WOULD = 400.0, 4.0, 0.02
_WINDOW, _AHEAD = 240, 48
"""Knots solved at once, and how many of them are solved again with what follows."""


@dataclass(frozen=True, slots=True)
class Limits:
    """``speed`` in units of the axis a second, ``acceleration`` in those a second and second."""

    speed: float = 0.35
    acceleration: float = 0.7


USUAL = Limits()


@dataclass(frozen=True, slots=True)
class Targets:
    """What is wanted of the path at each knot: arrays of one length.

    ``low`` to ``high`` must hold, ``soft_low`` to ``soft_high`` should, weighed by ``care`` (0..1); ``ideal`` would be
    nice, but nothing moves for it alone.
    """

    low: Floats
    high: Floats
    soft_low: Floats
    soft_high: Floats
    care: Floats
    ideal: Floats

    def __len__(self) -> int:
        return len(self.low)

    def part(self, first: int, last: int) -> Targets:
        """Return the targets of knots ``first`` to ``last``, the last not included."""
        rows = (self.low, self.high, self.soft_low, self.soft_high, self.care, self.ideal)
        return Targets(*(row[first:last] for row in rows))


def steady(targets: Targets, top: float, limits: Limits, step: float = STEP_S) -> tuple[float, ...]:
    """Return the control points, two more than knots, of a path within 0..``top``; knot k lies at point k + 1.

    A long path is solved piece by piece, each going on where the one before is left. Takes about 0.1 s for each minute.
    """
    points = _solved(targets.part(0, _WINDOW), (), top, limits, step)
    done = min(_WINDOW, len(targets))
    while done < len(targets):
        keep = done - _AHEAD
        fixed = points[: keep + 2]
        more = targets.part(keep - 1, keep - 1 + _WINDOW)
        points = [*fixed, *_solved(more, fixed[-3:], top, limits, step)[3:]]
        done = keep - 1 + len(more)
    return tuple(round(min(max(float(p), 0.0), top), 6) + 0.0 for p in points)


def _solved(targets: Targets, begin: Sequence[float], top: float, limits: Limits, step: float) -> list[float]:
    """Solve one piece; its first points are ``begin``."""
    from scipy import sparse
    from scipy.optimize import linprog

    knots = len(targets)
    count = knots + 2
    spline = sparse.diags([1 / 6, 4 / 6, 1 / 6], [0, 1, 2], shape=(knots, count), format="csr")
    system = _System(count)
    system.bound([(p, p) for p in begin] + [(0.0, top)] * (count - len(begin)))
    caps = (limits.speed * step, limits.acceleration * step**2, None)
    operator = sparse.identity(count, format="csr")
    for weight, cap in zip(_DIFFERENCES, caps, strict=True):
        operator = operator[1:] - operator[:-1]
        zeros = np.zeros(operator.shape[0])
        system.hold(operator, zeros, zeros, np.full(operator.shape[0], weight), cap)
    system.hold(spline, targets.low, targets.high, np.full(knots, _MUST), None)
    system.hold(spline, targets.soft_low, targets.soft_high, _SHOULD * targets.care, None)
    system.hold(spline, targets.ideal, targets.ideal, np.full(knots, _WOULD), None)
    solved = linprog(*system.assembled(), bounds=system.bounds, method="highs")
    if solved.x is None:
        raise ArithmeticError(f"no steady path: {solved.message}")
    return [float(p) for p in solved.x[:count]]


class _System:
    """Rows of a linear program over ``count`` points and as many excesses as are held."""

    def __init__(self, count: int) -> None:
        self.bounds: list[tuple[float, float | None]] = []
        self._cost: list[Floats] = [np.zeros(count)]
        self._held: list[tuple[Any, Floats, Floats]] = []

    def bound(self, bounds: Sequence[tuple[float, float]]) -> None:
        """Bound the points."""
        self.bounds += bounds

    def hold(self, operator: Any, low: Floats, high: Floats, weight: Floats, cap: float | None) -> None:
        """Keep ``operator @ points`` within low..high but for an excess, which costs ``weight``, of at most ``cap``."""
        self._held.append((operator, low, high))
        self._cost.append(weight)
        self.bounds += [(0.0, cap)] * len(low)

    def assembled(self) -> tuple[Floats, Any, Floats]:
        """Return cost, matrix and right side of ``matrix @ unknowns <= right``."""
        from scipy import sparse

        blocks: list[list[Any]] = []
        right: list[Floats] = []
        for number, (operator, low, high) in enumerate(self._held):
            excess = [None] * len(self._held)
            excess[number] = -sparse.identity(len(low), format="csr")
            blocks += [[operator, *excess], [-operator, *excess]]
            right += [high, -low]
        return np.concatenate(self._cost), sparse.bmat(blocks, format="csr"), np.concatenate(right)
