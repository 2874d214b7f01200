"""What is seen on the middle-sized pictures of a film, a few a second."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """A face: left upper corner and size as fractions of the displayed picture, which it may stick out of; score 0..1.

    ``stir``: how much the lower third of it changed within the last look, over how much the rest of it did; 0 unknown.
    """

    x: float
    y: float
    width: float
    height: float
    score: float
    stir: float = 0.0

    @property
    def area(self) -> float:
        """Share of the picture."""
        return self.width * self.height

    @property
    def middle(self) -> tuple[float, float]:
        """Its centre."""
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen at ``time`` seconds after the container's start; places are fractions of the displayed picture.

    ``focus``: x, y and weight (0..1) of what draws the eye where there is no face, null where nothing does.
    ``sharpness`` and ``exposure``: 0..1, 1 best.
    """

    time: float
    faces: tuple[Box, ...] = ()
    focus: tuple[float, float, float] | None = None
    sharpness: float = 0.0
    exposure: float = 0.0


def overlap(a: Box, b: Box) -> float:
    """Return the intersection of two boxes over their union, 0..1."""
    across = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
    down = min(a.y + a.height, b.y + b.height) - max(a.y, b.y)
    if across <= 0 or down <= 0:
        return 0.0
    return across * down / (a.area + b.area - across * down)
