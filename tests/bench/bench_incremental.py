"""A minute of ten captioned shots: cold, with one caption changed, three shapes at once, one and two renderers.

``CUTROOM_BENCH_SIZE=1080`` for 1920x1080, else 1280x720; under ten and under five minutes on an idle machine.
``CUTROOM_BENCH_SHOTS=2`` (6 s each) only to see that it runs: a short film is mostly the constant. Beside it the ways
that people write: one ffmpeg for each segment and a concatenation, and MoviePy 2 where it is installed (the `bench`
extra, or `pip install --target DIR --no-deps moviepy proglog decorator imageio python-dotenv tqdm` and
`PYTHONPATH=DIR`). All make the same cuts with the same encoder and preset; their frames are compared with ours.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from services.renderer.settings import RendererSettings
from shared.contracts.timeline import Output, RenderOptions, Timeline
from shared.process import ffmpeg_path, run
from tests.bench.alike import unlike
from tests.bench.edits import LIMITS, RATE, Heard, Spent, edit, make, ours, spent
from tests.bench.renderers import renderers
from tests.bench.table import Row

SIZE = (1920, 1080) if os.environ.get("CUTROOM_BENCH_SIZE") == "1080" else (1280, 720)
SHOTS, FRAMES = int(os.environ.get("CUTROOM_BENCH_SHOTS", "10")), 180
SECONDS, CHANGED = 8 * SHOTS, min(4, SHOTS - 1)
MINUTES = SHOTS * FRAMES / RATE / 60
WIDE = Output(name="wide", width=SIZE[0], height=SIZE[1])
SHAPES = (
    WIDE,
    Output(name="tall", width=SIZE[1], height=SIZE[0]),
    Output(name="square", width=SIZE[1], height=SIZE[1]),
)
PLAIN = RenderOptions(loudness=None)
BARE = PLAIN.model_copy(update={"captions": False})
ONE = RendererSettings(parallel=1)


async def measure() -> list[Row]:
    """Every way once, on the same source."""
    with tempfile.TemporaryDirectory(prefix="cutroom-bench-") as name:
        folder, source = Path(name), Path(name) / "source.mp4"
        await make(source, SIZE, SECONDS, 60)
        changed, cold = await _changed(folder / "changed", source)
        ways, bare = await _ways(folder, source)
        shared = await _shared(folder / "shared", source)
        return [*changed, *_captions(cold, bare), *ways, *shared, *await _others(folder, source, bare)]


async def _changed(folder: Path, source: Path) -> tuple[list[Row], Spent]:
    """From the order to the fact, with database and store: everything that a person waits for."""
    words = {i: f"this is shot number {i}" for i in range(SHOTS)}
    before, after = _line(source, words), _line(source, {**words, CHANGED: "something else"})
    async with renderers(folder, source, 1, RendererSettings()) as at_work:
        chunks = "select count(*) from chunks where place >= 0"
        cold = await at_work.spend(before, [WIDE], PLAIN)
        drawn = await at_work.infra.pool.fetchval(chunks)
        again = await at_work.spend(after, [WIDE], PLAIN)
        anew = await at_work.infra.pool.fetchval(chunks) - drawn
        none = await at_work.spend(after, [WIDE], PLAIN)
    rows = [_minute("cold, captions on, database and store included", cold)]
    rows.append(Row("chunks drawn for one changed caption", anew, f"of {drawn}", "1"))
    for what, took, target in (
        ("one caption changed, of cold, all included", again, "≤ 15"),
        ("nothing changed (the constant: joining, reading, storing), of cold", none, ""),
    ):
        rows += [Row(f"{what}, wall", 100 * took.wall / cold.wall, "%", target),
                 Row(f"{what}, CPU", 100 * took.cpu / cold.cpu, "%")]  # fmt: skip
    less = "one caption changed less the constant, of cold"
    wall, cpu = 100 * (again.wall - none.wall) / cold.wall, 100 * (again.cpu - none.cpu) / cold.cpu
    return [*rows, Row(f"{less}, wall", wall, "%", "≤ 10"), Row(f"{less}, CPU", cpu, "%", "≤ 10")], cold


def _captions(cold: Spent, bare: Spent) -> list[Row]:
    return [Row("captions on against off (store and database only in the former), CPU", cold.cpu / bare.cpu, "x")]


async def _ways(folder: Path, source: Path) -> tuple[list[Row], Spent]:
    line, errors = _line(source), list[Row]()

    async def way(name: str, made: Timeline, *outputs: Output, options: RenderOptions = BARE) -> Spent:
        heard = Heard()
        took = await spent(ours(folder / name, made, source, outputs, options, heard=heard))
        errors.extend(heard.rows(name))
        return took

    two = await way("plain", line, WIDE)
    three = await way("shapes", line, *SHAPES)
    each = [two, *[await way(shape.name, line, shape) for shape in SHAPES[1:]]]
    draft = WIDE.model_copy(update={"width": 854, "height": 480, "draft": True})
    quick = await way("draft", line, draft)
    mixed = await way("effects", _dressed(line), WIDE)
    ladder = [] if SIZE[1] > 720 else [await way("ladder", line, WIDE.model_copy(update={"hls": True}))]
    copied = await way("copy", line, WIDE, options=BARE.model_copy(update={"fidelity": "copy"}))
    rows = [
        _minute("captions off, two chunks at once", two),
        *[_minute("a ladder for streaming", took) for took in ladder],
        _minute("copied where it can be", copied),
        _minute("draft, 480p", quick),
        _minute("effects on every other shot", mixed),
        _minute("three shapes at once", three),
        Row("three shapes at once against one after the other, wall", three.wall / sum(e.wall for e in each), "x"),
        Row("three shapes at once against one after the other, CPU", three.cpu / sum(e.cpu for e in each), "x"),
    ]
    return [*rows, *errors], two


async def _shared(folder: Path, source: Path) -> list[Row]:
    took = {}
    for count in (1, 2):
        async with renderers(folder / str(count), source, count, ONE) as at_work:
            took[count] = await at_work.spend(_line(source), [WIDE], BARE)
    return [
        _minute("one renderer, one chunk at once", took[1]),
        _minute("two renderers that help each other, one chunk at once each", took[2]),
        Row("two renderers against one, wall", took[2].wall / took[1].wall, "x"),
    ]


async def _others(folder: Path, source: Path, bare: Spent) -> list[Row]:
    own, script, moviepy = folder / "plain/film_wide.mp4", folder / "script.mp4", folder / "moviepy.mp4"
    rows = await _beside("a script of one ffmpeg a segment", await spent(_script(folder, source)), bare, own, script)
    if importlib.util.find_spec("moviepy") is not None:
        rows += await _beside("MoviePy 2", await spent(_moviepy(source, moviepy)), bare, own, moviepy, "≥ 1.7")
    return rows


async def _beside(what: str, took: Spent, bare: Spent, own: Path, made: Path, target: str = "") -> list[Row]:
    return [
        _minute(what, took),
        Row(f"ours against {what}: faster, wall", took.wall / bare.wall, "x", target),
        Row(f"ours against {what}: faster, CPU", took.cpu / bare.cpu, "x"),
        Row(f"{what}: frames missing, added, or not those of ours", await unlike(own, made), f"of {SHOTS * FRAMES}"),
    ]


def _line(source: Path, words: Mapping[int, str] = {}) -> Timeline:
    return edit(source, SIZE, SECONDS, _cuts(), words)


def _dressed(line: Timeline) -> Timeline:
    dressed = [
        clip.model_copy(update={"effects": ({"name": "zoom"}, {"name": "vignette"})}) if i % 2 else clip
        for i, clip in enumerate(line.video)
    ]
    return Timeline.model_validate({**line.model_dump(), "video": [clip.model_dump() for clip in dressed]})


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


async def _moviepy(source: Path, target: Path) -> None:
    """The same cuts, encoder and settings."""
    code = (
        "import sys\nfrom moviepy import VideoFileClip, concatenate_videoclips\n"
        f"film = VideoFileClip({str(source)!r})\n"
        f"parts = [film.subclipped(a / {RATE}, (a + n) / {RATE}) for a, n in {_cuts()!r}]\n"
        f"concatenate_videoclips(parts).write_videofile({str(target)!r}, codec='libx264',"
        " preset='veryfast', ffmpeg_params=['-crf', '20'], audio_codec='aac', threads=2, logger=None)\n"
    )
    await run([sys.executable, "-c", code], limits=LIMITS, env={"PYTHONPATH": os.environ.get("PYTHONPATH", "")})
