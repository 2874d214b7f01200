"""Which frame shows a clip best, and how sprite sheets are laid out."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Small = npt.NDArray[np.uint8]
MOST_TILES = 100
TILE = 160
STILL = 640
COLUMNS = 10
_STEPS = (0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0)
_FEWEST = 12
_FINE = 0.5


def still_score(frame: Small) -> float:
    """Return how well a small frame (3 planes Y, U, V of 8 bits) stands for its clip; higher is better, 0 is useless.

    Contrast, detail and colour count for it; clipped shadows and lights, and a picture of one colour, against it.
    """
    luma = frame[0].astype(np.float32)
    spread = float(luma.std()) / 64
    detail = float(np.abs(np.diff(luma, axis=0)).mean() + np.abs(np.diff(luma, axis=1)).mean()) / 24
    colour = float(np.abs(frame[1:].astype(np.float32) - 128).mean()) / 32
    clipped = float(((luma < 24) | (luma > 232)).mean())
    balance = 1 - abs(float(luma.mean()) - 118) / 140
    return max(0.0, (min(spread, 1.0) + min(detail, 1.0) + 0.6 * min(colour, 1.0)) * max(balance, 0.05) * (1 - clipped))


def fit(width: int, height: int, box: int) -> tuple[int, int]:
    """Return the even size, at least 2x2, at which a picture fits into a square of ``box`` pixels; never larger."""
    scale = min(1.0, box / max(width, height, 1))
    return max(2, 2 * round(width * scale / 2)), max(2, 2 * round(height * scale / 2))


@dataclass(frozen=True, slots=True)
class Tiles:
    """A sheet's layout: one tile every ``interval`` seconds, ``count`` of them in rows of ``columns``."""

    interval: float
    count: int
    columns: int
    rows: int
    width: int
    height: int

    def place(self, number: int) -> tuple[int, int]:
        """Return the left upper corner of a tile in pixels."""
        return number % self.columns * self.width, number // self.columns * self.height


def tiles(duration: float, width: int, height: int) -> Tiles:
    """Lay out the sheet of a clip of ``duration`` seconds: at most 100 tiles, at least a dozen where there is time.

    It is for finding a place by moving along the film, so it is as fine as that allows, but no finer than one in half
    a second unless the clip is very short.
    """
    fitting = [step for step in _STEPS if _FEWEST <= duration / step <= MOST_TILES]
    least = _STEPS[0] if duration < 1.2 else math.ceil(duration / MOST_TILES)
    interval = next((step for step in fitting if step >= _FINE), fitting[-1] if fitting else least)
    count = min(MOST_TILES, max(1, math.ceil(round(duration / interval, 6))))
    columns = min(COLUMNS, count)
    tile = fit(width, height, TILE)
    return Tiles(interval, count, columns, math.ceil(count / columns), *tile)
