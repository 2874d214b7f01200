"""Our layer over faster-whisper: a minute of sound through the analyzer's own engine, and through the library alone.

Both have the model loaded in a process of its own of the same priority (the analyzer's children give way to everything
else: beside a library at the usual priority they would only show how busy the machine is). Runs take turns, ABBA, and
are compared in pairs. Ours is timed from outside, with the asking, the mending and the reading of the answer; the
library inside its process.

The model is a tiny one of random weights: it says nonsense, much faster than a real one hears words, so that our share
is larger here than with any real model.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from services.analyzer.tools.requests import WhisperRequest
from services.analyzer.tools.speech import recognize, whisper
from services.analyzer.tools.staying import Staying
from shared.process import Conversation, Limits, converse
from tests import spoken
from tests.bench.bench_pauses import TAKES
from tests.bench.table import Row, median
from tests.service.analyzer_model import build_model

_PAIRS = 11
_SECONDS = 58


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of wall clock and CPU."""

    wall: float
    cpu: float


async def measure() -> list[Row]:
    """Return the table."""
    with tempfile.TemporaryDirectory(prefix="cutroom-bench-") as name:
        folder = Path(name)
        model = build_model(folder / "faster-whisper-tiny", certainty=60)
        sound = await _sound(folder)
        request = WhisperRequest(
            path=sound, folder=folder, model=model, language="en", duration=_SECONDS, threads=1, beam=1
        )
        staying = whisper(600, 4 * 1024**3, "cpu")
        first = await _ours(staying, request)
        bare = await _Bare.start(model)
        await bare.run(sound)
        pairs: list[tuple[Spent, Spent]] = []
        for number in range(_PAIRS):
            if number % 2:
                library = await bare.run(sound)
                pairs.append((await _ours(staying, request), library))
            else:
                ours = await _ours(staying, request)
                pairs.append((ours, await bare.run(sound)))
        await asyncio.gather(staying.end(), bare.end())
    return _table(first, pairs)


def _table(first: Spent, pairs: list[tuple[Spent, Spent]]) -> list[Row]:
    walls = [ours.wall / bare.wall for ours, bare in pairs]
    cpus = [ours.cpu / bare.cpu for ours, bare in pairs]
    many = f"median of {len(pairs)}"
    return [
        Row("first request: process, imports, model and transcription", first.wall, "s"),
        Row(f"ours, model loaded ({many})", median([ours.wall for ours, _ in pairs]), "s"),
        Row(f"the library alone, model loaded ({many})", median([bare.wall for _, bare in pairs]), "s"),
        Row(f"ours over the library, wall ({many} pairs)", median(walls), "x", "< 1.05"),
        Row("least and most of the pairs, wall: least", min(walls), "x"),
        Row("least and most of the pairs, wall: most", max(walls), "x"),
        Row(f"ours over the library, CPU ({many} pairs)", median(cpus), "x", "< 1.05"),
    ]


async def _sound(folder: Path) -> Path:
    voice, lines, pace = TAKES["tuning"][0]
    take = await spoken.record(lines * 2, voice, folder, pace=pace)
    path = folder / "sound.f32"
    await asyncio.to_thread(path.write_bytes, take.samples[: _SECONDS * spoken.RATE].tobytes())
    return path


async def _ours(staying: Staying, request: WhisperRequest) -> Spent:
    """Ask as the analyzer asks; the CPU is that of both processes."""
    began, cpu, theirs = time.perf_counter(), time.process_time(), _cpu_of("whisper_child")
    answer = await recognize(staying, request, lambda *_: None)
    assert answer.fault is None, answer.fault
    used = time.process_time() - cpu + _cpu_of("whisper_child") - theirs
    return Spent(time.perf_counter() - began, used)


class _Bare:
    """The library's process."""

    def __init__(self) -> None:
        self._told: asyncio.Queue[str] = asyncio.Queue()
        self._talk: Conversation | None = None

    @classmethod
    async def start(cls, model: Path) -> _Bare:
        made = cls()
        argv = [sys.executable, "-m", "tests.bench.bare_whisper", str(model)]
        env = {"PYTHONPATH": os.getcwd(), "HF_HUB_OFFLINE": "1"}
        made._talk = await converse(argv, made._told.put_nowait, limits=Limits(wall_s=3600), env=env)
        return made

    async def run(self, sound: Path) -> Spent:
        assert self._talk is not None
        self._talk.tell(str(sound))
        told = json.loads(await asyncio.wait_for(self._told.get(), 600))
        return Spent(told["wall"], told["cpu"])

    async def end(self) -> None:
        if self._talk is not None:
            await self._talk.end()


def _cpu_of(module: str) -> float:
    """CPU seconds that running programs named ``module`` have used."""
    total = 0.0
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if module in (process / "cmdline").read_text():
                fields = (process / "stat").read_text().rpartition(")")[2].split()
                total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total
