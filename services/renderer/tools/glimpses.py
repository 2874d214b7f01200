"""Decoding some key frames of copied pictures, each by itself, while they are copied."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from fractions import Fraction
from typing import TYPE_CHECKING, Self

import av
import numpy as np

from services.renderer.domain.seen import STILL_LEVELS, Bytes
from services.renderer.tools.levels import small

if TYPE_CHECKING:
    from services.renderer.tools.spans import Film

EVERY_S = 2
"""At most one in so many seconds: decoding all of them would cost a tenth of the copy."""


MOST_WAITING = 16
"""Key frames that wait for their look: they are large."""


class Glimpses:
    """``seen``: frame of the film, level that nine tenths stay below, whether the one before was the same.

    The looks are taken in a thread beside the copy, as a decoder lets others work. To be used as a context: when it
    ends all looks have been taken.
    """

    def __init__(self, rate: Fraction) -> None:
        self._least = rate * EVERY_S
        self._last: int | None = None
        self._before: Bytes | None = None
        self._looker = ThreadPoolExecutor(1)
        self._decoders: dict[bytes, av.VideoCodecContext] = {}
        self._looks: deque[Future[None]] = deque()
        self.seen: list[tuple[int, float, bool]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failed: object) -> None:
        self._looker.shutdown(wait=True, cancel_futures=failed[0] is not None)
        if failed[0] is None:
            self._caught_up(0)

    def begin(self) -> None:
        """A run begins: what comes is not compared with what was."""
        self._last = None

    def take(self, film: Film, packet: av.Packet[av.VideoStream], at: int) -> None:
        """Look at a key frame, frame ``at`` of the film, unless the last look was just before."""
        if self._last is not None and at - self._last < self._least:
            return
        again, self._last = self._last is not None, at
        self._caught_up(MOST_WAITING)
        # Its bytes alone: whoever writes the packet empties it.
        self._looks.append(self._looker.submit(self._look, film, bytes(packet), at, again))

    def _caught_up(self, waiting: int) -> None:
        while len(self._looks) > waiting:
            self._looks.popleft().result()

    def _decoder(self, film: Film) -> av.VideoCodecContext:
        """A decoder of our own: seeking in a film empties that of its stream, whoever is using it."""
        if film.head not in self._decoders:
            made = av.CodecContext.create("h264", "r")
            if not isinstance(made, av.VideoCodecContext):
                raise TypeError("h264 is no picture")
            made.extradata, made.thread_count, made.options = film.head, 1, film.bounds
            self._decoders[film.head] = made
        return self._decoders[film.head]

    def _look(self, film: Film, data: bytes, at: int, again: bool) -> None:
        context = self._decoder(film)
        frames = [*context.decode(av.Packet(data)), *context.decode(None)]
        context.flush_buffers()
        if not again:
            self._before = None
        if frames:
            now = small(frames[0])
            before, self._before = self._before, now
            still = before is not None and int(np.abs(now.astype(np.int16) - before).max()) <= STILL_LEVELS
            self.seen.append((at, float(np.percentile(now, 90)), still))
