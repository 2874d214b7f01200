"""A minute of ten captioned shots, 720p: cold, with one caption changed, three shapes at once, one and two workers.

Beside it the ways that people write: one ffmpeg for each segment and a concatenation, and MoviePy 2 where it is
installed (`pip install moviepy`, the `bench` extra).
"""

from __future__ import annotations

import asyncio
import importlib.util
import sys
import tempfile
from pathlib import Path

from services.renderer.settings import RendererSettings
from shared.contracts.timeline import Output, RenderOptions
from shared.process import ffmpeg_path, run
from tests.bench.edits import LIMITS, RATE, Heard, InMemory, Spent, edit, make, ours, spent
from tests.bench.table import Row

SIZE, SECONDS, SHOTS, FRAMES = (1280, 720), 80, 10, 180
MINUTES = SHOTS * FRAMES / RATE / 60
WIDE = Output(name="wide", width=1280, height=720)
SHAPES = (WIDE, Output(name="tall", width=720, height=1280), Output(name="square", width=720, height=720))
PLAIN = RenderOptions(loudness=None)


async def measure() -> list[Row]:
    """Every way once, on the same source."""
    with tempfile.TemporaryDirectory(prefix="cutroom-bench-") as name:
        folder, source = Path(name), Path(name) / "source.mp4"
        await make(source, SIZE, SECONDS, 60)
        return [*await _changed(folder, source), *await _ways(folder, source), *await _others(folder, source)]


async def _changed(folder: Path, source: Path) -> list[Row]:
    words = {i: f"this is shot number {i}" for i in range(SHOTS)}
    shelf, heard = InMemory(), Heard()
    before = edit(source, SIZE, SECONDS, _cuts(), words)
    cold = await spent(ours(folder / "cold", before, source, [WIDE], PLAIN, shelf=shelf, heard=heard))
    off = heard.error_at_half()
    drawn = len(shelf.held)
    after = edit(source, SIZE, SECONDS, _cuts(), {**words, 4: "something else"})
    again = await spent(ours(folder / "again", after, source, [WIDE], PLAIN, shelf=shelf))
    none = await spent(ours(folder / "none", after, source, [WIDE], PLAIN, shelf=shelf))
    return [
        _minute("cold, captions on", cold),
        Row("error of the ETA at 50 %", 100 * off, "% of the whole"),
        Row("chunks drawn cold, and for one changed caption", len(shelf.held) - drawn, f"of {drawn}"),
        Row("one caption changed, wall", again.wall, "s"),
        Row("nothing changed, wall (the constant: sound, joining, check)", none.wall, "s"),
        Row(
            "one caption changed less the constant, of cold, wall",
            100 * (again.wall - none.wall) / cold.wall,
            "%",
            "≤ 10",
        ),
        Row(
            "one caption changed less the constant, of cold, CPU", 100 * (again.cpu - none.cpu) / cold.cpu, "%", "≤ 10"
        ),
    ]


async def _ways(folder: Path, source: Path) -> list[Row]:
    line = edit(source, SIZE, SECONDS, _cuts())
    bare = PLAIN.model_copy(update={"captions": False})
    two = await spent(ours(folder / "two", line, source, [WIDE], bare))
    one = await spent(ours(folder / "one", line, source, [WIDE], bare, RendererSettings(parallel=1)))
    three = await spent(ours(folder / "three", line, source, SHAPES, bare))
    each = [await spent(ours(folder / f"each{i}", line, source, [shape], bare)) for i, shape in enumerate(SHAPES)]
    draft = WIDE.model_copy(update={"width": 854, "height": 480, "draft": True})
    quick = await spent(ours(folder / "draft", line, source, [draft], bare))
    return [
        _minute("captions off, two workers", two),
        _minute("captions off, one worker", one),
        _minute("draft, 480p", quick),
        _minute("three shapes at once", three),
        Row("three shapes at once against one after the other, wall", three.wall / sum(e.wall for e in each), "x"),
        Row("three shapes at once against one after the other, CPU", three.cpu / sum(e.cpu for e in each), "x"),
    ]


async def _others(folder: Path, source: Path) -> list[Row]:
    rows = [_minute("a script of one ffmpeg a segment, copied together", await spent(_script(folder, source)))]
    if importlib.util.find_spec("moviepy") is not None:
        rows.append(_minute("MoviePy 2", await spent(_moviepy(folder, source))))
    return rows


def _cuts() -> list[tuple[int, int]]:
    return [(i * 230 + 17, FRAMES) for i in range(SHOTS)]


def _minute(what: str, took: Spent) -> Row:
    return Row(f"{what}: wall a minute (CPU {took.cpu / MINUTES:.1f} s)", took.wall / MINUTES, "s")


async def _script(folder: Path, source: Path) -> None:
    """What most scripts do; its sound drifts at every join."""
    codecs = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-c:a", "aac", "-b:a", "192k"]
    head = [ffmpeg_path(), "-loglevel", "error", "-y"]
    lines = []
    for number, (first, frames) in enumerate(_cuts()):
        span = ["-ss", f"{first / RATE:.6f}", "-t", f"{frames / RATE:.6f}", "-i", str(source)]
        await run([*head, *span, *codecs, str(folder / f"s{number}.mp4")], limits=LIMITS)
        lines.append(f"file s{number}.mp4")
    (folder / "s.txt").write_text("\n".join(lines) + "\n")
    listed = ["-f", "concat", "-safe", "0", "-i", str(folder / "s.txt"), "-c", "copy", str(folder / "script.mp4")]
    await run([*head, *listed], limits=LIMITS)


async def _moviepy(folder: Path, source: Path) -> None:
    """The same cuts, encoder and settings."""
    code = (
        "import sys\nfrom moviepy import VideoFileClip, concatenate_videoclips\n"
        f"film = VideoFileClip({str(source)!r})\n"
        f"parts = [film.subclipped(a / {RATE}, (a + n) / {RATE}) for a, n in {_cuts()!r}]\n"
        f"concatenate_videoclips(parts).write_videofile({str(folder / 'moviepy.mp4')!r}, codec='libx264',"
        " preset='veryfast', ffmpeg_params=['-crf', '20'], audio_codec='aac', threads=2, logger=None)\n"
    )
    await run([sys.executable, "-c", code], limits=LIMITS)
    await asyncio.sleep(0)
