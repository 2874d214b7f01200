"""What a drawn scene is made of: pictures that move over each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deploy.sample.paint import Picture


@dataclass(frozen=True, slots=True)
class Layer:
    """A picture and where its corner is: ffmpeg expressions in pixels over ``t``, the seconds since the cut."""

    picture: Picture
    x: str = "0"
    y: str = "0"


@dataclass(frozen=True, slots=True)
class Stage:
    """What a scene is drawn for: the frame in pixels, its seconds, and a source of chance that depends on the seed."""

    width: int
    height: int
    seconds: float
    rng: np.random.Generator

    @property
    def unit(self) -> float:
        """The size of a drawing unit in pixels: scenes are drawn in 720ths of the height and look alike at any size."""
        return self.height / 720

    def px(self, units: float) -> int:
        """Return ``units`` in whole pixels, at least one."""
        return max(1, round(units * self.unit))

    def drift(self, speed: float) -> str:
        """Return the x of a layer that moves left by ``speed`` units a second."""
        return f"-{speed * self.unit:.3f}*t"

    def travel(self, speed: float) -> int:
        """Return the width in pixels that a layer of that speed needs to fill the frame to the end."""
        return self.width + round(speed * self.unit * self.seconds) + 4
