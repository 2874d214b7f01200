"""Measuring a finished file: its packets through PyAV, its frames and its loudness by one decode in ffmpeg."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from services.renderer.domain.check import Header, Measured, Track
from services.renderer.tools.ffmpeg import OWN, Bench
from services.renderer.tools.loudness import figures
from shared.process import ffmpeg_path, stream

SMALL = (64, 36)
STILL_LEVELS = 1
"""Frames whose small copies differ by no more than this in every pixel stand still."""


class _Pictures:
    """Small grey frames, reduced to one figure each as they come."""

    def __init__(self) -> None:
        self.luma: list[float] = []
        self.still: list[bool] = []
        self._last: NDArray[np.int16] | None = None

    def take(self, data: bytes) -> None:
        size = SMALL[0] * SMALL[1]
        frames = np.frombuffer(data, np.uint8, len(data) // size * size).reshape(-1, size).astype(np.int16)
        before = frames[:1] + 255 if self._last is None else self._last
        change = np.abs(np.diff(np.vstack([before, frames]), axis=0)).max(axis=1)
        self.luma += np.percentile(frames, 90, axis=1).tolist()
        self.still += (change <= STILL_LEVELS).tolist()
        self._last = frames[-1:]


async def measure(bench: Bench, path: Path, on_frame: Callable[[int], None]) -> Measured:
    """Measure a file of ours. ``on_frame`` gets the number of frames looked at so far."""
    header = await asyncio.to_thread(_read_header, path)
    pictures = _Pictures()
    arguments = _arguments(path, picture=header.video is not None, sound=header.audio is not None)
    async with stream(arguments, limits=bench.limits, cwd=bench.scratch) as decoded:
        async for data in decoded.chunks(SMALL[0] * SMALL[1] * 64):
            pictures.take(data)
            on_frame(len(pictures.luma))
        report = await decoded.finish()
    level = figures(report) if header.audio is not None else None
    return Measured(header, level, pictures.luma, pictures.still)


def _arguments(path: Path, *, picture: bool, sound: bool) -> list[str]:
    own = [word for name, value in OWN.items() for word in (f"-{name}", str(value))]
    head = [ffmpeg_path(), "-hide_banner", "-nostdin", "-nostats", "-loglevel", "info"]
    small = f"extractplanes=y,scale={SMALL[0]}:{SMALL[1]}:flags=area"
    video = ["-map", "0:v:0", "-vf", small, "-fps_mode", "passthrough", "-f", "rawvideo", "pipe:1"]
    audio = ["-map", "0:a:0", "-af", "ebur128=peak=true:framelog=quiet", "-f", "null", "-"]
    fast = ["-skip_loop_filter", "all"]
    return [*head, *own, *fast, "-i", f"file:{path}", *(video if picture else []), *(audio if sound else [])]


def _read_header(path: Path) -> Header:
    with av.open(str(path), options={name: str(value) for name, value in OWN.items()}) as container:
        packets = [0] * len(container.streams)
        for packet in container.demux():
            packets[packet.stream.index] += packet.size > 0
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


def _track(stream: av.VideoStream | av.AudioStream, packets: list[int]) -> Track:
    base = stream.time_base or Fraction(1)
    start, duration = (stream.start_time or 0) * base, (stream.duration or 0) * base
    return Track(stream.codec_context.name, start, duration, packets[stream.index])
