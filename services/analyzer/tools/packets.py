"""What the packets of a file hold, without decoding one: first and last times, counts, damage, the frames' times."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from fractions import Fraction

import av
import numpy as np
from av.container import InputContainer
from av.stream import Stream

from services.analyzer.domain.rates import Cadence, Ticks, cadence
from services.analyzer.domain.refresh import recovery
from services.analyzer.domain.sizes import SAID, said

_MOST_PACKETS = 20_000_000
_MOST_SIZES = 8


@dataclass(slots=True)
class Held:
    """One stream's packets, in ticks of its time base. Packets that no player shows are not counted.

    ``plain``: its packets are bare samples, of which a part is as good as the whole.
    ``redrawn``: its key frames may not be whole pictures; ``refresh``: for how many frames behind one they are not.
    ``sizes``: the first key frame for everything that key frames of ``codec`` say of their size.
    """

    times: array[int] = field(default_factory=lambda: array("q"))
    count: int = 0
    damaged: int = 0
    first: int | None = None
    end: int | None = None
    lasts: int = 0
    plain: bool = False
    codec: str = ""
    sizes: dict[bytes, bytes] = field(default_factory=dict)
    jump: int = 0
    jump_at: int = 0
    decoded: int | None = None
    redrawn: bool = False
    refresh: int = 0

    def take(self, packet: av.Packet[Stream], keep_times: bool) -> None:
        """Count one packet."""
        self._follow(packet.dts)
        if packet.is_corrupt and not self.plain:
            self.damaged += 1
            return
        if packet.is_discard:
            return
        self.count += 1
        if packet.is_keyframe and (self.redrawn or self.codec in SAID):
            self._look(bytes(packet))
        at = packet.pts if packet.pts is not None else packet.dts
        if at is None:
            return
        if keep_times:
            self.times.append(at)
        self.first = at if self.first is None else min(self.first, at)
        end = at + (packet.duration or 0)
        if self.end is None or end > self.end:
            self.end, self.lasts = end, packet.duration or 0

    def _look(self, key: bytes) -> None:
        if self.redrawn:
            self.refresh = max(self.refresh, recovery(key))
        if len(self.sizes) < _MOST_SIZES and (size := said(self.codec, key)):
            self.sizes.setdefault(size, key)

    def _follow(self, at: int | None) -> None:
        if at is None:
            return
        step = at - (at if self.decoded is None else self.decoded)
        if step < min(self.jump, 0) or step > self.jump >= 0:
            self.jump, self.jump_at = step, at - step
        self.decoded = at

    def sorted_times(self) -> Ticks:
        """Return the frames' times in the order in which they are shown."""
        return np.sort(np.frombuffer(self.times, np.int64))


@dataclass(frozen=True, slots=True)
class Scan:
    """All streams' packets by stream index; ``whole`` is False if the scan stopped at its limit."""

    held: dict[int, Held]
    whole: bool
    broken: str = ""


def scan(container: InputContainer, max_seconds: float) -> Scan:
    """Read every packet once. Stops beyond ``max_seconds`` of any stream's time; memory is 8 bytes a video frame."""
    held = {
        stream.index: Held(
            plain=_codec(stream).startswith("pcm_"), redrawn=_codec(stream) == "h264", codec=_codec(stream)
        )
        for stream in container.streams
    }
    limits = {s.index: round(max_seconds / float(s.time_base or Fraction(1, 1000))) for s in container.streams}
    pictures = {stream.index for stream in container.streams if stream.type == "video"}
    total = 0
    try:
        for packet in container.demux():
            if packet.size == 0 and packet.dts is None:
                continue
            of = held[packet.stream_index]
            of.take(packet, packet.stream_index in pictures)
            total += 1
            length = of.end - of.first if of.end is not None and of.first is not None else 0
            if total > _MOST_PACKETS or length > limits[packet.stream_index]:
                return Scan(held, whole=False)
    except av.FFmpegError as error:
        return Scan(held, whole=True, broken=str(error.strerror or error))
    return Scan(held, whole=True)


def _codec(stream: Stream) -> str:
    return stream.codec_context.name if stream.codec_context else ""


def frame_cadence(held: Held, time_base: Fraction, declared: Fraction | None) -> tuple[Cadence, int | None]:
    """Return the stream's cadence and its end in ticks, which lies one period behind the last frame at least."""
    measured = cadence(held.sorted_times(), time_base, declared)
    if held.end is None or held.lasts:
        return measured, held.end
    period = measured.period or round(1 / (measured.rate * time_base))
    return measured, held.end + period
