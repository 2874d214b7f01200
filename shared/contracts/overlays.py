"""What can be laid over the picture: where it stands, how it moves, and texts and shapes. Pure values.

Places and sizes are fractions of the frame; ``x`` and ``y`` are where the middle stands. Frames are output frames, and
keyframes are counted from the overlay's first one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from shared.contracts.easing import Animated
from shared.contracts.effects import Colour
from shared.contracts.value import Value

MAX_OVERLAYS = 500
MOST_AT_ONCE = 50
"""Films and pictures that lie over the edit at the same time: each is decoded beside all others."""


class TextBox(Value):
    """A text of one or more lines. ``size`` is the height of a line as a fraction of the frame's smaller side."""

    text: str = Field(min_length=1, max_length=500)
    size: float = Field(default=0.07, ge=0.01, le=0.5)
    colour: Colour = "#ffffff"
    outline: Colour = "#101010"
    box: Colour | None = None
    align: Literal["left", "centre", "right"] = "centre"


class Shape(Value):
    """A filled shape of the overlay's width and height."""

    kind: Literal["rectangle", "rounded", "ellipse", "triangle", "arrow", "line"] = "rectangle"
    colour: Colour = "#ffffff"


class Layer(Value):
    """Where and when an overlay stands. ``width`` and ``height``: None keeps the content's own size or shape.

    ``rotation`` is in degrees, clockwise; ``opacity`` goes from 0 to 1; ``scale`` multiplies the size.
    """

    id: str = Field(max_length=64)
    start: int = Field(ge=0)
    frames: int = Field(ge=1)
    x: Animated = 0.5
    y: Animated = 0.5
    width: float | None = Field(default=None, gt=0, le=4)
    height: float | None = Field(default=None, gt=0, le=4)
    scale: Animated = 1.0
    opacity: Animated = 1.0
    rotation: Animated = 0.0
    fit: Literal["crop", "pad"] = "crop"


def split_boxes(count: int, *, upright: bool) -> tuple[tuple[float, float, float, float], ...]:
    """Return (x, y, width, height) of each part of a screen split in 2, 3 or 4; ``upright``: higher than wide.

    Raises KeyError for another count.
    """
    if count == 4:
        return tuple((x, y, 0.5, 0.5) for y in (0.25, 0.75) for x in (0.25, 0.75))
    share = {2: 1 / 2, 3: 1 / 3}[count]
    places = [share * (i + 0.5) for i in range(count)]
    return tuple((0.5, p, 1.0, share) if upright else (p, 0.5, share, 1.0) for p in places)


def at_once(spans: Iterable[tuple[float, float]]) -> int:
    """Return how many of the spans (begin, end) there are at most at the same time; the end is not part of a span."""
    turns = sorted((time, step) for begin, end in spans for time, step in ((begin, 1), (end, -1)))
    most = now = 0
    for _, step in turns:
        now += step
        most = max(most, now)
    return most
