"""Decoding a film onwards: what is wanted next is reached from where the last ended, unless a key frame is nearer."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import av

from services.renderer.domain.h264 import is_idr
from services.renderer.domain.remembering import kept
from services.renderer.tools.spans import Film

AHEAD = 17
"""Frames that decoding may be ahead of showing, and one: as many may be referred to (ITU-T H.264, A.3.1)."""


class Unfit(Exception):
    """The frames cannot be told apart here, or are not all there."""


class Way:
    """Decodes from the IDR frame before frame ``first`` on. A film has one way at a time; it has its decoder."""

    def __init__(self, film: Film, first: int) -> None:
        self._film, self._context = film, film.stream.codec_context
        self._context.flush_buffers()
        self._packets = film.packets(first)
        self._ready: deque[av.VideoFrame] = deque()
        self._kept: deque[tuple[int, av.VideoFrame]] = deque(maxlen=kept(self._context.width, self._context.height))
        self._next, self._given = first, -1
        """The frame behind the last that was shown, and the last that the decoder was given."""
        self._ended = self._again = False

    def reaches(self, first: int) -> bool:
        """Tell whether it leads to frame ``first`` without a detour: that is still to come, or was not long ago."""
        if self._ended:
            return False
        if first < self._next:
            return bool(self._kept) and self._kept[0][0] <= first
        return self._film.key_before(first) <= self._given

    def frames(self, first: int, count: int) -> Iterator[av.VideoFrame]:
        """Yield ``count`` frames from ``first`` on. Raises Unfit."""
        stop = first + count
        yield from [frame for place, frame in self._kept if first <= place < stop]
        self._next = begin = max(self._next, first)
        while self._next < stop:
            frame = self._decoded(begin)
            place = self._film.place(frame.pts)
            if place is not None and place < begin:
                continue
            if place != self._next or frame.is_corrupt:
                raise Unfit("frames are missing")
            self._kept.append((self._next, frame))
            self._next += 1
            yield frame

    def _decoded(self, first: int) -> av.VideoFrame:
        while not self._ready:
            if self._ended:
                raise Unfit("frames are missing")
            packet = next(self._packets, None)
            if packet is None:
                self._ended = True
                self._ready.extend(self._context.decode(None))
            else:
                self._give(packet, first)
        return self._ready.popleft()

    def _give(self, packet: av.Packet[av.VideoStream], first: int) -> None:
        """Before ``first`` what nobody refers to need not be decoded; what is behind the end may be wanted yet."""
        place = self._film.place(packet.pts)
        if place is None:
            raise Unfit("frames are not evenly spaced")
        if self._given < 0 and place > first and not self._again:
            # A container that counts when frames are decoded comes to a key frame that is shown a little later.
            self._again, self._packets = True, self._film.packets(max(0, first - AHEAD))
            return
        if self._given < 0 and (place > first or not is_idr(bytes(packet))):
            raise Unfit("the key frame needs others before it")
        self._context.skip_frame = "NONREF" if place < first else "DEFAULT"
        self._ready.extend(self._context.decode(packet))
        self._given = max(self._given, place)
