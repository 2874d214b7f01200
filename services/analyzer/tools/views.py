"""Middle-sized pictures of a film, a few a second, for what the tiny measured ones are too small for: faces, focus.

They come out of the one decode that all picture measures share. What looks at them is a :class:`Viewer`; it gets each
picture upright, as displayed, in SDR, and returns a ``Look`` (``domain/looks.py``). All looks of a film stand in
``VideoAnswer.looks``, ascending in time. To add a measure: add its fields (with defaults) to ``Look``, fill them in a
viewer, name the viewer in ``video_child._viewer``, and make what ties looks together (tracks, smoothing) from
``VideoAnswer.looks`` afterwards.

A long film may be looked at in several spans at once, each by a process and viewer of its own. So a viewer remembers at
most the last second; each span begins with views from before it, whose looks are left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame

from services.analyzer.domain.looks import Look
from services.analyzer.domain.moments import qualities, worth
from services.analyzer.domain.stills import STILL, fit
from services.analyzer.domain.turning import Turn
from services.analyzer.tools.pictures import Painter

EVERY_S = 0.4
SIDE = 512
MOST_STILLS = 24

Picture = npt.NDArray[np.uint8]
"""RGB, (height, width, 3), the longer side at most SIDE pixels."""


class Viewer(Protocol):
    """Looks at pictures in the order of their time."""

    def view(self, picture: Picture, at: float) -> Look:
        """Return what is seen at ``at`` seconds. The picture may be kept, but not be written to."""


@dataclass(slots=True)
class Views:
    """Shows a viewer the first frame in each EVERY_S seconds. ``size``: the displayed one; ``duration`` in seconds.

    Keeps the best picture of each of up to MOST_STILLS equal parts of the film, as one may become its still.
    """

    viewer: Viewer | None
    size: tuple[int, int]
    turn: Turn
    duration: float
    looks: list[Look] = field(default_factory=list)
    stills: dict[int, tuple[float, float, Picture]] = field(default_factory=dict)
    _painter: Painter | None = None
    _large: Painter | None = None
    _slot: int = -1

    def offer(self, frame: VideoFrame, at: float, *, keep: bool) -> None:
        """Take the next frame, shown from ``at`` seconds on. ``keep``: it lies in the span whose looks are wanted."""
        slot = int(at / EVERY_S + 1e-6)
        if slot <= self._slot:
            return
        self._slot = slot
        self._painter = self._painter or Painter(fit(*self.size, SIDE), self.turn)
        picture = np.asarray(self._painter.paint(frame))
        look = self.viewer.view(picture, at) if self.viewer else Look(time=round(at, 6))
        if not keep:
            return
        sharpness, exposure = qualities(picture)
        look = replace(look, sharpness=sharpness, exposure=exposure)
        self.looks.append(look)
        self._keep(frame, look)

    def _keep(self, frame: VideoFrame, look: Look) -> None:
        part = int(look.time / max(self.duration, EVERY_S) * MOST_STILLS)
        score = worth(look).score
        if part not in self.stills or score > self.stills[part][0]:
            self._large = self._large or Painter(fit(*self.size, STILL), self.turn)
            self.stills[part] = (score, look.time, np.asarray(self._large.paint(frame)))
