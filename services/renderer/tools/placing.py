"""Laying a source on the frame of an output: size, shape, colours. Numbers only, from what the probe found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.renderer.domain.fit import Fit, fit
from services.renderer.domain.reframe import Course, filters
from services.renderer.tools.backdrop import COVERING, small, softened
from services.renderer.tools.changing import fitted
from shared.contracts.media import VideoStream
from shared.contracts.timeline import Output

Node = Any
"""A stream of ffmpeg-python, which has no types."""


def placed(video: Node, stream: VideoStream, output: Output, way: Course | None = None) -> Node:
    """Return ``video`` filling the frame of ``output``, in SDR, BT.709 and square pixels.

    ``way``: the window that moves over it, if one does.
    """
    plan = way.plan if way else fit((stream.width, stream.height), (output.width, output.height), output.fit)
    if not stream.resized and _as_it_is(stream, plan):
        # Pictures may change their size where nobody saw it: this lets pass what has it, untouched.
        return video.filter("scale", w=plan.width, h=plan.height, flags="bicubic").filter("setsar", "1")
    if transparent(stream):
        # What is transparent may have any colour: it is black before anything is mixed with it.
        video = video.filter("format", "gbrap").filter("premultiply", inplace=1).filter("format", "gbrp")
    if stream.resized:
        return _each_laid(video, stream, output, way)
    if stream.hdr:
        return _laid(_tone_mapped(video, stream, plan), plan, output, {}, way)
    return _laid(video, plan, output, _colours(stream), way)


def _each_laid(video: Node, stream: VideoStream, output: Output, way: Course | None) -> Node:
    """Pictures of changing sizes. A window that moves was found for one of them: the others stand whole within it."""
    frame = (way.plan.width, way.plan.height) if way else (output.width, output.height)
    wanted = "pad" if way else output.fit
    if stream.hdr:
        deep = fitted(video, frame, wanted, {}, bits=10)
        return _windowed(_tone_mapped(deep, stream, Fit("exact", *frame)), output, way)
    return _windowed(fitted(video, frame, wanted, _colours(stream)), output, way)


def transparent(stream: VideoStream) -> bool:
    """Tell whether pixels of a stream may be transparent; a palette's colours may."""
    return stream.pixel_format.startswith(("yuva", "rgba", "bgra", "argb", "abgr", "gbrap", "ya8", "ya16", "pal8"))


def _colours(stream: VideoStream) -> dict[str, str]:
    return {
        "in_color_matrix": _MATRICES.get(_matrix(stream), "auto"),
        "out_color_matrix": "bt709",
        "out_range": "tv",
    }


_MATRICES = {"bt709": "bt709", "smpte170m": "smpte170m", "bt470bg": "bt470bg", "fcc": "fcc", "smpte240m": "smpte240m",
             "bt2020nc": "bt2020", "bt2020c": "bt2020"}  # fmt: skip


def _as_it_is(stream: VideoStream, plan: Fit) -> bool:
    """Tell whether nothing is to be done: a scaler that changes nothing still costs a twentieth of the render."""
    coded = (stream.coded_width, stream.coded_height)
    upright = stream.rotation == 0 and stream.sample_aspect_ratio == "1/1" and stream.hdr is None
    plain = stream.pixel_format == "yuv420p" and _matrix(stream) == "bt709"
    return upright and plain and plan.kind == "exact" and coded == (plan.width, plan.height)


def _matrix(stream: VideoStream) -> str:
    """The matrix of the colours; where nobody says, it is HD's for what is as large as HD."""
    return stream.color_space or ("bt709" if min(stream.width, stream.height) >= 720 else "auto")


def _tone_mapped(video: Node, stream: VideoStream, plan: Fit) -> Node:
    """PQ or HLG to SDR: linear light, BT.709 primaries, Hable's curve."""
    transfer = "smpte2084" if stream.hdr == "pq" else "arib-std-b67"
    return (
        video.filter("zscale", w=plan.width, h=plan.height, filter="bicubic", tin=transfer, min="2020_ncl", pin="2020",
                     t="linear", npl=203 if stream.hdr == "pq" else 100)
        .filter("format", "gbrpf32le")
        .filter("zscale", p="709")
        .filter("tonemap", tonemap="hable", desat=0)
        .filter("zscale", t="709", m="709", r="tv")
        .filter("format", "yuv420p")
    )  # fmt: skip


def _laid(video: Node, plan: Fit, output: Output, colours: Mapping[str, str], way: Course | None) -> Node:
    size = {"w": output.width, "h": output.height}
    scaled = {"w": plan.width, "h": plan.height, "flags": "bicubic", **colours}
    if plan.kind != "blur":
        video = video.filter("scale", **scaled).filter("setsar", "1").filter("format", "yuv420p")
        if way is not None:
            return _windowed(video, output, way)
        if plan.kind == "crop":
            video = video.filter("crop", **size)
        elif plan.kind == "pad":
            video = video.filter("pad", **size, x="(ow-iw)/2", y="(oh-ih)/2")
        return video
    both = video.filter("scale", **scaled).filter("setsar", "1").filter("format", "yuv420p").split()
    frame = (output.width, output.height)
    covering = both[0].filter("scale", **small(frame), **COVERING).filter("crop", **small(frame))
    return softened(covering, frame).overlay(both[1], x="(W-w)/2", y="(H-h)/2", format="yuv420")


def _windowed(video: Node, output: Output, way: Course | None) -> Node:
    for step in filters(way, output) if way else ():
        video = video.filter(step.name, **step.options)
    return video
