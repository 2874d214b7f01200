"""Memory of a render, two chunks at once: everything that it needs, its service and all its programs together.

Each case runs in a process of its own. Every 50 ms the proportional set sizes of it and of all that it started are
added up (a page that several share counts once); the largest sum is the figure, beside it the largest ffmpeg.
``CUTROOM_BENCH_CASES`` names the cases to run, with commas between them; without, all: about four minutes on two cores.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from services.renderer.settings import RendererSettings
from shared.contracts.timeline import RenderOptions
from shared.process import ffmpeg_path, run
from tests.bench.edits import LIMITS, ours
from tests.bench.memory_cases import CASES, PLAIN, made
from tests.bench.table import Row
from tests.bench.watching import stay_above, watched

CHOSEN = [name for name in os.environ.get("CUTROOM_BENCH_CASES", "").split(",") if name]
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
            seen = await watched(
                _PROGRAM, [case, str(folder / f"{CASES[case].film}.mp4"), str(folder / f"case{number}")]
            )
            rows.append(Row(f"{case} (largest ffmpeg {seen.largest:.0f})", seen.whole, "MB", TARGET))
            sys.stderr.write(rows[-1].line() + "\n")
    return rows


async def alone(case: str, film: str, folder: str) -> None:
    """Render one case; what its programs leave behind stays below this process."""
    stay_above()
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
