"""A window that follows faces over a picture of another shape: where it stands in each frame of a piece. Pure.

Whole pixels are seen as shaking, and the planes of colour have half as many of them. So a strip a little longer than
the frame is cut out at even pixels, and ``perspective`` moves it by the rest. What rests is cut out and nothing more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt

from services.renderer.domain.chunks import Piece
from services.renderer.domain.filters import Filter
from services.renderer.domain.fit import Fit, fit
from services.renderer.domain.reading import TOLERANCE, way_of
from shared.contracts.sight import FaceTrack, FocusPoint
from shared.contracts.timeline import Clip, Output, Source
from shared.contracts.warp import source_at
from shared.framing import Leg, Window, crop_path, place_at, window, worth_following

MARGIN = 4
"""Pixels by which the strip is longer than the frame."""
NEAR = 0.04
"""Pixels by which a curve may miss the path."""
_MOST = 512

Floats = npt.NDArray[np.float64]
Known = tuple[tuple[FaceTrack, ...], tuple[FocusPoint, ...], tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Curve:
    """From frame ``first`` on the window's edge is at ``(a * u + b) * u + c`` pixels, ``u`` frames after ``first``."""

    first: int
    a: float
    b: float
    c: float


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
    legs = _legs(*known, _span(clip), view)
    at = np.array([place_at(legs, time) for time in _times(source, clip, piece, rate)]) / view.top * room
    return Course(view.axis, plan, _curves(np.clip(at, 0, room)))


def filters(way: Course, output: Output) -> tuple[Filter, ...]:
    """Return the filters that cut the window out of the scaled picture."""
    size = {"w": output.width, "h": output.height}
    across = way.axis == "x"
    first = way.curves[0]
    if len(way.curves) == 1 and first.a == first.b == 0:
        return (Filter("crop", {**size, way.axis: 2 * round(first.c / 2), "y" if across else "x": 0}),)
    long = {**size, "w": output.width + MARGIN} if across else {**size, "h": output.height + MARGIN}
    room = (way.plan.width - long["w"]) if across else (way.plan.height - long["h"])
    strip = Filter("crop", {**long, way.axis: _even(_expression(way.curves, "n"), room), "y" if across else "x": 0})
    rest = _expression(way.curves, "(in-1)")
    moved = f"(st(0,{rest})-{_even('ld(0)', room)})"
    x, y = (moved, "0") if across else ("0", moved)
    corners = {"x0": x, "y0": y, "x1": f"W+{x}", "y1": y, "x2": x, "y2": f"H+{y}", "x3": f"W+{x}", "y3": f"H+{y}"}
    slid = Filter("perspective", {**corners, "interpolation": "cubic", "eval": "frame"})
    return strip, slid, Filter("crop", {**size, "x": 0, "y": 0})


def _even(place: str, room: int) -> str:
    return f"min(2*floor({place}/2),{room // 2 * 2})"


def _expression(curves: Sequence[Curve], frame: str) -> str:
    """Return the curves as an expression of ffmpeg: a balanced tree of comparisons, since a deep one is refused."""
    if len(curves) > 1:
        half = len(curves) // 2
        left, right = (_expression(part, frame) for part in (curves[:half], curves[half:]))
        return f"if(lt({frame},{curves[half].first}),{left},{right})"
    one = curves[0]
    if one.a == one.b == 0:
        return f"{one.c:.3f}"
    u = f"({frame}-{one.first})" if one.first else frame
    return f"(({one.a:.6g}*{u}+{one.b:.6g})*{u}+{one.c:.3f})"


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
) -> tuple[Leg, ...]:
    """The path over a whole clip, which several chunks and outputs of one shape ask for."""
    return crop_path(faces, focus, cuts, span, view)


def _times(source: Source, clip: Clip, piece: Piece, rate: str) -> list[float]:
    """The source times, in seconds, of the piece's frames as they are read: forwards."""
    if source.media.kind == "image":
        return [float(clip.source_start)]
    first = clip.frames - piece.first - piece.frames if clip.reverse else piece.first
    begin, way = clip.source_start + TOLERANCE, way_of(clip)
    return [float(begin + source_at(way, n / Fraction(rate))) for n in range(first, first + piece.frames)]


def _curves(at: Floats) -> tuple[Curve, ...]:
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
