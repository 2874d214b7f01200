"""Measure a film's pictures in one decode."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from services.analyzer.domain.facts import FileFacts
from services.analyzer.domain.judge import Bounds
from services.analyzer.domain.trace import WIDTH
from services.analyzer.tools.child import OnProgress, call
from services.analyzer.tools.requests import VideoAnswer, VideoRequest
from shared.contracts.media import MediaInfo
from shared.contracts.time import to_ticks
from shared.process import Limits

SPRITES_NAME = "sprites.jpg"
STILL_NAME = "still.jpg"
_MEMORY = 4 * 1024**3


@dataclass(frozen=True, slots=True)
class Pictures:
    """What was measured; the JPEGs lie in the folder (None where there was no frame)."""

    found: VideoAnswer
    still: Path | None
    sprites: Path | None


async def measure_video(
    path: Path, facts: FileFacts, info: MediaInfo, *, folder: Path, bounds: Bounds, on_progress: OnProgress
) -> Pictures:
    """Return shots, black, freezes, motion and the pictures of a probed film. Raises ProcessFailed."""
    if info.video is None:
        raise ValueError("no video stream")
    video = info.video
    request = VideoRequest(
        path=path,
        folder=folder,
        demuxers=facts.demuxers,
        index=video.index,
        max_pixels=bounds.max_pixels,
        zero=to_ticks(facts.start / 1e6, video.time_base),
        time_base=video.time_base,
        rate=video.frame_rate,
        rotation=video.rotation,
        mirrored=any(stream.mirrored for stream in facts.streams if stream.index == video.index),
        size=(video.width, video.height),
        duration=max(info.duration, 0.01),
        still=STILL_NAME,
        sprites=SPRITES_NAME,
    )
    limits = Limits(wall_s=1800 + 20 * info.duration, memory_bytes=_MEMORY, file_bytes=_scratch(info.duration))
    found = await call("video_child", request, VideoAnswer, folder=folder, limits=limits, on_progress=on_progress)
    return Pictures(found, folder / STILL_NAME if found.still else None, folder / SPRITES_NAME if found.tiles else None)


def _scratch(duration: float) -> int:
    """Return how many bytes one file of the work may have: the trace of a film of 240 frames a second, and pictures."""
    return 64 * 1024**2 + int(duration * 240 * WIDTH)
