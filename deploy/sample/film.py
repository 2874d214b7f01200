"""Draw every shot, move its layers over each other in ffmpeg, and encode the film in one go."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile

from deploy.sample.layers import Layer, Stage
from deploy.sample.paint import Picture
from deploy.sample.scenes import PAINTERS
from deploy.sample.screenplay import Shot
from deploy.sample.voice import RATE, Samples
from shared import process

_EXACT = ("-fflags", "+bitexact", "-flags", "+bitexact", "-map_metadata", "-1")


async def encode(
    shots: Sequence[Shot], sound: Samples, target: Path, scratch: Path, *, size: tuple[int, int], fps: int, seed: int
) -> None:
    """Write the film to ``target``: H.264 and AAC in mp4, cut exactly at the frames of ``shots``. Raises ProcessFailed.

    The shots are encoded beside each other, one for each core, and joined without encoding them again.
    """
    wave = scratch / "film.wav"
    soundfile.write(wave, sound, RATE, subtype="PCM_16")
    cores = asyncio.Semaphore(os.cpu_count() or 1)

    async def one(shot: Shot, part: Path) -> None:
        async with cores:
            await _encode_shot(shot, part, size, fps, seed)

    parts = [scratch / f"shot{index}.mp4" for index in range(len(shots))]
    async with asyncio.TaskGroup() as group:
        for shot, part in zip(shots, parts, strict=True):
            group.create_task(one(shot, part))
    listing = scratch / "shots.txt"
    listing.write_text("".join(f"file '{part.name}'\n" for part in parts))
    await process.run(
        [
            *(*_ffmpeg(), "-f", "concat", "-i", str(listing), "-i", str(wave), "-map", "0:v", "-map", "1:a", *_EXACT),
            *("-c:v", "copy", "-c:a", "aac", "-b:a", "160k", "-movflags", "+faststart", str(target)),
        ]
    )


async def encode_music(music: Samples, target: Path, scratch: Path) -> None:
    """Write the music alone to ``target`` as AAC in m4a. Raises ProcessFailed."""
    wave = scratch / "music.wav"
    soundfile.write(wave, music, RATE, subtype="PCM_16")
    await process.run(
        [
            *(*_ffmpeg(), "-i", str(wave), *_EXACT),
            *("-c:a", "aac", "-b:a", "160k", "-movflags", "+faststart", str(target)),
        ]
    )


async def _encode_shot(shot: Shot, target: Path, size: tuple[int, int], fps: int, seed: int) -> None:
    width, height = size
    frames = shot.end - shot.start
    painter = PAINTERS.get(shot.scene.name)
    if painter is None:
        inputs, graph = ["-f", "lavfi", "-i", f"color=c=black:s={width}x{height}:r={fps}"], "[0:v]null[shot]"
    else:
        stage = Stage(width, height, frames / fps, np.random.default_rng([seed, 2, *shot.scene.name.encode()]))
        inputs, graph = await asyncio.to_thread(lambda: _move(painter(stage), target, fps))
    await process.run(
        [
            *(
                *_ffmpeg(),
                *inputs,
                "-filter_complex",
                f"{graph};[shot]trim=end_frame={frames},setsar=1,format=yuv420p[film]",
            ),
            *("-map", "[film]", *_EXACT, "-r", str(fps), "-video_track_timescale", str(fps * 512)),
            *("-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-g", str(fps * 2), "-threads", "2"),
            *("-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709", str(target)),
        ]
    )


def _move(layers: Sequence[Layer], near: Path, fps: int) -> tuple[list[str], str]:
    """Save the pictures of ``layers``; return ffmpeg's inputs and the filters that move them, ending in ``[shot]``."""
    inputs: list[str] = []
    steps: list[str] = []
    for depth, layer in enumerate(layers):
        left, top, picture = _trimmed(layer.picture)
        path = near.with_suffix(f".{depth}.rgba")
        picture.tofile(path)
        size = f"{picture.shape[1]}x{picture.shape[0]}"
        inputs += [
            "-f",
            "rawvideo",
            "-pixel_format",
            "rgba",
            "-video_size",
            size,
            "-framerate",
            str(fps),
            "-i",
            str(path),
        ]
        still = "yuv444p" if depth == 0 else "yuva444p"
        steps.append(f"[{depth}:v]format={still},loop=-1:size=1,setpts=N/{fps}/TB,fps={fps}[layer{depth}]")
        if depth:
            below = f"stage{depth - 1}" if depth > 1 else "layer0"
            place = f"overlay=x='{left}+{layer.x}':y='{top}+{layer.y}':format=yuv444"
            steps.append(f"[{below}][layer{depth}]{place}[stage{depth}]")
    return inputs, ";".join([*steps, f"[stage{len(layers) - 1}]null[shot]"])


def _trimmed(picture: Picture) -> tuple[int, int, Picture]:
    """Return the part of a picture that is not clear, and its corner (x, y): less to lay over every frame."""
    seen = picture[..., 3] > 0
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    top, left = int(rows[0]), int(columns[0])
    return left, top, np.ascontiguousarray(picture[top : int(rows[-1]) + 1, left : int(columns[-1]) + 1])


def _ffmpeg() -> list[str]:
    return [process.ffmpeg_path(), "-hide_banner", "-nostdin", "-v", "error", "-y"]
