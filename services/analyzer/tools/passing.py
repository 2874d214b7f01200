"""One pass over a film's frames: each is measured, shown on the sheet, and perhaps chosen as the film's picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame

from services.analyzer.domain.frames import SHAPE, Features, Measuring, signatures
from services.analyzer.domain.gradual import Watching
from services.analyzer.domain.stills import still_score
from services.analyzer.tools.pictures import Shrinker
from services.analyzer.tools.sheet import Sheet
from services.analyzer.tools.views import Views

_BLOCK = 64


@dataclass(slots=True)
class Pass:
    """``ticks``: the frames' times after the container's start; ``period``: a frame's usual length in ticks.

    ``best`` is the frame to show for the film, with its score.
    """

    zero: int
    tick: Fraction
    period: int
    sheet: Sheet
    views: Views
    measuring: Measuring
    watching: Watching
    ticks: list[int] = field(default_factory=list)
    damaged: int = 0
    best: tuple[float, VideoFrame] | None = None
    _shrinker: Shrinker = field(default_factory=Shrinker)
    _block: list[npt.NDArray[np.uint8]] = field(default_factory=list)
    _before: tuple[VideoFrame, npt.NDArray[np.uint8]] | None = None
    _lasts: int = 0

    @property
    def seconds(self) -> float:
        """The time of the newest frame."""
        return float(self.ticks[-1] * self.tick) if self.ticks else 0.0

    def take(self, frame: VideoFrame) -> None:
        """Measure the next frame; one that does not lie behind the last is never shown and is left out."""
        follows = self.ticks[-1] + self.period if self.ticks else 0
        at = follows if frame.pts is None else frame.pts - self.zero
        if self.ticks and at <= self.ticks[-1]:
            self.damaged += 1
            return
        self._show(float(at * self.tick))
        self.views.offer(frame, float(at * self.tick))
        self.ticks.append(at)
        self._lasts = frame.duration or self.period
        measured = self._shrinker.small(frame)
        self._before = (frame, measured)
        self._block.append(measured)
        if len(self._block) == _BLOCK:
            self._flush()

    def finish(self, duration: float) -> Features:
        """Return all features; ``ticks`` gets the end of the last frame as well."""
        if self.ticks:
            self.ticks.append(self.ticks[-1] + self._lasts)
            self._show(max(duration, self.seconds))
        self._flush()
        return self.measuring.features()

    def _show(self, until: float) -> None:
        if self._before is None:
            return
        frame, measured = self._before
        if self.sheet.shown(frame, until):
            score = still_score(measured)
            if self.best is None or score > self.best[0]:
                self.best = (score, frame)

    def _flush(self) -> None:
        if self._block:
            block = np.stack(self._block).reshape(-1, *SHAPE)
            signed = signatures(block)
            self.measuring.feed(block, signed)
            self.watching.feed(signed)
            self._block.clear()
