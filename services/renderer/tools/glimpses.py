"""Decoding some key frames of copied pictures, each by itself, while they are copied."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np

from services.renderer.domain.seen import STILL_LEVELS, Bytes
from services.renderer.tools.proof import small

if TYPE_CHECKING:
    from services.renderer.tools.spans import Film

EVERY_S = 2
"""At most one in so many seconds: decoding all of them would cost a tenth of the copy."""


class Glimpses:
    """``seen``: frame of the film, level that nine tenths stay below, whether the one before was the same."""

    def __init__(self, rate: Fraction) -> None:
        self._least = rate * EVERY_S
        self._before: Bytes | None = None
        self.seen: list[tuple[int, float, bool]] = []

    def begin(self) -> None:
        """A run begins: what comes is not compared with what was."""
        self._before = None

    def take(self, film: Film, packet: av.Packet[av.VideoStream], at: int) -> None:
        """Look at a key frame, frame ``at`` of the film, unless the last look was just before."""
        if self._before is not None and at - self.seen[-1][0] < self._least:
            return
        context = film.stream.codec_context
        frames = [*context.decode(packet), *context.decode(None)]
        context.flush_buffers()
        if frames:
            now = small(frames[0])
            before, self._before = self._before, now
            still = before is not None and int(np.abs(now.astype(np.int16) - before).max()) <= STILL_LEVELS
            self.seen.append((at, float(np.percentile(now, 90)), still))
