"""Our layer over faster-whisper: the same minute of sound through the process that keeps the model, and straight.

The model is a tiny one of random weights: it says nonsense, much faster than a real one hears words, so that our share
is larger here than with any real model. Both sides have it loaded; runs take turns.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
import time
from pathlib import Path

import numpy as np
from faster_whisper import WhisperModel

from services.analyzer.tools.requests import WhisperRequest
from services.analyzer.tools.speech import recognize, whisper
from tests import spoken
from tests.bench.bench_pauses import TAKES
from tests.bench.table import Row, median
from tests.service.analyzer_model import build_model

_RUNS = 7
_SECONDS = 58


async def measure() -> list[Row]:
    """Return the table."""
    with tempfile.TemporaryDirectory(prefix="cutroom-bench-") as name:
        folder = Path(name)
        model = build_model(folder / "faster-whisper-tiny", certainty=60)
        voice, lines, pace = TAKES["tuning"][0]
        take = await spoken.record(lines * 2, voice, folder, pace=pace)
        samples = take.samples[: _SECONDS * spoken.RATE]
        path = folder / "sound.f32"
        path.write_bytes(samples.tobytes())
        bare_model = WhisperModel(str(model), device="cpu", compute_type="int8", cpu_threads=1, local_files_only=True)
        request = WhisperRequest(
            path=path, folder=folder, model=model, language="en", duration=_SECONDS, threads=1, beam=1
        )
        staying = whisper(600, 4 * 1024**3, "cpu")
        keeping = asyncio.create_task(staying.keep())
        started = time.monotonic()
        await recognize(staying, request, lambda *_: None)
        first = time.monotonic() - started
        bare, ours, bare_cpu, our_cpu = [], [], [], []
        for _ in range(_RUNS):
            started, cpu = time.monotonic(), time.process_time()
            await asyncio.to_thread(_straight, bare_model, samples)
            bare.append(time.monotonic() - started)
            bare_cpu.append(time.process_time() - cpu)
            started, cpu, theirs = time.monotonic(), time.process_time(), _cpu_of("whisper_child")
            await recognize(staying, request, lambda *_: None)
            ours.append(time.monotonic() - started)
            our_cpu.append(time.process_time() - cpu + _cpu_of("whisper_child") - theirs)
        keeping.cancel()
        await asyncio.wait([keeping])
    return [
        Row("first request: process, imports, model and transcription", first, "s"),
        Row("ours, model loaded (median of 7)", median(ours), "s"),
        Row("bare faster-whisper, model loaded (median of 7)", median(bare), "s"),
        Row("ours over bare, wall, medians", median(ours) / median(bare), "x", "< 1.05"),
        Row("ours over bare, CPU, medians", median(our_cpu) / median(bare_cpu), "x", "< 1.05"),
    ]


def _cpu_of(module: str) -> float:
    """CPU seconds that running programs named ``module`` have used."""
    total = 0.0
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if module in (process / "cmdline").read_text():
                fields = (process / "stat").read_text().rpartition(")")[2].split()
                total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def _straight(model: WhisperModel, samples: np.ndarray) -> None:
    segments, _ = model.transcribe(
        samples,
        language="en",
        beam_size=1,
        word_timestamps=True,
        vad_filter=True,
        condition_on_previous_text=False,
    )
    for _ in segments:
        pass
