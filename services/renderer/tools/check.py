"""Measuring a finished file: its packets against those of its chunks, through PyAV; its sound by decoding all of it."""

from __future__ import annotations

import asyncio
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
from services.renderer.tools.proof import packets_of
from services.renderer.tools.shelf import Drawn
from shared.process import ffmpeg_path, run


async def measure(bench: Bench, path: Path, chunks: Sequence[Drawn] | None) -> Measured:
    """Measure a film of ours that was joined from ``chunks``; None where parts of it were copied from a source."""
    header = await asyncio.to_thread(_read_header, path)
    level, altered = await asyncio.gather(
        _level(bench, path) if header.audio is not None else _nothing(),
        asyncio.to_thread(_altered, path, chunks) if header.video is not None and chunks else _unchanged(),
    )
    seen = joined([chunk.seen for chunk in chunks]) if chunks else None
    luma, still = (seen.luma.tolist(), seen.still.tolist()) if seen is not None else ([], [])
    return Measured(header, level, luma, still, altered, looked=chunks is not None)


async def _nothing() -> Level | None:
    return None


async def _unchanged() -> tuple[int, ...]:
    return ()


def _altered(path: Path, chunks: Sequence[Drawn]) -> tuple[int, ...]:
    """Return the first frames of the chunks whose packets stand in the film otherwise than they were drawn."""
    counts = [chunk.packets.count for chunk in chunks]
    found = packets_of(path, counts)
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
    """What the packets of a stream say: a container such as WebM has no length of its own for each stream."""

    count: int = 0
    first: Fraction | None = None
    end: Fraction = Fraction(0)

    def take(self, packet: av.Packet[av.stream.Stream]) -> None:
        if packet.size and packet.pts is not None and packet.time_base is not None:
            begins = packet.pts * packet.time_base
            self.first = begins if self.first is None else min(self.first, begins)
            self.end = max(self.end, begins + (packet.duration or 0) * packet.time_base)
        self.count += packet.size > 0


def _read_header(path: Path) -> Header:
    with av.open(str(path), options={name: str(value) for name, value in OWN.items()}) as container:
        packets = [_Packets() for _ in container.streams]
        for packet in container.demux():
            packets[packet.stream.index].take(packet)
        video = next(iter(container.streams.video), None)
        audio = next(iter(container.streams.audio), None)
        return Header(
            width=video.width if video else 0,
            height=video.height if video else 0,
            pixel_format=(video.pix_fmt or "") if video else "",
            video=_track(video, packets) if video else None,
            audio=_track(audio, packets) if audio else None,
            sample_rate=audio.sample_rate if audio else 0,
            channels=audio.channels if audio else 0,
        )


def _track(stream: av.VideoStream | av.AudioStream, packets: Sequence[_Packets]) -> Track:
    base, seen = stream.time_base or Fraction(1), packets[stream.index]
    start = (stream.start_time or 0) * base if stream.start_time is not None else seen.first or Fraction(0)
    duration = stream.duration * base if stream.duration else seen.end - start
    return Track(stream.codec_context.codec.canonical_name, start, duration, seen.count)
