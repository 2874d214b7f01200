"""A sheet of small pictures, filled while the frames go by."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from av.video.frame import VideoFrame
from PIL import Image

from services.analyzer.domain.stills import Tiles
from services.analyzer.domain.turning import Turn
from services.analyzer.tools.pictures import Painter, save


@dataclass(slots=True)
class Sheet:
    """Tile n shows the frame that is on the screen at ``n * interval`` seconds."""

    tiles: Tiles
    turn: Turn
    filled: int = 0
    image: Image.Image = field(init=False)
    _painter: Painter = field(init=False)

    def __post_init__(self) -> None:
        self._painter = Painter((self.tiles.width, self.tiles.height), self.turn)
        size = (self.tiles.columns * self.tiles.width, self.tiles.rows * self.tiles.height)
        self.image = Image.new("RGB", size)

    def shown(self, frame: VideoFrame, until: float) -> bool:
        """Take a frame that stays on the screen until ``until`` seconds; tell whether it became a tile."""
        if self.filled >= self.tiles.count or self.filled * self.tiles.interval >= until - 1e-6:
            return False
        tile = self._painter.paint(frame)
        while self.filled < self.tiles.count and self.filled * self.tiles.interval < until - 1e-6:
            self.image.paste(tile, self.tiles.place(self.filled))
            self.filled += 1
        return True

    def save(self, path: Path) -> None:
        """Write the sheet as a JPEG."""
        save(self.image, path)
