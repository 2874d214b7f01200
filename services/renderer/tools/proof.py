"""Proof that a file of ours holds the pictures that were drawn: its packets counted and summed, some of them decoded.

Every key frame (at most one in half a second) and a run of frames behind one of them are decoded and compared with the
small copies that were taken on the way into the encoder. That the other frames decode is not proved: they are counted.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from services.renderer.domain.seen import Seen
from services.renderer.tools.ffmpeg import OWN
from services.renderer.tools.levels import small
from shared.errors import TransientError

RUN, LEAST_RUN, SHARE = 20, 4, 9
"""Frames that are decoded behind one key frame of each chunk: one in so many, within bounds."""
MOST_OFF = 8.0
"""Mean difference in levels between a decoded frame and its small copy that encoding does not explain."""


@dataclass(frozen=True, slots=True)
class Packets:
    """The packets of a stream: how many hold something, and the CRC-32 of the codec's header and of them, in order."""

    count: int
    crc: int


def proved(path: Path, seen: Seen, rate: str) -> Packets:
    """Hold that the chunk in ``path`` has as many frames as were seen, and those that were seen.

    Blocks for a few hundredths of a second. Raises TransientError when it does not.
    """
    count = 0
    try:
        with opened(path) as container:
            stream = container.streams.video[0]
            crc = zlib.crc32(stream.codec_context.extradata or b"")
            pending = False
            run = min(RUN, max(LEAST_RUN, seen.frames // SHARE))
            for packet, wanted in _sampled(container, stream, Fraction(rate), run):
                count += 1
                crc = zlib.crc32(bytes(packet), crc)
                for frame in _decoded(stream, packet if wanted else None) if wanted or pending else ():
                    _compare(frame, seen, (stream.time_base or Fraction(1)) * Fraction(rate))
                pending = wanted
            for frame in _decoded(stream, None) if pending else ():
                _compare(frame, seen, (stream.time_base or Fraction(1)) * Fraction(rate))
    except av.FFmpegError as broken:
        raise _damaged(f"cannot be decoded ({type(broken).__name__})") from broken
    if count != seen.frames:
        raise _damaged(f"has {count} frames, not {seen.frames}")
    return Packets(count, crc)


class Summed:
    """Sums up the packets of a stream as they come, in runs of ``counts``; what is left over is the last run."""

    def __init__(self, header: bytes, counts: Sequence[int] = ()) -> None:
        self._header, self._counts = zlib.crc32(header), counts
        self._full: list[Packets] = []
        self._count, self._crc = 0, self._header

    def take(self, packet: bytes) -> None:
        """Add the next packet that holds something."""
        if len(self._full) < len(self._counts) and self._count == self._counts[len(self._full)]:
            self._full.append(Packets(self._count, self._crc))
            self._count, self._crc = 0, self._header
        self._count += 1
        self._crc = zlib.crc32(packet, self._crc)

    @property
    def runs(self) -> list[Packets]:
        """The packets so far."""
        return [*self._full, Packets(self._count, self._crc)]


def sound_packets(path: Path) -> Packets:
    """Return the packets of a file of sound of ours. Blocks."""
    with opened(path) as container:
        stream = container.streams.audio[0]
        summed = Summed(stream.codec_context.extradata or b"")
        for packet in container.demux(stream):
            if packet.size:
                summed.take(bytes(packet))
    return summed.runs[0]


def opened(path: Path) -> av.container.InputContainer:
    """Open a file of ours."""
    return av.open(str(path), options={name: str(value) for name, value in OWN.items()})


def _sampled(
    container: av.container.InputContainer, stream: av.VideoStream, rate: Fraction, run: int
) -> Iterator[tuple[av.Packet[av.VideoStream], bool]]:
    """Yield every packet that holds something, and whether it is to be decoded."""
    stream.codec_context.thread_count = 1
    last, left = -rate, run
    for packet in container.demux(stream):
        if not packet.size:
            continue
        if packet.is_keyframe and packet.pts is not None:
            at = packet.pts * (packet.time_base or Fraction(1)) * rate
            if at - last >= rate / 2:
                last, left = at, max(left, 1)
        yield packet, left > 0
        left -= 1


def _decoded(stream: av.VideoStream, packet: av.Packet[av.VideoStream] | None) -> list[av.VideoFrame]:
    """Decode a packet; None gets out what the decoder still holds, and makes it ready for another beginning."""
    frames = stream.codec_context.decode(packet)
    if packet is None:
        stream.codec_context.flush_buffers()
    return frames


def _compare(frame: av.VideoFrame, seen: Seen, tick: Fraction) -> None:
    """``tick``: how many frames a tick of the frame's time is."""
    if frame.pts is None:
        raise _damaged("has a frame without a time")
    index = round(frame.pts * tick)
    if not 0 <= index < seen.frames:
        raise _damaged(f"has a frame at {index}, outside its {seen.frames}")
    off = float(np.abs(small(frame).astype(np.int16) - seen.coarse[index].astype(np.int16)).mean())
    if off > MOST_OFF:
        raise _damaged(f"shows another picture at frame {index}")


def _damaged(what: str) -> TransientError:
    remedy = "It is tried again; if it happens again, look at the encoder and the disk of the renderer."
    return TransientError(f"A chunk that was just rendered {what}.", code="chunk_damaged", remedy=remedy)
