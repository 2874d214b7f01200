"""How a source of one shape fills a frame of another. Pure integer geometry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CROP_LOSS = 0.25
"""``auto`` crops when no more than this share of the source's picture is lost."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Scale to ``width`` x ``height`` and then: nothing (``exact``), cut the centre out, or lay on black or blur."""

    kind: Literal["exact", "crop", "pad", "blur"]
    width: int
    height: int


def fit(source: tuple[int, int], frame: tuple[int, int], wanted: Literal["auto", "crop", "blur", "pad"]) -> Fit:
    """Return how a picture of ``source`` (as displayed) fills ``frame``; both are (width, height) in pixels.

    Shapes that differ by less than a hundredth are stretched to each other, unseen.
    """
    across, down = frame[0] / source[0], frame[1] / source[1]
    small, large = min(across, down), max(across, down)
    if large / small < 1.01:
        return Fit("exact", *frame)
    if wanted == "auto":
        wanted = "crop" if 1 - small / large <= CROP_LOSS else "blur"
    if wanted == "crop":
        return Fit("crop", _even_up(source[0] * large, frame[0]), _even_up(source[1] * large, frame[1]))
    return Fit(wanted, _even_down(source[0] * small, frame[0]), _even_down(source[1] * small, frame[1]))


def _even_up(size: float, least: int) -> int:
    return max(least, 2 * -int(-(size - 1e-6) // 2))


def _even_down(size: float, most: int) -> int:
    return max(2, min(most, 2 * round(size / 2)))
