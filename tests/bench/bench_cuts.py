"""Cuts of half a second, in the order of their source, against one ffmpeg by hand that selects the same frames.

A fifth of the cuts and all of them: neither memory nor processes nor open files may grow with their number.
``CUTROOM_BENCH_SHOTS`` is how many there are (1000); 640x360, six tenths of a second of source to each.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

from services.renderer.settings import RendererSettings
from shared.contracts.timeline import Output, RenderOptions
from shared.process import ffmpeg_path, run
from tests.bench.alike import unlike
from tests.bench.edits import LIMITS, RATE, Heard, edit, make, ours, spent
from tests.bench.table import Row
from tests.bench.watching import Watched, stay_above, watched

SHOTS = int(os.environ.get("CUTROOM_BENCH_SHOTS", "1000"))
SHOWN, EVERY = 15, 18
SIZE = (640, 360)
WIDE = Output(name="wide", width=SIZE[0], height=SIZE[1])
PLAIN = RenderOptions(captions=False, loudness=None)
_PROGRAM = "import asyncio, sys; from tests.bench.bench_cuts import alone; asyncio.run(alone(*sys.argv[1:]))"


async def measure() -> list[Row]:
    """Both ways with few cuts and with many."""
    seconds, rows = SHOTS * EVERY // RATE + 1, list[Row]()
    with tempfile.TemporaryDirectory(prefix="cutroom-bench-") as name:
        folder, source = Path(name), Path(name) / "source.mp4"
        await make(source, SIZE, seconds, 250)
        for count in (SHOTS // 5, SHOTS):
            for way in ("ours", "by hand"):
                target = folder / f"{way}{count}"
                seen = await watched(_PROGRAM, [way, str(count), str(seconds), str(source), str(target)])
                rows += _rows(f"{count} cuts, {way}", seen)
            off = await unlike(folder / f"by hand{count}/film_wide.mp4", folder / f"ours{count}/film_wide.mp4")
            rows.append(Row(f"{count} cuts, frames missing, added, or not the same", off, f"of {count * SHOWN}", "0"))
    return rows


def _rows(what: str, seen: Watched) -> list[Row]:
    took = json.loads(seen.said.splitlines()[-1])
    rows = [
        Row(f"{what}: wall (CPU {took['cpu']:.0f} s)", took["wall"], "s"),
        Row(f"{what}: memory (processes {seen.processes}, files open in one {seen.files})", seen.whole, "MB", "≤ 900"),
    ]
    return rows if took["off"] is None else [*rows, Row(f"{what}: error of the ETA at half", 100 * took["off"], "%")]


async def alone(way: str, count: str, seconds: str, source: str, folder: str) -> None:
    """Cut once, and say what it took."""
    stay_above()
    cuts = [(number * EVERY, SHOWN) for number in range(int(count))]
    heard, target = Heard(), Path(folder)
    if way == "ours":
        line = edit(Path(source), SIZE, int(seconds), cuts)
        took = await spent(ours(target, line, Path(source), [WIDE], PLAIN, heard=heard))
    else:
        target.mkdir()
        took = await spent(_by_hand(Path(source), len(cuts), target / "film_wide.mp4"))
    off = heard.error_at_half() if heard.told else None
    print(json.dumps({"wall": took.wall, "cpu": took.cpu, "off": off}))


async def _by_hand(source: Path, count: int, target: Path) -> None:
    """The expression is as short as can be: a list of a thousand spans takes longer at every frame."""
    last, settings = count * EVERY - 1, RendererSettings()
    chosen = f"lt(mod(n,{EVERY}),{SHOWN})*lte(n,{last})"
    heard = f"lt(mod(t,{EVERY / RATE}),{SHOWN / RATE})*lt(t,{(last + 1) / RATE})"
    graph = f"[0:v]select='{chosen}',setpts=N/{RATE}/TB[v];[0:a]aselect='{heard}',asetpts=N/SR/TB[a]"
    codecs = ["-c:v", "libx264", "-preset", settings.preset, "-crf", str(settings.crf), "-c:a", "aac", "-b:a", "192k"]
    inputs = ["-i", str(source), "-filter_complex", graph, "-map", "[v]", "-map", "[a]", "-r", str(RATE)]
    await run([ffmpeg_path(), "-loglevel", "error", "-y", *inputs, *codecs, str(target)], limits=LIMITS)
