"""Silence removal, 80 % kept: pictures copied against all of it encoded anew; every frame compared with the source.

Sixty cuts in ten minutes of 640x360 and 1280x720, and twelve in two minutes of 1280x720, with key frames near and far.
"""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

import numpy as np

from shared.contracts.timeline import Output, RenderOptions
from shared.process import ffmpeg_path, run
from tests.bench.edits import LIMITS, RATE, Spent, edit, make, ours, spent
from tests.bench.table import Row

CASES = (
    (1280, 720, 600, 60, 60),
    (1280, 720, 120, 12, 30),
    (1280, 720, 120, 12, 60),
    (640, 360, 600, 60, 60),
    (640, 360, 600, 60, 250),
)
"""Width, height, seconds, cuts, frames between key frames."""
SMALL = (64, 36)


async def measure() -> list[Row]:
    """Both ways on every source."""
    rows: list[Row] = []
    for width, height, seconds, count, gop in CASES:
        with tempfile.TemporaryDirectory(prefix="cutroom-bench-") as name:
            rows += await _one(Path(name), (width, height), seconds, count, gop)
    return rows


async def _one(folder: Path, size: tuple[int, int], seconds: int, count: int, gop: int) -> list[Row]:
    source = folder / "source.mp4"
    await make(source, size, seconds, gop)
    cuts = _cuts(seconds, count)
    timeline = edit(source, size, seconds, cuts)
    output = Output(name="wide", width=size[0], height=size[1])
    plain = RenderOptions(captions=False, loudness=None)
    copied = await spent(
        ours(folder / "copy", timeline, source, [output], plain.model_copy(update={"fidelity": "copy"}))
    )
    encoded = await spent(ours(folder / "encode", timeline, source, [output], plain))
    wrong = await _wrong(source, folder / "copy/film_wide.mp4", cuts)
    every = f"{size[1]}p, key frame every {gop / RATE:.1f} s"
    return [*_rows(every, copied, encoded), Row(f"{every}: wrong frames of {sum(n for _, n in cuts)}", wrong, "", "0")]


def _rows(every: str, copied: Spent, encoded: Spent) -> list[Row]:
    return [
        Row(f"{every}: copied, wall", copied.wall, "s"),
        Row(f"{every}: encoded anew, wall", encoded.wall, "s"),
        Row(f"{every}: copying is faster, wall", encoded.wall / copied.wall, "x", "≥ 5"),
        Row(f"{every}: copying is faster, CPU", encoded.cpu / copied.cpu, "x"),
    ]


def _cuts(seconds: int, count: int) -> list[tuple[int, int]]:
    """Spans of about 8 s with pauses of about 2 s between them."""
    chance, at, cuts = random.Random(6), 0, []
    for _ in range(count):
        length = round(RATE * chance.uniform(6.0, 10.0) * 0.99)
        cuts.append((at, length))
        at += length + round(RATE * chance.uniform(1.0, 3.0))
    return [(first, min(n, seconds * RATE - first - 2)) for first, n in cuts if first < seconds * RATE - 30]


async def _wrong(source: Path, film: Path, cuts: list[tuple[int, int]]) -> int:
    """Count frames that are not nearest to their own counterpart of the source."""
    before, after = await _small(source), await _small(film)
    wanted = np.concatenate([np.arange(first, first + n) for first, n in cuts])
    if len(after) != len(wanted):
        return abs(len(after) - len(wanted)) + len(wanted)
    own = np.abs(before[wanted] - after).mean(axis=1)
    beside = [np.abs(before[np.clip(wanted + d, 0, len(before) - 1)] - after).mean(axis=1) for d in (-1, 1)]
    return int(((own > beside[0] + 0.05) | (own > beside[1] + 0.05)).sum())


async def _small(path: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.int16]]:
    scale = f"extractplanes=y,scale={SMALL[0]}:{SMALL[1]}:flags=area"
    out = ["-vf", scale, "-fps_mode", "passthrough", "-f", "rawvideo", str(path) + ".small"]
    await run([ffmpeg_path(), "-loglevel", "error", "-y", "-i", str(path), "-an", *out], limits=LIMITS)
    data = np.fromfile(str(path) + ".small", np.uint8)
    return data.reshape(-1, SMALL[0] * SMALL[1]).astype(np.int16)
