"""A sheet of small pictures, filled while the frames go by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame
from PIL import Image

from services.analyzer.domain.stills import Tiles
from services.analyzer.domain.turning import Turn
from services.analyzer.tools.pictures import Painter, save


@dataclass(slots=True)
class Sheet:
    """Tile n shows the frame that is on the screen at ``n * interval`` seconds; ``first`` is where a span begins."""

    tiles: Tiles
    turn: Turn
    first: int = 0
    made: dict[int, npt.NDArray[np.uint8]] = field(default_factory=dict)
    _painter: Painter = field(init=False)

    def __post_init__(self) -> None:
        self._painter = Painter((self.tiles.width, self.tiles.height), self.turn)

    def shown(self, frame: VideoFrame, until: float) -> None:
        """Take a frame that stays on the screen until ``until`` seconds."""
        if not self._wanted(until):
            return
        tile = np.asarray(self._painter.paint(frame))
        while self._wanted(until):
            self.made[self.first] = tile
            self.first += 1

    def _wanted(self, until: float) -> bool:
        return self.first < self.tiles.count and self.first * self.tiles.interval < until - 1e-6


def save_sheet(plan: Tiles, made: Mapping[int, npt.NDArray[np.uint8]], path: Path) -> None:
    """Write the tiles by number as one JPEG."""
    image = Image.new("RGB", (plan.columns * plan.width, plan.rows * plan.height))
    for number, tile in made.items():
        image.paste(Image.fromarray(tile), plan.place(number))
    save(image, path)
