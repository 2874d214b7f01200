"""Packets of a file of ours that are written beside a picture: sound, subtitles."""

from __future__ import annotations

from fractions import Fraction

import av


class Beside:
    """Another stream, that is written as far as the picture is."""

    def __init__(self, source: av.container.InputContainer, target: av.container.OutputContainer) -> None:
        self._target = target
        self._stream = target.add_stream_from_template(source.streams[0], opaque=True)
        self._packets = (packet for packet in source.demux(source.streams[0]) if packet.dts is not None)
        self._next = next(self._packets, None)

    def upto(self, time: Fraction | None) -> None:
        """Write what comes before ``time`` in seconds; None: all that is left."""
        while (packet := self._next) is not None:
            if time is not None and (packet.dts or 0) * (packet.time_base or Fraction(1)) > time:
                return
            packet.stream = self._stream
            self._target.mux_one(packet)
            self._next = next(self._packets, None)
