"""A window that follows faces over a picture of another shape: where it stands in each frame of a piece. Pure.

Whole pixels are seen as shaking, and the planes of colour have half as many of them. So a strip a little longer than
the frame is cut out at even pixels, and ``perspective`` moves it by the rest. What rests is cut out and nothing more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Literal

import numpy as np

from services.renderer.domain.chunks import Piece
from services.renderer.domain.curves import NEAR, Curve, Floats, curves_of, expression
from services.renderer.domain.filters import Filter
from services.renderer.domain.fit import Fit, fit
from services.renderer.domain.reading import TOLERANCE, way_of
from shared.contracts.sight import FaceTrack, FocusPoint
from shared.contracts.timeline import Clip, Output, Source
from shared.contracts.warp import source_at
from shared.framing.paths import Leg, Window, crop_path, place_at, window, worth_following

MARGIN = 4
"""Pixels by which the strip is longer than the frame."""
_RESTS = 4
"""Equal control points in a row that make the window rest."""

Known = tuple[tuple[FaceTrack, ...], tuple[FocusPoint, ...], tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Course:
    """The window's way over the source, scaled to ``plan``, along ``axis``; frames count from the piece's first."""

    axis: Literal["x", "y"]
    plan: Fit
    curves: tuple[Curve, ...]


def identity(source: Source, clip: Clip, output: Output) -> object:
    """Return what the window depends on beside source, clip and output, as plain data; None where none moves."""
    known = _known(source, clip, output)
    if known is None:
        return None
    faces, focus, cuts = known
    return [[f.model_dump(mode="json") for f in faces], [p.model_dump(mode="json") for p in focus], cuts]


def course(source: Source, clip: Clip, piece: Piece, output: Output, rate: str) -> Course | None:
    """Return the way of the window over ``piece``; None where the picture is fitted as a whole."""
    known, view = _known(source, clip, output), _window(source, output)
    if known is None or view is None:
        return None
    video = source.media.video
    assert video is not None
    plan = fit((video.width, video.height), (output.width, output.height), "crop")
    room = plan.width - output.width if view.axis == "x" else plan.height - output.height
    if room < MARGIN:
        return None
    legs = _legs(*known, _span(clip), view, room)
    at = np.array([place_at(legs, time) for time in _times(source, clip, piece, rate)])
    return Course(view.axis, plan, curves_of(np.clip(at, 0, room)))


def filters(way: Course, output: Output) -> tuple[Filter, ...]:
    """Return the filters that cut the window out of the scaled picture."""
    size = {"w": output.width, "h": output.height}
    across = way.axis == "x"
    first = way.curves[0]
    if len(way.curves) == 1 and first.a == first.b == 0:
        return (Filter("crop", {**size, way.axis: 2 * round(first.c / 2), "y" if across else "x": 0}),)
    long = {**size, "w": output.width + MARGIN} if across else {**size, "h": output.height + MARGIN}
    room = (way.plan.width - long["w"]) if across else (way.plan.height - long["h"])
    strip = Filter("crop", {**long, way.axis: _even(expression(way.curves, "n"), room), "y" if across else "x": 0})
    rest = expression(way.curves, "(in-1)")
    moved = f"(st(0,{rest})-{_even('ld(0)', room)})"
    x, y = (moved, "0") if across else ("0", moved)
    corners = {"x0": x, "y0": y, "x1": f"W+{x}", "y1": y, "x2": x, "y2": f"H+{y}", "x3": f"W+{x}", "y3": f"H+{y}"}
    slid = Filter("perspective", {**corners, "interpolation": "linear", "eval": "frame"})
    return strip, slid, Filter("crop", {**size, "x": 0, "y": 0})


def _even(place: str, room: int) -> str:
    return f"min(2*floor({place}/2),{room // 2 * 2})"


def _window(source: Source, output: Output) -> Window | None:
    video = source.media.video
    if video is None or output.fit != "auto":
        return None
    return window((video.width, video.height), (output.width, output.height))


def _span(clip: Clip) -> tuple[float, float]:
    return float(clip.source_start), float(clip.source_end)


def _known(source: Source, clip: Clip, output: Output) -> Known | None:
    """Return what is known of the clip's span and decides its window; None where no window is to move."""
    if _window(source, output) is None:
        return None
    start, end = span = _span(clip)
    faces = tuple(t for t in source.faces if t.boxes and t.boxes[0].time < end and t.boxes[-1].time > start)
    focus = tuple(p for p in source.focus if start - 1 <= p.time <= end + 1)
    if worth_following(faces, focus, span) is None:
        return None
    return faces, focus, tuple(c for c in source.cuts if start < c < end)


@lru_cache(maxsize=256)
def _legs(
    faces: tuple[FaceTrack, ...],
    focus: tuple[FocusPoint, ...],
    cuts: tuple[float, ...],
    span: tuple[float, float],
    view: Window,
    room: int,
) -> tuple[Leg, ...]:
    """The path over a whole clip in pixels, 0 to ``room``, which every chunk of it asks for."""
    path = crop_path(faces, focus, cuts, span, view)
    return tuple(replace(leg, points=_resting_even(np.array(leg.points) / view.top * room, room)) for leg in path)


def _resting_even(points: Floats, room: int) -> tuple[float, ...]:
    """Move parts that rest, by a pixel at most, to even pixels, where nothing is blended; what lies between follows."""
    places: list[int] = []
    moves: list[float] = []
    first = 0
    for n in range(1, len(points) + 1):
        if n < len(points) and abs(points[n] - points[first]) < NEAR:
            continue
        if n - first >= _RESTS or n - first == len(points):
            even = min(2 * round(float(points[first]) / 2), room // 2 * 2)
            places += [first, n - 1]
            moves += [even - float(points[first])] * 2
        first = n
    moved = points + np.interp(np.arange(len(points)), places, moves) if places else points
    return tuple(float(p) for p in np.clip(moved, 0, room))


def _times(source: Source, clip: Clip, piece: Piece, rate: str) -> list[float]:
    """The source times, in seconds, of the piece's frames as they are read: forwards."""
    if source.media.kind == "image":
        return [float(clip.source_start)]
    first = clip.frames - piece.first - piece.frames if clip.reverse else piece.first
    begin, way = clip.source_start + TOLERANCE, way_of(clip)
    return [float(begin + source_at(way, n / Fraction(rate))) for n in range(first, first + piece.frames)]
