"""How memory grows with a film's length, process by process: small films of ``CUTROOM_BENCH_MINUTES`` (1,10,60,180)
minutes with faces and sound, everything but the words, measured as the analyzer does: long films in a span for each
core. ``own`` is what no other process shares (private pages, clean and dirty), looked at ten times a second; ``all`` is
the resident set, libraries and cached files included; the sum counts what several share once (proportional set size).
Also the CPU, and the size of all answers. Each minute of film takes some five seconds of CPU, three hours a quarter of
an hour; the film is a minute that is copied without being encoded again.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.bench_analysis import WHOLE, made_film
from tests.bench.table import Row

MINUTES = [int(text) for text in os.environ.get("CUTROOM_BENCH_MINUTES", "1,10,60,180").split(",")]
_MODULE = re.compile(r"services\.analyzer\.tools\.(\w+)")
_LOOK_S = 0.1
_PROGRAM = "import asyncio, sys; from tests.bench.bench_analysis import alone; asyncio.run(alone(*sys.argv[1:]))"


@dataclass(slots=True)
class Peaks:
    """The most that processes of each kind had, and all of them at one moment, in MiB; and their CPU in seconds."""

    own: dict[str, float] = field(default_factory=dict)
    all: dict[str, float] = field(default_factory=dict)
    together: float = 0.0
    processes: int = 0
    cpu: float = 0.0

    def look(self, parent: int) -> None:
        """Take what all processes below ``parent`` have now; those that have just ended are left out."""
        shared, seen = 0.0, 0
        for pid in _below(parent):
            try:
                line = Path(f"/proc/{pid}/cmdline").read_text("utf-8", "replace")
                held = dict(re.findall(r"(\w+): +(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8")))
            except (OSError, ProcessLookupError):
                continue
            named = _MODULE.search(line)
            what = named[1] if named else "parent" if "bench_analysis" in line else Path(line.split("\0")[0]).name
            own = (int(held.get("Private_Clean", 0)) + int(held.get("Private_Dirty", 0))) / 1024
            self.own[what] = max(self.own.get(what, 0.0), own)
            self.all[what] = max(self.all.get(what, 0.0), int(held.get("Rss", 0)) / 1024)
            shared, seen = shared + int(held.get("Pss", 0)) / 1024, seen + 1
        if shared > self.together:
            self.together, self.processes = shared, seen


def _below(parent: int) -> list[int]:
    found = [parent]
    for pid in found:
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            try:
                found += [int(text) for text in children.read_text("utf-8").split()]
            except (OSError, ProcessLookupError):
                continue
    return found


async def measure() -> list[Row]:
    """Analyse films of each length and look on."""
    rows: list[Row] = []
    for minutes in MINUTES:
        with tempfile.TemporaryDirectory(prefix="cutroom-bench-") as name:
            film = await made_film(Path(name) / "film.mp4", "320:180", minutes * 60)
            work = Path(name) / "work"
            work.mkdir()
            size, peaks = await _watched(film, work)
        rows += [
            Row(f"{minutes} min, {what}: own, of {peaks.all[what]:.0f} MiB in all", own, "MiB", "flat")
            for what, own in sorted(peaks.own.items())
        ]
        rows.append(
            Row(f"{minutes} min: all at one moment, {peaks.processes} processes", peaks.together, "MiB", "flat")
        )
        rows.append(Row(f"{minutes} min: CPU for a minute of film", peaks.cpu / minutes, "s", "flat"))
        rows.append(Row(f"{minutes} min: what the processes answered", size / 1024, "KiB"))
    return rows


async def _watched(film: Path, folder: Path) -> tuple[int, Peaks]:
    program = [sys.executable, "-c", _PROGRAM, str(film), str(folder), WHOLE]
    process = await asyncio.create_subprocess_exec(*program, stdout=asyncio.subprocess.PIPE)
    telling, peaks = asyncio.ensure_future(process.communicate()), Peaks()
    while not telling.done():
        await asyncio.to_thread(peaks.look, process.pid)
        await asyncio.sleep(_LOOK_S)
    told, _ = await telling
    if process.returncode:
        raise SystemExit("the analysis failed")
    peaks.cpu = float(told.split()[-2])
    return sum(path.stat().st_size for path in folder.rglob("answer.json")), peaks
