"""How a player turns the coded picture before it shows it: the display matrix of ISO 14496-12, section 8.2.2."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Turn:
    """The coded picture is mirrored left to right, or not, and then turned 0, 90, 180 or 270 degrees clockwise."""

    clockwise: int = 0
    mirrored: bool = False

    @property
    def sideways(self) -> bool:
        """Whether width and height change places."""
        return self.clockwise in {90, 270}

    def shown(self, width: int, height: int) -> tuple[int, int]:
        """Return the size on the screen of a coded size, or the other way round."""
        return (height, width) if self.sideways else (width, height)


def turn_of(matrix: Sequence[int]) -> Turn:
    """Return the turn of a display matrix (nine numbers, row by row); odd angles go to the nearest quarter turn."""
    a, b, c, d = matrix[0], matrix[1], matrix[3], matrix[4]
    mirrored = a * d - b * c < 0
    if mirrored:
        a, b = -a, -b
    return Turn(round(math.degrees(math.atan2(b, a)) / 90) % 4 * 90, mirrored)
