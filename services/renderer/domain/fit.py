"""How a source of one shape fills a frame of another. Pure integer geometry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CROP_LOSS = 0.25
"""``auto`` crops when no more than this share of the source's picture is lost."""
ALIKE = 1.01
"""Shapes that differ by less are stretched to each other, unseen."""
Wanted = Literal["auto", "crop", "blur", "pad"]


@dataclass(frozen=True, slots=True)
class Fit:
    """Scale to ``width`` x ``height`` and then: nothing (``exact``), cut the centre out, or lay on black or blur."""

    kind: Literal["exact", "crop", "pad", "blur"]
    width: int
    height: int


def fit(source: tuple[int, int], frame: tuple[int, int], wanted: Wanted) -> Fit:
    """Return how a picture of ``source`` (as displayed) fills ``frame``; both are (width, height) in pixels."""
    across, down = frame[0] / source[0], frame[1] / source[1]
    small, large = min(across, down), max(across, down)
    if large / small < ALIKE:
        return Fit("exact", *frame)
    if wanted == "auto":
        wanted = "crop" if 1 - small / large <= CROP_LOSS else "blur"
    if wanted == "crop":
        return Fit("crop", _even_up(source[0] * large, frame[0]), _even_up(source[1] * large, frame[1]))
    return Fit(wanted, _even_down(source[0] * small, frame[0]), _even_down(source[1] * small, frame[1]))


def each(frame: tuple[int, int], wanted: Wanted) -> tuple[str, str]:
    """Return width and height of :func:`fit` for pictures of any size, as ffmpeg's ``scale`` reckons them.

    Expressions over the size and the pixels' shape of each picture.
    """
    shape = f"st(0,{frame[0]}*ih/({frame[1]}*iw*sar))"
    cut = {"crop": "1", "auto": f"gte(min(ld(0),1/ld(0)),{1 - CROP_LOSS - 1e-9:.9f})"}.get(wanted, "0")

    def side(most: int, wide: str) -> str:
        larger = f"max({most},2*ceil({most}/min({wide},1)/2-0.0000005))"
        smaller = f"max(2,min({most},2*round({most}/max({wide},1)/2)))"
        return f"{shape};if(lt(max(ld(0),1/ld(0)),{ALIKE}),{most},if({cut},{larger},{smaller}))"

    return side(frame[0], "ld(0)"), side(frame[1], "1/ld(0)")


def _even_up(size: float, least: int) -> int:
    return max(least, 2 * -int(-(size - 1e-6) // 2))


def _even_down(size: float, most: int) -> int:
    return max(2, min(most, 2 * round(size / 2)))
