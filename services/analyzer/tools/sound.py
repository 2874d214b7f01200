"""A medium's sound: decoded once by ffmpeg, which also measures loudness; then levels and beats in child processes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from services.analyzer.domain.facts import FileFacts
from services.analyzer.domain.sound.loudness import cancelled, damaged, loudness
from services.analyzer.tools.child import OnProgress, call, ignore
from services.analyzer.tools.listening import (
    AS_THEY_STAND,
    EVEN,
    MIXES,
    RATE,
    REFUSED,
    SEAM_S,
    Mix,
    Reading,
    evening,
    listening,
)
from services.analyzer.tools.requests import LevelsAnswer, LevelsRequest
from services.analyzer.tools.sound_requests import BeatsRequest, WaveformAnswer, WaveformRequest
from shared.contracts.hearing import Beats, Loudness
from shared.contracts.media import Note
from shared.process import Limits, ProcessFailed, run

__all__ = [
    "RATE",
    "Extracted",
    "Swings",
    "Tracker",
    "extract",
    "find_beats",
    "measure_levels",
    "measure_waveform",
]
_MEMORY = 3 * 1024**3
_DAMAGED = Note(code="sound_damaged", message="Some of the sound cannot be decoded; there it is silent.")
_OPPOSED = Note(
    code="channels_opposed",
    message="The two channels cancel each other out when they are mixed; only the left one was listened to.",
)


@dataclass(frozen=True, slots=True)
class Tracker:
    """Which beat tracker, and where librosa's compiled code is kept."""

    name: Literal["own", "librosa"]
    cache: Path


@dataclass(frozen=True, slots=True)
class Extracted:
    """``loudness`` is None where it was not asked for, or all was too quiet or short to be measured."""

    loudness: Loudness | None
    notes: tuple[Note, ...] = ()


def _times(on_time: Callable[[float], None]) -> Callable[[str], None]:
    def on_line(line: str) -> None:
        key, _, value = line.partition("=")
        if key == "out_time_us":
            with contextlib.suppress(ValueError):
                on_time(int(value) / 1e6)

    return on_line


async def extract(
    path: Path,
    facts: FileFacts,
    index: int,
    *,
    seconds: float,
    target: Path,
    on_time: Callable[[float], None],
) -> Extracted:
    """Write the sound as mono 16 kHz 32-bit floats, sample 0 at the container's start; return what ffmpeg said of it.

    ``seconds`` bounds what is written. Gaps in the stream become silence. Two channels that cancel each other out in
    the mix are decoded once more, the left one alone. Sound that changes its form is evened out first, and measured as
    stereo; channels that cancel each other out are not looked for in it. Raises ProcessFailed.
    """

    async def told(argv: list[str], samples: int) -> str:
        limits = Limits(wall_s=600 + 2 * seconds, memory_bytes=_MEMORY, file_bytes=round((seconds + 10) * samples * 4))
        return (await run(argv, limits=limits, on_line=_times(on_time))).stderr_tail

    async def decoded(read: Reading, mix: Mix) -> str:
        return await told(listening(read, seconds, target, mix), RATE)

    async def evened() -> str:
        targets = {layout: target.with_suffix(f".{layout}.nut") for layout in EVEN}
        said = await told(evening(replace(read, more={}), targets), 2 * EVEN["stereo"])
        for layout, mix in MIXES.items():
            said += await decoded(Reading(targets[layout], "nut", 0, "", AS_THEY_STAND, SEAM_S), mix)
            targets[layout].unlink()
        return said

    stream = next(stream for stream in facts.streams if stream.index == index)
    read = Reading(path, facts.demuxers, index, stream.codec, {"reinit_filter": 0})
    try:
        said, plain = await decoded(read, "all"), True
    except ProcessFailed as failed:
        if REFUSED not in failed.stderr_tail:
            raise
        said, plain = await evened(), False
    found = loudness(said)
    notes = [_DAMAGED] if damaged(said) else []
    if plain and found and stream.channels == 2 and cancelled(said, found):
        await decoded(read, "left")
        notes.append(_OPPOSED)
    return Extracted(found, tuple(notes))


async def measure_levels(
    samples: Path, duration: float, folder: Path, on_progress: OnProgress = ignore
) -> LevelsAnswer:
    """Return energy and silences of extracted samples. Raises ProcessFailed."""
    request = LevelsRequest(path=samples, folder=folder, rate=RATE, duration=duration)
    limits = Limits(wall_s=120 + duration, memory_bytes=_MEMORY)
    return await call("levels_child", request, LevelsAnswer, folder=folder, limits=limits, on_progress=on_progress)


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


async def find_beats(
    samples: Path, duration: float, folder: Path, tracker: Tracker, on_progress: OnProgress = ignore
) -> Beats:
    """Return the beats of extracted samples. Raises ProcessFailed."""
    request = BeatsRequest(path=samples, folder=folder, rate=RATE, engine=tracker.name)
    limits = Limits(wall_s=600 + duration, memory_bytes=8 * 1024**3)
    env = {"NUMBA_CACHE_DIR": str(tracker.cache)}
    return await call("beats_child", request, Beats, folder=folder, limits=limits, env=env, on_progress=on_progress)
