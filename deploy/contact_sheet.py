"""A contact sheet: frames of a film in a grid, each with its time, so that one look shows the whole cut."""

from __future__ import annotations

import asyncio
import io
import math
from pathlib import Path

import av
from PIL import Image, ImageDraw, ImageFont

from shared import process
from shared.errors import BadMedia

_GAP = 8
_PAPER = (24, 24, 28)
_INK = (240, 240, 240)


async def contact_sheet(video: Path, target: Path, *, frames: int = 16, columns: int = 4, width: int = 320) -> Path:
    """Write a PNG with ``frames`` evenly spaced frames of ``video`` to ``target`` and return it.

    A frame stands for the middle of its part of the film; ``width`` is that of one frame in pixels. Raises BadMedia for
    a file without a readable picture, ProcessFailed where ffmpeg breaks.
    """
    seconds = await asyncio.to_thread(_duration, video)
    times = [seconds * (index + 0.5) / frames for index in range(frames)]
    gate = asyncio.Semaphore(2)

    async def tile(time: float) -> Image.Image:
        async with gate:
            return await _frame(video, time, width)

    tiles = await asyncio.gather(*(tile(time) for time in times))
    sheet = await asyncio.to_thread(_sheet, [(tile, time) for tile, time in zip(tiles, times, strict=True)], columns)
    target.parent.mkdir(parents=True, exist_ok=True)
    await asyncio.to_thread(sheet.save, target, "PNG")
    return target


def _duration(video: Path) -> float:
    try:
        with av.open(str(video)) as container:
            if container.streams.video and container.duration:
                return container.duration / av.time_base
    except (av.FFmpegError, OSError) as bad:
        raise BadMedia(f"{video.name} cannot be read as a film.") from bad
    raise BadMedia(f"{video.name} holds no picture.", code="media_no_video")


async def _frame(video: Path, time: float, width: int) -> Image.Image:
    done = await process.run(
        [
            *(process.ffmpeg_path(), "-hide_banner", "-nostdin", "-v", "error", "-ss", f"{time:.3f}", "-i", str(video)),
            *("-frames:v", "1", "-vf", f"scale={width}:-2", "-f", "image2pipe", "-c:v", "png", "-"),
        ],
        limits=process.Limits(wall_s=60),
    )
    if not done.stdout:
        raise BadMedia(f"{video.name} shows nothing at {time:.1f} s.", code="media_truncated")
    return Image.open(io.BytesIO(done.stdout)).convert("RGB")


def _sheet(tiles: list[tuple[Image.Image, float]], columns: int) -> Image.Image:
    width, height = tiles[0][0].size
    font = ImageFont.load_default(size=max(12, width // 18))
    label = math.ceil(font.getbbox("0:00.0")[3] * 1.5)
    rows = math.ceil(len(tiles) / columns)
    size = (columns * (width + _GAP) + _GAP, rows * (height + label + _GAP) + _GAP)
    sheet = Image.new("RGB", size, _PAPER)
    brush = ImageDraw.Draw(sheet)
    for index, (tile, time) in enumerate(tiles):
        left = _GAP + index % columns * (width + _GAP)
        top = _GAP + index // columns * (height + label + _GAP)
        sheet.paste(tile, (left, top))
        brush.text((left + 2, top + height + label // 8), _clock(time), fill=_INK, font=font)
    return sheet


def _clock(seconds: float) -> str:
    tenths = round(seconds * 10)
    return f"{tenths // 600}:{tenths // 10 % 60:02d}.{tenths % 10}"
