"""Pictures beside a film: its poster, its sprite sheet; and the GIF that is made of it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from services.renderer.domain.formats import every_nth
from services.renderer.domain.seen import Seen
from services.renderer.tools.ffmpeg import OWN, Bench, seconds

TILE_WIDTH, COLUMNS, MOST_TILES = 160, 10, 100
_INPUT = [word for name, value in OWN.items() for word in (f"-{name}", str(value))]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sprite sheet in the scratch folder; ``interval`` in seconds."""

    file: Path
    columns: int
    rows: int
    tile: tuple[int, int]
    interval: float
    count: int


def poster_frame(seen: Seen) -> int:
    """Return the frame that shows most: neither dark nor flat, rather early than late, no beginning of a fade."""
    levels = seen.coarse.reshape(seen.frames, -1).astype(np.float32)
    worth = levels.std(axis=1) - 0.5 * np.abs(levels.mean(axis=1) - 118)
    worth -= 10 * np.linspace(0, 1, seen.frames)
    edge = min(seen.frames // 20, 25)
    worth[:edge] -= 20
    return int(np.argmax(worth))


async def poster(bench: Bench, film: Path, frame: int, rate: str) -> Path:
    """Write frame number ``frame`` of the film as a JPEG."""
    target = f"{film.stem}.jpg"
    at = seconds(max(Fraction(0), (frame - Fraction(1, 4)) / Fraction(rate)))
    arguments = [*_INPUT, "-ss", at, "-i", film.name, "-frames:v", "1", "-q:v", "3", "-f", "mjpeg", target]
    await bench.ffmpeg(arguments)
    return bench.scratch / target


async def sprites(bench: Bench, film: Path, frames: int, rate: str, size: tuple[int, int]) -> Sheet:
    """Write small frames of the whole film side by side: one a second, fewer of a long film."""
    step = max(1, round(Fraction(rate) * max(Fraction(1), frames / Fraction(rate) / MOST_TILES)))
    count = -(-frames // step)
    columns, rows = min(COLUMNS, count), -(-count // COLUMNS)
    height = max(2, 2 * round(TILE_WIDTH * size[1] / size[0] / 2))
    target = f"{film.stem}.sprites.jpg"
    graph = f"framestep={step},scale={TILE_WIDTH}:{height}:flags=area,tile={columns}x{rows}"
    head = [*_INPUT, "-skip_loop_filter", "all", "-i", film.name, "-an"]
    await bench.ffmpeg([*head, "-vf", graph, "-frames:v", "1", "-q:v", "4", "-f", "mjpeg", target])
    interval = float(step / Fraction(rate))
    return Sheet(bench.scratch / target, columns, rows, (TILE_WIDTH, height), interval, count)


async def gif(bench: Bench, film: Path, rate: str, target: str) -> Path:
    """Write the film as a GIF with one palette: found in one pass and used in another, so that memory stays flat."""
    step = every_nth(rate)
    palette = f"{target}.png"
    head = [*_INPUT, "-i", film.name, "-an"]
    await bench.ffmpeg([*head, "-vf", f"framestep={step},palettegen=stats_mode=diff", "-frames:v", "1", palette])
    own = ["-format_whitelist", "png_pipe", "-protocol_whitelist", "file", "-i", palette]
    graph = f"[0:v]framestep={step}[v];[v][1:v]paletteuse=dither=bayer:diff_mode=rectangle"
    await bench.ffmpeg([*head, *own, "-filter_complex", graph, "-f", "gif", target])
    return bench.scratch / target
