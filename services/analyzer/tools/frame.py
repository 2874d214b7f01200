"""Make a picture of one moment of a film."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from services.analyzer.domain.facts import FileFacts
from services.analyzer.domain.judge import Bounds
from services.analyzer.tools.child import call
from services.analyzer.tools.requests import FrameAnswer, FrameRequest
from shared.contracts.media import VideoStream
from shared.contracts.time import to_ticks
from shared.process import Limits

PICTURE_NAME = "frame.jpg"
_LIMITS = Limits(wall_s=300, cpu_s=240, memory_bytes=3 * 1024**3, file_bytes=64 * 1024**2)


@dataclass(frozen=True, slots=True)
class Frame:
    """A JPEG, and when in the film it begins to be shown, in seconds."""

    path: Path
    time: float
    width: int
    height: int


async def grab(
    path: Path, facts: FileFacts, video: VideoStream, time: float, *, folder: Path, bounds: Bounds
) -> Frame | None:
    """Return what the film shows at ``time`` seconds; None where nothing decodes. Raises ProcessFailed."""
    zero = to_ticks(Fraction(facts.start, 1_000_000), video.time_base)
    request = FrameRequest(
        path=path,
        folder=folder,
        demuxers=facts.demuxers,
        index=video.index,
        max_pixels=bounds.max_pixels,
        tick=zero + to_ticks(time, video.time_base),
        rotation=video.rotation,
        mirrored=any(stream.mirrored for stream in facts.streams if stream.index == video.index),
        size=(video.width, video.height),
        picture=PICTURE_NAME,
    )
    found = await call("frame_child", request, FrameAnswer, folder=folder, limits=_LIMITS)
    if found.tick is None:
        return None
    seconds = float((found.tick - zero) * Fraction(video.time_base))
    return Frame(folder / PICTURE_NAME, round(max(0.0, seconds), 6), found.width, found.height)
