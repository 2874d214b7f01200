"""One pass over a film's frames, or those of a span: each is measured, shown on the sheet, and looked at."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from fractions import Fraction
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame

from services.analyzer.domain.shots.frames import SHAPE, Measuring, signatures
from services.analyzer.domain.shots.trace import packed
from services.analyzer.tools.pictures import Shrinker
from services.analyzer.tools.sheet import Sheet
from services.analyzer.tools.views import Views

_BLOCK = 64


@dataclass(slots=True)
class Pass:
    """``ticks``: the frames' times after the container's start; ``period``: a frame's usual length in ticks.

    Only frames from ``since`` up to ``until`` (both in ticks) are kept; those before are for what looks back.
    """

    zero: int
    tick: Fraction
    period: int
    sheet: Sheet
    views: Views
    trace: BinaryIO
    since: int | None = None
    until: int | None = None
    measuring: Measuring = field(default_factory=Measuring)
    ticks: array[int] = field(default_factory=lambda: array("q"))
    damaged: int = 0
    over: bool = False
    _shrinker: Shrinker = field(default_factory=Shrinker)
    _block: list[npt.NDArray[np.uint8]] = field(default_factory=list)
    _before: VideoFrame | None = None
    _newest: int | None = None
    _lasts: int = 0

    @property
    def seconds(self) -> float:
        """The time of the newest frame."""
        return self._seconds(self._newest) if self._newest is not None else 0.0

    @property
    def inside(self) -> bool:
        """Whether the newest frame lies in the span."""
        return self._newest is not None and (self.since is None or self._newest >= self.since)

    def take(self, frame: VideoFrame) -> None:
        """Measure the next frame; one that does not lie behind the last is never shown and is left out."""
        follows = self._newest + self.period if self._newest is not None else 0
        at = follows if frame.pts is None else frame.pts - self.zero
        if self._newest is not None and at <= self._newest:
            self.damaged += self.inside
            return
        seconds = self._seconds(at)
        self._show(seconds)
        if self.until is not None and at >= self.until:
            self._lasts = at - self.ticks[-1] if self.ticks else 0
            self.over = True
            return
        self._newest = at
        self._lasts = frame.duration or self.period
        self.views.offer(frame, seconds, keep=self.inside)
        small = self._shrinker.small(frame)
        if not self.inside:
            self._prime(small)
            return
        self._before = frame
        self.ticks.append(at)
        self._block.append(small)
        if len(self._block) == _BLOCK:
            self._flush()

    def finish(self, duration: float) -> None:
        """Measure what is left; ``ticks`` gets the end of the last frame as well. ``duration`` in seconds."""
        if self.ticks:
            self.ticks.append(self.ticks[-1] + self._lasts)
            if not self.over:
                self._show(max(duration, self.seconds))
        self._flush()

    def _seconds(self, at: int) -> float:
        """The same as of the fraction, for each frame, in a tenth of its time."""
        return at * self.tick.numerator / self.tick.denominator

    def _show(self, until: float) -> None:
        if self._before is not None:
            self.sheet.shown(self._before, until)

    def _prime(self, small: npt.NDArray[np.uint8]) -> None:
        block = small.reshape(1, *SHAPE)
        self.measuring.prime(block, signatures(block))

    def _flush(self) -> None:
        if self._block:
            block = np.stack(self._block).reshape(-1, *SHAPE)
            signed = signatures(block)
            self.measuring.feed(block, signed)
            self.trace.write(packed(signed).tobytes())
            self._block.clear()
