"""A film whose pictures change their size in the middle: each is laid on the frame by the size that it has itself.

Filters that cut or widen settle their sizes before the first picture. So every picture is scaled by expressions over
its own size and laid over a ground as large as the frame, which cuts off what stands out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.renderer.domain.fit import Wanted, each
from services.renderer.tools.backdrop import COVERING, Size, small, softened

Node = Any
"""A stream of ffmpeg-python, which has no types."""
MIDDLE = {
    side: f"if(gt({has},{room}),-2*floor(({has}-{room})/4),({room}-{has})/2)"
    for side, has, room in (("x", "w", "W"), ("y", "h", "H"))
}
"""Where something lies in the middle; what is larger begins at an even place, as ``crop`` has it."""
DEPTHS = {8: ("yuva420p", "yuv420"), 10: ("yuva420p10", "yuv420p10")}
"""Bits of a sample: what ``overlay`` lays over something, and what it calls that.

A conversion that ffmpeg puts in between by itself would have the size of the first picture.
"""


def fitted(video: Node, size: Size, wanted: Wanted, colours: Mapping[str, str], bits: int = 8) -> Node:
    """Return ``video`` filling a frame of ``size`` as ``wanted``, in ``colours`` and ``bits`` (a key of DEPTHS)."""
    width, height = each(size, wanted)
    pixels, over = DEPTHS[bits]
    scaled = video.filter("scale", w=width, h=height, eval="frame", flags="bicubic", **colours)
    both = scaled.filter("setsar", "1").filter("format", pixels).split()
    ground = softened(_covered(both[0], size), size) if wanted in ("auto", "blur") else _black(both[0], size)
    return ground.overlay(both[1], **MIDDLE, format=over).filter("setsar", "1")


def _covered(video: Node, size: Size) -> Node:
    scaled = video.filter("scale", **small(size), eval="frame", **COVERING)
    both = scaled.filter("setsar", "1").filter("format", "yuva420p").split()
    return both[0].filter("scale", **small(size), flags="neighbor").overlay(both[1], **MIDDLE, format="yuv420")


def _black(video: Node, size: Size) -> Node:
    ground = video.filter("scale", w=size[0], h=size[1], flags="neighbor")
    return ground.filter("drawbox", color="black", thickness="fill")
