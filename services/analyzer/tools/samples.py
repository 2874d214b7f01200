"""A few decoded frames from all over a stream: proof that it decodes, and the choice for its picture."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import cast

import av
from av.container import InputContainer
from av.sidedata.sidedata import SideData, Type
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from services.analyzer.domain.stills import still_score
from services.analyzer.domain.turning import Turn, turn_of
from services.analyzer.tools.opening import prepare
from services.analyzer.tools.pictures import Shrinker

_PLACES = (Fraction(1, 10), Fraction(3, 10), Fraction(1, 2), Fraction(7, 10))
_PATIENCE = 300
_MATRIX = struct.Struct("=9i")


@dataclass(frozen=True, slots=True)
class Sample:
    """A frame, how a player turns it, and how good a picture of the clip it is."""

    frame: VideoFrame
    turn: Turn
    score: float


def sample(container: InputContainer, stream: VideoStream, max_pixels: int) -> list[Sample]:
    """Decode the first frame and the key frames before a few places; an empty list if nothing decodes."""
    try:
        prepare(stream, max_pixels, frame_threads=False)
    except av.FFmpegError:
        return []
    shrinker = Shrinker()
    found: list[Sample] = []
    start, length = stream.start_time or 0, _length(container, stream)
    for place in (Fraction(0), *_PLACES):
        frame = _key_frame_before(container, stream, start + int(length * place))
        if frame is not None and all(frame.pts != known.frame.pts for known in found):
            found.append(Sample(frame, turned(frame), still_score(shrinker.small(frame))))
    return found


def changes(stream: VideoStream, keys: Mapping[bytes, bytes], max_pixels: int) -> bool:
    """Tell whether key frames of ``stream`` that say other sizes have them; each is decoded by a decoder of its own."""
    found: set[tuple[int, int]] = set()
    for key in keys.values() if len(keys) > 1 else ():
        context = cast(av.VideoCodecContext, av.CodecContext.create(stream.codec_context.name, "r"))
        context.extradata, context.options = stream.codec_context.extradata, {"max_pixels": str(max_pixels)}
        with contextlib.suppress(av.FFmpegError):
            decoded = [*context.decode(av.Packet(key)), *context.decode(None)]
            found |= {(frame.width, frame.height) for frame in decoded}
    return len(found) > 1


def turned(frame: VideoFrame) -> Turn:
    """Return how a player turns the frame."""
    for data in cast(Iterable[SideData], frame.side_data):
        if data.type == Type.DISPLAYMATRIX and data.buffer_size >= _MATRIX.size:
            return turn_of(_MATRIX.unpack_from(bytes(data)))
    return Turn()


def _length(container: InputContainer, stream: VideoStream) -> int:
    if stream.duration:
        return stream.duration
    return int(Fraction(container.duration or 0, 1_000_000) / (stream.time_base or Fraction(1, 1000)))


def _key_frame_before(container: InputContainer, stream: VideoStream, tick: int) -> VideoFrame | None:
    try:
        container.seek(tick, stream=stream, backward=True)
        for number, packet in enumerate(container.demux(stream)):
            for frame in packet.decode():
                return frame
            if number > _PATIENCE:
                return None
    except (av.FFmpegError, ValueError):
        return None
    return None
