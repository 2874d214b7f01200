"""Measuring a finished file: its packets against those of its chunks and its sound, through PyAV, in one reading."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av

from services.renderer.domain.measured import Header, Measured, Track
from services.renderer.domain.seen import joined
from services.renderer.domain.sound import Level
from services.renderer.tools.ffmpeg import OWN, Bench
from services.renderer.tools.loudness import figures
from services.renderer.tools.proof import Packets, Summed, opened
from services.renderer.tools.shelf import Drawn, Voiced
from shared.process import ffmpeg_path, run


@dataclass(frozen=True, slots=True)
class Copies:
    """What was written of a film that was copied in parts: its packets, one for each of ``frames`` at ``rate``."""

    packets: Packets
    frames: int
    rate: str


async def measure(
    bench: Bench, path: Path, chunks: Sequence[Drawn] | None, sound: Voiced | None = None, copies: Copies | None = None
) -> Measured:
    """Measure a film of ours that was joined from ``chunks``; None where parts of it were copied from a source.

    Where the packets of its sound are those of ``sound``, it is as loud as that was; else all of it is decoded.
    """
    found = await asyncio.to_thread(_read, path, [chunk.packets.count for chunk in chunks or ()])
    level = None
    if found.header.audio is not None:
        level = sound.level if sound is not None and _same(found.sound, sound) else await _level(bench, path)
    altered = _altered(chunks, found.pictures) if chunks and found.header.video is not None else ()
    gaps = 0
    if copies is not None:
        gaps = _gaps(found, copies)
        altered = () if found.pictures == [copies.packets] else (0,)
    seen = joined([chunk.seen for chunk in chunks]) if chunks else None
    luma, still = (seen.luma.tolist(), seen.still.tolist()) if seen is not None else ([], [])
    return Measured(found.header, level, luma, still, altered, gaps, looked=chunks is not None)


def _gaps(found: _Found, copies: Copies) -> int:
    """Return how many places on the grid have no packet of their own, or how many packets are too many."""
    rate = Fraction(copies.rate)
    seen = {round(time * found.tick * rate) for time in found.times}
    return max(copies.frames - len(seen & set(range(copies.frames))), len(found.times) - copies.frames)


def _same(found: Packets | None, sound: Voiced) -> bool:
    """Tell whether the same bytes stand in the film; another container may part PCM otherwise."""
    return found is not None and found.crc == sound.packets.crc


def _altered(chunks: Sequence[Drawn], found: Sequence[Packets]) -> tuple[int, ...]:
    """Return the first frames of the chunks whose packets stand in the film otherwise than they were drawn."""
    counts = [chunk.packets.count for chunk in chunks]
    starts = [sum(counts[:i]) for i in range(len(counts))]
    whole = len(found) == len(chunks)
    return tuple(at for at, chunk, run in zip(starts, chunks, found, strict=False) if not whole or chunk.packets != run)


async def _level(bench: Bench, path: Path) -> Level:
    own = [word for name, value in OWN.items() for word in (f"-{name}", str(value))]
    head = [ffmpeg_path(), "-hide_banner", "-nostdin", "-nostats", "-loglevel", "info"]
    audio = ["-map", "0:a:0", "-af", "ebur128=peak=true:framelog=quiet", "-f", "null", "-"]
    done = await run([*head, *own, "-vn", "-i", f"file:{path}", *audio], limits=bench.limits, cwd=bench.scratch)
    return figures(done.stderr_tail)


@dataclass(slots=True)
class _Packets:
    """What the packets of a stream say: a container such as WebM has no length of its own for each stream.

    Times are ticks of the stream while they are taken: a film has hundreds of thousands of packets.
    """

    base: Fraction
    count: int = 0
    first: int | None = None
    end: int = 0

    def take(self, packet: av.Packet[av.stream.Stream], size: int) -> None:
        pts = packet.pts
        if size and pts is not None:
            self.first = pts if self.first is None else min(self.first, pts)
            self.end = max(self.end, pts + (packet.duration or 0))
        self.count += size > 0


@dataclass(frozen=True, slots=True)
class _Found:
    """``pictures`` in runs as long as the chunks; ``times`` of them in ticks of ``tick`` seconds."""

    header: Header
    pictures: Sequence[Packets]
    sound: Packets | None
    times: Sequence[int]
    tick: Fraction


def _read(path: Path, counts: Sequence[int]) -> _Found:
    with opened(path) as container:
        packets = [_Packets(stream.time_base or Fraction(1)) for stream in container.streams]
        video = next(iter(container.streams.video), None)
        audio = next(iter(container.streams.audio), None)
        summed = {
            stream.index: Summed(stream.codec_context.extradata or b"", counts if stream is video else ())
            for stream in (video, audio)
            if stream is not None
        }
        times = array("q")
        shown = video.index if video is not None else None
        for packet in container.demux():
            index, size = packet.stream_index, packet.size
            packets[index].take(packet, size)
            if not size:
                continue
            if index == shown and packet.pts is not None:
                times.append(packet.pts)
            if index in summed:
                summed[index].take(bytes(packet))
        header = Header(
            width=video.width if video else 0,
            height=video.height if video else 0,
            pixel_format=(video.pix_fmt or "") if video else "",
            video=_track(video, packets) if video else None,
            audio=_track(audio, packets) if audio else None,
            sample_rate=audio.sample_rate if audio else 0,
            channels=audio.channels if audio else 0,
        )
        pictures = summed[video.index].runs if video else []
        tick = (video.time_base if video else None) or Fraction(1)
        return _Found(header, pictures, summed[audio.index].runs[0] if audio else None, times, tick)


def _track(stream: av.VideoStream | av.AudioStream, packets: Sequence[_Packets]) -> Track:
    base, seen = stream.time_base or Fraction(1), packets[stream.index]
    first = stream.start_time if stream.start_time is not None else seen.first or 0
    duration = stream.duration or seen.end - first
    return Track(stream.codec_context.codec.canonical_name, first * base, duration * base, seen.count)
