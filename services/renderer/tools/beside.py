"""Packets of a file of ours that are written beside a picture: sound, subtitles."""

from __future__ import annotations

import math
from fractions import Fraction

import av


class Beside:
    """Another stream, that is written as far as the picture is; ``clock``: ticks a second of the picture."""

    def __init__(self, source: av.container.InputContainer, target: av.container.OutputContainer, clock: int) -> None:
        self._target = target
        self._stream = target.add_stream_from_template(source.streams[0], opaque=True)
        self._ticks = (source.streams[0].time_base or Fraction(1)) * clock
        self._packets = (packet for packet in source.demux(source.streams[0]) if packet.dts is not None)
        self._take()

    def _take(self) -> None:
        self._next = next(self._packets, None)
        # Rounded up to a tick of the picture, once for each packet of its own.
        self._due = math.ceil((self._next.dts or 0) * self._ticks) if self._next is not None else 0

    def upto(self, tick: int | None) -> None:
        """Write what comes up to ``tick`` of the picture's clock; None: all that is left."""
        while (packet := self._next) is not None and (tick is None or self._due <= tick):
            packet.stream = self._stream
            self._target.mux_one(packet)
            self._take()
