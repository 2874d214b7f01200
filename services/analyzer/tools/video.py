"""Measure a film's pictures in one decode; a long film in several spans at once where cores are free."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from services.analyzer.domain.facts import FileFacts
from services.analyzer.domain.judge import Bounds
from services.analyzer.domain.shares import borders, share_count
from services.analyzer.domain.shots.trace import WIDTH
from services.analyzer.tools.child import OnProgress, call
from services.analyzer.tools.requests import JoinRequest, SpanAnswer, VideoAnswer, VideoRequest
from shared.allowance import cores
from shared.contracts.media import MediaInfo
from shared.contracts.time import to_ticks
from shared.process import Limits

SPRITES_NAME = "sprites.jpg"
STILL_NAME = "still.jpg"
_MEMORY = 4 * 1024**3
_TINY = 640 * 360


@dataclass(frozen=True, slots=True)
class Pictures:
    """What was measured; the JPEGs lie in the folder (None where there was no frame)."""

    found: VideoAnswer
    still: Path | None
    sprites: Path | None


async def measure_video(
    path: Path,
    facts: FileFacts,
    info: MediaInfo,
    *,
    folder: Path,
    bounds: Bounds,
    on_progress: OnProgress,
    shares: int | None = None,
    people: bool = True,
) -> Pictures:
    """Return shots, black, freezes, motion and the pictures of a probed film. Raises ProcessFailed.

    ``people``: faces and focus too. ``shares``: how many processes measure a span each; None: as many as are worth it;
    the result is the same.
    """
    request = _request(path, facts, info, folder, bounds).model_copy(update={"people": people})
    limits = Limits(wall_s=1800 + 20 * info.duration, memory_bytes=_MEMORY, file_bytes=_scratch(info.duration))
    count = shares or share_count(info.duration, facts.container, cores())
    found = await _together(request, count, limits, on_progress) if count > 1 else None
    if found is None:
        found = await call("video_child", request, VideoAnswer, folder=folder, limits=limits, on_progress=on_progress)
    return Pictures(found, folder / STILL_NAME if found.still else None, folder / SPRITES_NAME if found.tiles else None)


def _request(path: Path, facts: FileFacts, info: MediaInfo, folder: Path, bounds: Bounds) -> VideoRequest:
    if info.video is None:
        raise ValueError("no video stream")
    video = info.video
    return VideoRequest(
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
        threads=_ahead(cores(), (video.width, video.height)),
    )


def _ahead(free: int, size: tuple[int, int]) -> int:
    """Return how many threads are to decode for one process that has ``free`` cores: twice as many, at most 4.

    A thread holds one frame that is ready: while a picture is searched for faces, which takes as long as several frames
    do, the cores would otherwise wait for it. A tiny frame is decoded sooner than another thread is told of it.
    """
    return min(4, 2 * max(1, free)) if size[0] * size[1] >= _TINY else 1


def _scratch(duration: float) -> int:
    """Return how many bytes one file may have: the trace of a film of 240 frames a second, and pictures."""
    return 64 * 1024**2 + int(duration * 240 * WIDTH)


async def _together(request: VideoRequest, count: int, limits: Limits, on_progress: OnProgress) -> VideoAnswer | None:
    """Measure ``count`` spans at once; None where the file cannot be entered in the middle."""
    edges = borders(0, round(Fraction(request.duration) / Fraction(request.time_base)), count)
    done, frames = [0.0] * count, [0.0] * count

    async def one(number: int) -> SpanAnswer:
        def reach(fraction: float, detail: Mapping[str, float]) -> None:
            done[number], frames[number] = fraction, detail.get("frame", 0.0)
            on_progress(sum(done) / count, {"frame": sum(frames)})

        folder = request.folder / f"span{number}"
        await asyncio.to_thread(folder.mkdir)
        since, until = edges[number]
        changed = {"folder": folder, "since": since, "until": until, "threads": _ahead(cores() // count, request.size)}
        span = request.model_copy(update=changed)
        return await call("video_child", span, SpanAnswer, folder=folder, limits=limits, on_progress=reach)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(number)) for number in range(count)]
    except BaseExceptionGroup as several:
        raise several.exceptions[0] from several
    if not all(task.result().sought for task in tasks):
        return None
    folders = tuple(request.folder / f"span{number}" for number in range(count))
    join = JoinRequest(video=request, folders=folders)
    return await call("join_child", join, VideoAnswer, folder=request.folder, limits=limits)
