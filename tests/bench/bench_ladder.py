"""A ladder for HLS from 1080p: against the file alone, its pictures rendered one by one, and one ffmpeg by hand.

``CUTROOM_BENCH_SECONDS`` is how long the film is, 20 without; then it takes about three minutes on an idle machine.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from services.renderer.domain.ladder import rungs
from services.renderer.settings import RendererSettings
from services.renderer.tools.film import Film
from shared.contracts.timeline import Output, RenderOptions
from shared.process import ffmpeg_path, run
from tests.bench.edits import LIMITS, RATE, Heard, Spent, edit, make, ours, spent
from tests.bench.table import Row

SIZE = (1920, 1080)
SECONDS = int(os.environ.get("CUTROOM_BENCH_SECONDS", "20"))
PLAIN = RenderOptions(captions=False, loudness=None)
TOP = Output(name="film", width=SIZE[0], height=SIZE[1], hls=True)


async def measure() -> list[Row]:
    """Every way once, on the same source, whole and uncut."""
    with tempfile.TemporaryDirectory(prefix="cutroom-bench-") as name:
        folder, source = Path(name), Path(name) / "source.mp4"
        await make(source, SIZE, SECONDS, 60)
        line = edit(source, SIZE, SECONDS, [(0, SECONDS * RATE)])
        films: list[Film] = []
        told: dict[str, list[Row]] = {}

        async def rendered(*outputs: Output) -> None:
            target = folder / f"ours_{outputs[0].name}_{outputs[0].hls}"
            heard = Heard()
            films[:] = await ours(target, line, source, outputs, PLAIN, heard=heard)
            told[target.name] = heard.rows("the ladder" if outputs[0].hls else f"{outputs[0].height} lines alone")

        alone = await spent(rendered(TOP.model_copy(update={"hls": False})))
        ladder = await spent(rendered(TOP))
        shown = films[0].ladder
        assert shown is not None
        apart = [await spent(rendered(rung.model_copy(update={"name": f"r{n}", "hls": False})))
                 for n, rung in enumerate(rungs(TOP))]  # fmt: skip
        hand = await spent(_by_hand(folder, source))
        each = sum(one.cpu for one in apart), sum(one.wall for one in apart)
        return [
            *_both("a ladder of four pictures against the file alone", ladder, alone),
            Row("against its pictures one by one, CPU", ladder.cpu / each[0], "x", "below 1"),
            Row("against its pictures one by one, wall", ladder.wall / each[1], "x", "below 1"),
            *_both("against one ffmpeg by hand (split, scale, four encoders, -f hls)", ladder, hand),
            *(row for rows in told.values() for row in rows),
            *(Row(f"{one.height} lines, largest segment", one.bandwidth / 1e6, "Mbit/s") for one in shown.renditions),
        ]


def _both(what: str, ours_: Spent, other: Spent) -> list[Row]:
    return [Row(f"{what}, CPU", ours_.cpu / other.cpu, "x"), Row(f"{what}, wall", ours_.wall / other.wall, "x")]


async def _by_hand(folder: Path, source: Path) -> None:
    """What one finds in guides: the same sizes, preset and quality, key frames every two seconds."""
    target, sizes = folder / "hand", [(rung.width, rung.height) for rung in rungs(TOP)]
    target.mkdir()
    split = f"[0:v]split={len(sizes)}" + "".join(f"[s{n}]" for n in range(len(sizes)))
    scaled = [f"[s{n}]scale={w}:{h}[v{n}]" for n, (w, h) in enumerate(sizes)]
    maps = [word for n in range(len(sizes)) for word in ("-map", f"[v{n}]")]
    settings = RendererSettings()
    coded = ["-c:v", "libx264", "-preset", settings.preset, "-crf", str(settings.crf), "-g", str(2 * RATE),
             "-sc_threshold", "0", "-map", "0:a", "-c:a", "aac", "-b:a", "192k"]  # fmt: skip
    streams = " ".join([*(f"v:{n},agroup:a" for n in range(len(sizes))), "a:0,agroup:a"])
    packed = ["-f", "hls", "-hls_time", "4", "-hls_playlist_type", "vod", "-hls_segment_type", "fmp4"]
    named = ["-var_stream_map", streams, "-master_pl_name", "master.m3u8", "v%v.m3u8"]
    graph = ["-filter_complex", ";".join([split, *scaled])]
    head = [ffmpeg_path(), "-loglevel", "error", "-y", "-i", str(source)]
    await run([*head, *graph, *maps, *coded, *packed, *named], limits=LIMITS, cwd=target)
