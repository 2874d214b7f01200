"""What stands behind a picture that does not fill its frame: itself, small, soft and a little darker."""

from __future__ import annotations

from typing import Any

Node = Any
"""A stream of ffmpeg-python, which has no types."""
Size = tuple[int, int]
COVERING = {"flags": "area", "force_original_aspect_ratio": "increase", "force_divisible_by": 2}
"""How a picture is scaled to cover something, its shape kept."""


def small(size: Size) -> dict[str, int]:
    """Return the size in which a backdrop of ``size`` is softened: that is much quicker, and nobody sees it."""
    shrink = max(1, min(size) // 72)
    return {"w": size[0] // shrink // 2 * 2, "h": size[1] // shrink // 2 * 2}


def softened(video: Node, size: Size) -> Node:
    """Return the backdrop of ``size``; ``video`` shows it, as large as :func:`small` says."""
    return (
        video.filter("gblur", sigma=max(2.0, min(small(size).values()) / 24), steps=2)
        .filter("scale", w=size[0], h=size[1], flags="bicubic")
        .filter("eq", brightness=-0.08)
        .filter("setsar", "1")
        .filter("format", "yuv420p")
    )
