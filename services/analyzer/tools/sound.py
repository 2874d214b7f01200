"""A medium's sound: decoded once by ffmpeg, which also measures loudness; then levels and beats in child processes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import ffmpeg

from services.analyzer.domain.facts import FileFacts
from services.analyzer.domain.loudness import loudness
from services.analyzer.tools.child import call
from services.analyzer.tools.opening import MAX_STREAMS
from services.analyzer.tools.requests import LevelsAnswer, LevelsRequest
from services.analyzer.tools.sound_requests import BeatsRequest, WaveformAnswer, WaveformRequest
from shared.contracts.hearing import Beats, Loudness
from shared.process import Limits, ffmpeg_path, run

RATE = 16_000
_MEMORY = 3 * 1024**3


@dataclass(frozen=True, slots=True)
class Tracker:
    """Which beat tracker, and where librosa's compiled code is kept."""

    name: Literal["own", "librosa"]
    cache: Path


def _command(
    path: Path, facts: FileFacts, index: int, seconds: float, target: Path, *, loudness_too: bool
) -> list[str]:
    source = ffmpeg.input(
        f"file:{path}",
        format_whitelist=facts.demuxers,
        protocol_whitelist="file",
        max_streams=MAX_STREAMS,
        vn=None,
        sn=None,
        dn=None,
    )
    stream, outputs = source[str(index)], []
    if loudness_too:  # measured in the stream's own channels and rate, not in the mono that is kept
        split = stream.filter_multi_output("asplit", 2)
        stream = split[0]
        measured = split[1].filter("ebur128", peak="true", framelog="quiet")
        outputs.append(ffmpeg.output(measured, "pipe:", f="null", t=f"{seconds:.3f}"))
    kept = stream.filter("aresample", RATE, **{"async": 1, "first_pts": 0})
    samples = ffmpeg.output(kept, f"file:{target}", f="f32le", ac=1, ar=RATE, t=f"{seconds:.3f}")
    both = ffmpeg.merge_outputs(samples, *outputs)
    return [
        ffmpeg_path(), "-hide_banner", "-nostdin", "-nostats", "-progress", "pipe:1", "-y", *both.get_args()
    ]  # fmt: skip


async def extract(
    path: Path,
    facts: FileFacts,
    index: int,
    *,
    seconds: float,
    target: Path,
    on_time: Callable[[float], None],
    loudness_too: bool = True,
) -> Loudness | None:
    """Write the sound as mono 16 kHz 32-bit floats, sample 0 at the container's start; return its loudness if asked.

    ``seconds`` bounds what is written. Gaps in the stream become silence. Raises ProcessFailed.
    """

    def on_line(line: str) -> None:
        key, _, value = line.partition("=")
        if key == "out_time_us":
            with contextlib.suppress(ValueError):
                on_time(int(value) / 1e6)

    limits = Limits(wall_s=600 + 2 * seconds, memory_bytes=_MEMORY, file_bytes=round((seconds + 10) * RATE * 4))
    argv = _command(path, facts, index, seconds, target, loudness_too=loudness_too)
    done = await run(argv, limits=limits, on_line=on_line)
    return loudness(done.stderr_tail) if loudness_too else None


async def measure_levels(samples: Path, duration: float, folder: Path) -> LevelsAnswer:
    """Return energy and silences of extracted samples. Raises ProcessFailed."""
    request = LevelsRequest(path=samples, folder=folder, rate=RATE, duration=duration)
    limits = Limits(wall_s=120 + duration, memory_bytes=_MEMORY)
    return await call("levels_child", request, LevelsAnswer, folder=folder, limits=limits)


@dataclass(frozen=True, slots=True)
class Swings:
    """Peaks as pairs of 16-bit integers, ``rate`` pairs a second, and their picture (PNG)."""

    found: WaveformAnswer
    peaks: Path
    picture: Path


async def measure_waveform(samples: Path, duration: float, folder: Path) -> Swings:
    """Return the peaks of extracted samples; the files lie in ``folder``. Raises ProcessFailed."""
    request = WaveformRequest(path=samples, folder=folder, rate=RATE, peaks="peaks.s16", picture="waveform.png")
    limits = Limits(wall_s=60 + duration, memory_bytes=_MEMORY, file_bytes=64 * 1024**2)
    found = await call("waveform_child", request, WaveformAnswer, folder=folder, limits=limits)
    return Swings(found, folder / request.peaks, folder / request.picture)


async def find_beats(samples: Path, duration: float, folder: Path, tracker: Tracker) -> Beats:
    """Return the beats of extracted samples. Raises ProcessFailed."""
    request = BeatsRequest(path=samples, folder=folder, rate=RATE, engine=tracker.name)
    limits = Limits(wall_s=600 + duration, memory_bytes=8 * 1024**3)
    env = {"NUMBA_CACHE_DIR": str(tracker.cache)}
    return await call("beats_child", request, Beats, folder=folder, limits=limits, env=env)
