"""Silence removal: 60 cuts that keep 80 % of ten minutes (640x360), pictures copied against all of it encoded anew.

Every frame of the copied film is compared with the source. auto-editor is measured beside it where there is one in
~/.cache/cutroom-bench/auto-editor (23.32.1, `pip install --no-deps`, with av 12.3.0, ae-ffmpeg 1.1 and numpy < 2).
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

SIZE, SECONDS, CUTS = (640, 360), 600, 60
SMALL = (64, 36)


async def measure() -> list[Row]:
    """Both ways on sources with key frames every 2 s and every 8.3 s."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="cutroom-bench-") as name:
        for gop in (60, 250):
            folder = Path(name) / str(gop)
            folder.mkdir()
            rows += await _one(folder, gop)
    return rows


async def _one(folder: Path, gop: int) -> list[Row]:
    source = folder / "source.mp4"
    await make(source, SIZE, SECONDS, gop)
    cuts = _cuts()
    timeline = edit(source, SIZE, SECONDS, cuts)
    output = Output(name="wide", width=SIZE[0], height=SIZE[1])
    plain = RenderOptions(captions=False, loudness=None)
    copied = await spent(
        ours(folder / "copy", timeline, source, [output], plain.model_copy(update={"fidelity": "copy"}))
    )
    encoded = await spent(ours(folder / "encode", timeline, source, [output], plain))
    wrong = await _wrong(source, folder / "copy/film_wide.mp4", cuts)
    every = f"key frame every {gop / RATE:.1f} s"
    return [*_rows(every, copied, encoded), Row(f"{every}: wrong frames of {sum(n for _, n in cuts)}", wrong, "", "0")]


def _rows(every: str, copied: Spent, encoded: Spent) -> list[Row]:
    return [
        Row(f"{every}: copied, wall", copied.wall, "s"),
        Row(f"{every}: encoded anew, wall", encoded.wall, "s"),
        Row(f"{every}: copying is faster, wall", encoded.wall / copied.wall, "x", "≥ 5"),
        Row(f"{every}: copying is faster, CPU", encoded.cpu / copied.cpu, "x"),
    ]


def _cuts() -> list[tuple[int, int]]:
    """Sixty spans of about 8 s with pauses of about 2 s between them."""
    chance, at, cuts = random.Random(6), 0, []
    for _ in range(CUTS):
        length = round(RATE * chance.uniform(6.0, 10.0) * 0.99)
        cuts.append((at, length))
        at += length + round(RATE * chance.uniform(1.0, 3.0))
    return [(first, min(n, SECONDS * RATE - first - 2)) for first, n in cuts if first < SECONDS * RATE - 30]


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
