"""Which packets of a film can be taken over as they are. Pure, and light: programs that are started often use it.

A span can be copied from an IDR frame on, up to a place where all packets so far show just the frames so far: there no
later packet is needed and none too many is taken.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

LEAST = 12
"""Frames that are worth a copy."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A packet of a source's picture: the number of the frame that it shows, and whether it is an IDR frame."""

    frame: int
    idr: bool


@dataclass(frozen=True, slots=True)
class Span:
    """Frames ``begin`` to ``end`` of a source can be copied; their packets run ``delay`` frames ahead, at most."""

    begin: int
    end: int
    delay: int


class Reading:
    """Follows packets in decoding order from an IDR frame on, and finds how many of them can be copied.

    ``end``: the frame behind the last one before which all is there; 0 before the first IDR frame. ``broken``: the
    packets are not one a frame.
    """

    def __init__(self, begin: int, stop: int) -> None:
        self._begin, self._stop = begin, stop
        self._most = self._place = -1
        self.begin = self.end = self.delay = 0
        self.broken = False

    @property
    def began(self) -> bool:
        """Whether an IDR frame was seen."""
        return self._place >= 0

    def take(self, packet: Shown) -> bool:
        """Add a packet; return whether more have to be seen."""
        if self._place < 0:
            if not packet.idr or packet.frame < self._begin:
                return packet.frame < self._stop
            self.begin = self._place = packet.frame
        elif packet.frame < self.begin or (packet.idr and self._most != self._place - 1):
            self.broken = True
        self.delay = max(self.delay, self._place - packet.frame)
        self._most = max(self._most, packet.frame)
        if self._most == self._place and self._place < self._stop:
            self.end = self._place + 1
        self._place += 1
        return not self.broken and self._place < self._stop


def spanned(opening: Reading, closing: Reading) -> Span | None:
    """Return what two readings, of the same frames or of their two ends, found; None where it is not worth a copy."""
    broken = opening.broken or closing.broken or not opening.began or not closing.began
    if broken or closing.end - opening.begin < LEAST:
        return None
    return Span(opening.begin, closing.end, max(opening.delay, closing.delay))


def whole(frames: Iterable[int], begin: int) -> bool:
    """Tell whether packets show just the frames from ``begin`` on, each once."""
    seen = sorted(frames)
    return seen == list(range(begin, begin + len(seen)))
