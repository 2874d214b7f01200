"""Memory of a render, two chunks at once: everything that it needs, its service and all its programs together.

Each case runs in a process of its own. Every 50 ms the proportional set sizes of it and of all that it started are
added up (a page that several share counts once); the largest sum is the figure, beside it the largest ffmpeg.
``CUTROOM_BENCH_CASES`` names the cases to run, with commas between them; without, all: about four minutes on two cores.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import re
import sys
import tempfile
from pathlib import Path

from services.renderer.settings import RendererSettings
from shared.contracts.timeline import RenderOptions
from shared.process import ffmpeg_path, run
from tests.bench.edits import LIMITS, ours
from tests.bench.memory_cases import CASES, PLAIN, made
from tests.bench.table import Row

CHOSEN = [name for name in os.environ.get("CUTROOM_BENCH_CASES", "").split(",") if name]
LOOK_S = 0.05
SUBREAPER = 36
TARGET = "≤ 900"
_PROGRAM = "import asyncio, sys; from tests.bench.bench_memory import alone; asyncio.run(alone(*sys.argv[1:]))"
FILMS = {"hd": ("1920x1080", 30, 20), "uhd": ("3840x2160", 30, 5), "fast": ("1920x1080", 60, 6)}
"""Size, frames a second and seconds of the films that the cases are cut from."""


async def measure() -> list[Row]:
    """Run the cases one after the other."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="cutroom-bench-") as name:
        folder = Path(name)
        wanted = [case for case in CASES if not CHOSEN or case in CHOSEN]
        for film in sorted({CASES[case].film for case in wanted}):
            await _film(folder / f"{film}.mp4", *FILMS[film])
        for number, case in enumerate(wanted):
            whole, largest = await _watched(case, folder / f"{CASES[case].film}.mp4", folder / f"case{number}")
            rows.append(Row(f"{case} (largest ffmpeg {largest:.0f})", whole, "MB", TARGET))
            sys.stderr.write(rows[-1].line() + "\n")
    return rows


async def alone(case: str, film: str, folder: str) -> None:
    """Render one case; what its programs leave behind stays below this process."""
    ctypes.CDLL(None).prctl(SUBREAPER, 1)
    chosen = CASES[case]
    options = PLAIN.model_copy(update=chosen.options)
    line = made(chosen, Path(film), *FILMS[chosen.film])
    await ours(Path(folder), line, Path(film), chosen.outputs, RenderOptions.model_validate(options.model_dump()),
               RendererSettings())  # fmt: skip


async def _film(path: Path, size: str, rate: int, seconds: int) -> None:
    """A moving, noisy film with sound."""
    picture = f"testsrc2=s={size}:r={rate}:d={seconds},noise=alls=3:allf=t"
    inputs = ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", f"anoisesrc=r=48000:a=0.2:d={seconds}:c=pink"]
    codecs = ["-c:v", "libx264", "-preset", "veryfast", "-g", "60", "-pix_fmt", "yuv420p", "-c:a", "aac"]
    await run([ffmpeg_path(), "-loglevel", "error", "-y", *inputs, *codecs, str(path)], limits=LIMITS)


async def _watched(case: str, film: Path, folder: Path) -> tuple[float, float]:
    """Return the most that all processes had together, and the most that one ffmpeg had, in MB."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", _PROGRAM, case, str(film), str(folder))
    ending, whole, largest = asyncio.ensure_future(process.wait()), 0.0, 0.0
    while not ending.done():
        held = await asyncio.to_thread(_held, process.pid)
        whole = max(whole, sum(size for _, size in held))
        largest = max([largest, *(size for name, size in held if name.startswith("ffmpeg"))])
        await asyncio.wait([ending], timeout=LOOK_S)
    if await ending:
        raise SystemExit(f"the render of {case} failed")
    return whole, largest


def _held(parent: int) -> list[tuple[str, float]]:
    """Name and proportional set size in MB of every process from ``parent`` down; what has just ended is left out."""
    found, held = [parent], []
    for pid in found:
        try:
            for children in Path(f"/proc/{pid}/task").glob("*/children"):
                found += [int(text) for text in children.read_text("utf-8").split()]
            share = re.search(r"^Pss: +(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8"), re.M)
            named = Path(f"/proc/{pid}/comm").read_text("utf-8", "replace").strip()
        except (OSError, ProcessLookupError):
            continue
        if share:
            held.append((named, int(share[1]) * 1024 / 1e6))
    return held
