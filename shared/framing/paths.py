"""Which part of a picture a frame of another shape shows, over time: faces first, else what draws the eye. Pure.

All places are fractions of the displayed source picture, all times seconds of the source. The window has the whole
picture along one axis and moves along the other; it jumps at cuts and nowhere else.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from shared.contracts.sight import FaceTrack, FocusPoint
from shared.framing.steadying import STEP_S, USUAL, Limits, steady
from shared.framing.subjects import Subject, faces_in_view, focus_in_view, targets

Axis = Literal["x", "y"]
SAME = 0.01
"""Shapes that differ by less than this are the same."""
SEEN_SHARE, DRAWN_SHARE = 0.3, 0.5


@dataclass(frozen=True, slots=True)
class Window:
    """What is shown at once: ``size`` of the source along ``axis``, and everything along the other."""

    axis: Axis
    size: float

    @property
    def top(self) -> float:
        """The largest place of its left or upper edge."""
        return 1 - self.size


@dataclass(frozen=True, slots=True)
class Leg:
    """The path in one shot, from ``start`` to ``end``: a uniform cubic B-spline over ``points``, ``step`` apart.

    At ``start + k * step`` it is at ``(points[k] + 4 * points[k + 1] + points[k + 2]) / 6``. One point: it rests there.
    """

    start: float
    end: float
    step: float
    points: tuple[float, ...]

    def at(self, time: float) -> float:
        """Return the place of the window's left or upper edge at ``time``."""
        if len(self.points) == 1:
            return self.points[0]
        last = len(self.points) - 3
        along = min(max((time - self.start) / self.step, 0.0), float(last))
        k = min(int(along), last - 1)
        a, b, c, d = cubic(self.points[k : k + 4])
        u = along - k
        return ((a * u + b) * u + c) * u + d


def cubic(points: Sequence[float]) -> tuple[float, float, float, float]:
    """Return a, b, c, d of ``a u^3 + b u^2 + c u + d``, the piece of the spline over four points, ``u`` from 0 to 1."""
    p, q, r, s = points
    return (s - 3 * r + 3 * q - p) / 6, (3 * p - 6 * q + 3 * r) / 6, (r - p) / 2, (p + 4 * q + r) / 6


def window(source: tuple[int, int], frame: tuple[int, int]) -> Window | None:
    """Return the window for a ``frame`` (width, height) on a ``source``; None where they are of one shape."""
    share = (frame[0] / frame[1]) / (source[0] / source[1])
    if abs(share - 1) < SAME:
        return None
    return Window("x", share) if share < 1 else Window("y", 1 / share)


def worth_following(
    faces: Sequence[FaceTrack], focus: Sequence[FocusPoint], span: tuple[float, float]
) -> Literal["faces", "focus"] | None:
    """Tell what a window over ``span`` should follow; None where cutting the picture might lose what matters.

    Faces that are there for a third of the time are followed; the focus where it is clear for half of it.
    """
    length = span[1] - span[0]
    seen = sum(stop - start for start, stop in _joined(faces_in_view(faces, span)))
    if seen >= SEEN_SHARE * length:
        return "faces"
    clear = [point.weight for point in focus_in_view(focus, span)]
    return "focus" if clear and sum(clear) / len(clear) >= DRAWN_SHARE else None


def crop_path(
    faces: Sequence[FaceTrack],
    focus: Sequence[FocusPoint],
    cuts: Sequence[float],
    span: tuple[float, float],
    view: Window,
    limits: Limits = USUAL,
) -> tuple[Leg, ...]:
    """Return the path of ``view`` over ``span``, one leg for each shot, end to end.

    A face that rests gives a window that rests. Of several people who do not fit, the one that talks or is largest is
    shown. CPU: about 0.1 s for each minute of film.
    """
    edges = [span[0], *(c for c in cuts if span[0] + 0.02 < c < span[1] - 0.02), span[1]]
    return tuple(_leg(faces, focus, shot, view, limits) for shot in pairwise(edges))


def place_at(legs: Sequence[Leg], time: float) -> float:
    """Return where the window is at ``time``."""
    return legs[max(0, bisect_right([leg.start for leg in legs], time + 1e-9) - 1)].at(time)


def _leg(
    faces: Sequence[FaceTrack], focus: Sequence[FocusPoint], shot: tuple[float, float], view: Window, limits: Limits
) -> Leg:
    start, end = shot
    knots = max(2, int((end - start) / STEP_S) + 2)
    times = [start + k * STEP_S for k in range(knots)]
    subject = Subject(faces, focus, shot, view.axis, view.size)
    wanted = targets(subject, times)
    if wanted is None:
        return Leg(start, end, STEP_S, (round(view.top / 2, 6),))
    points = steady(wanted, view.top, limits)
    rests = max(points) - min(points) < 1e-4
    return Leg(start, end, STEP_S, (points[len(points) // 2],) if rests else points)


def _joined(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    result: list[tuple[float, float]] = []
    for start, stop in sorted(spans):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], stop))
        else:
            result.append((start, stop))
    return result
