"""A path over frames as a few parabolas, and those as an expression of ffmpeg. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
NEAR = 0.04
"""Pixels by which a curve may miss the path."""
_MOST = 512


@dataclass(frozen=True, slots=True)
class Curve:
    """From frame ``first`` on the window's edge is at ``(a * u + b) * u + c`` pixels, ``u`` frames after ``first``."""

    first: int
    a: float
    b: float
    c: float


def curves_of(at: Floats) -> tuple[Curve, ...]:
    """Return the fewest parabolas, found from the left, that are everywhere within NEAR of ``at``."""
    curves: list[Curve] = []
    first = 0
    while first < len(at):
        last, step = first, 1
        best = _through(at, first, first)
        while step:
            more = min(last + step, len(at) - 1, first + _MOST)
            tried = _through(at, first, more) if more > last else None
            if tried is None:
                step //= 2
                continue
            best, last, step = tried, more, step * 2
        curves.append(best or Curve(first, 0.0, 0.0, float(at[first])))
        first = last + 1
    return tuple(curves)


def _through(at: Floats, first: int, last: int) -> Curve | None:
    """Return a parabola through frames ``first`` to ``last`` inclusive, or None when it misses them."""
    part, u = at[first : last + 1], np.arange(last - first + 1)
    if float(np.ptp(part)) < NEAR:
        return Curve(first, 0.0, 0.0, round(float(part.mean()), 3))
    a, b, c = (float(v) for v in np.polyfit(u, part, 2)) if len(part) > 2 else (0.0, float(part[1] - part[0]), part[0])
    off = float(np.abs((a * u + b) * u + c - part).max())
    return Curve(first, a, b, float(c)) if off < NEAR else None


def expression(curves: Sequence[Curve], frame: str) -> str:
    """Return the curves as an expression of ffmpeg: a balanced tree of comparisons, since a deep one is refused."""
    if len(curves) > 1:
        half = len(curves) // 2
        left, right = (expression(part, frame) for part in (curves[:half], curves[half:]))
        return f"if(lt({frame},{curves[half].first}),{left},{right})"
    one = curves[0]
    if one.a == one.b == 0:
        return f"{one.c:.3f}"
    u = f"({frame}-{one.first})" if one.first else frame
    return f"(({one.a:.6g}*{u}+{one.b:.6g})*{u}+{one.c:.3f})"
