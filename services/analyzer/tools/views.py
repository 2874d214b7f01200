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

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame

from services.analyzer.domain.looks import Look
from services.analyzer.domain.stills import fit
from services.analyzer.domain.turning import Turn
from services.analyzer.tools.pictures import Painter

EVERY_S = 0.4
SIDE = 512

Picture = npt.NDArray[np.uint8]
"""RGB, (height, width, 3), the longer side at most SIDE pixels."""


class Viewer(Protocol):
    """Looks at pictures in the order of their time."""

    def view(self, picture: Picture, at: float) -> Look:
        """Return what is seen at ``at`` seconds. The picture may be kept, but not be written to."""


@dataclass(slots=True)
class Views:
    """Shows a viewer the first frame in each EVERY_S seconds. ``size``: the displayed one."""

    viewer: Viewer | None
    size: tuple[int, int]
    turn: Turn
    looks: list[Look] = field(default_factory=list)
    _painter: Painter | None = None
    _slot: int = -1

    def offer(self, frame: VideoFrame, at: float) -> None:
        """Take the next frame, shown from ``at`` seconds on."""
        slot = int(at / EVERY_S + 1e-6)
        if self.viewer is None or slot <= self._slot:
            return
        self._slot = slot
        self._painter = self._painter or Painter(fit(*self.size, SIDE), self.turn)
        self.looks.append(self.viewer.view(np.asarray(self._painter.paint(frame)), at))
