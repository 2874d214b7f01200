"""A medium's sound: decoded once by ffmpeg, which also measures loudness; then levels and beats in child processes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import ffmpeg

from services.analyzer.domain.facts import FileFacts, StreamFacts
from services.analyzer.domain.sound.loudness import cancelled, damaged, loudness
from services.analyzer.tools.child import OnProgress, call, ignore
from services.analyzer.tools.opening import MAX_STREAMS
from services.analyzer.tools.requests import LevelsAnswer, LevelsRequest
from services.analyzer.tools.sound_requests import BeatsRequest, WaveformAnswer, WaveformRequest
from shared.contracts.hearing import Beats, Loudness
from shared.contracts.media import Note
from shared.process import Limits, ffmpeg_path, run

RATE = 16_000
_MEMORY = 3 * 1024**3
_LOWEST_HZ = 10
_UNBOUNDED = ("pcm_f", "pcm_s64")
_BOUNDED = "if(isnan(val(ch))+isinf(val(ch)),0,clip(val(ch),-16,16))"
"""Floating-point sound may hold anything. One NaN would stay in the memory of every filter behind it."""
Mix = Literal["all", "left"]
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


def _command(path: Path, facts: FileFacts, stream: StreamFacts, seconds: float, target: Path, mix: Mix) -> list[str]:
    source = ffmpeg.input(
        f"file:{path}",
        format_whitelist=facts.demuxers,
        protocol_whitelist="file",
        max_streams=MAX_STREAMS,
        vn=None,
        sn=None,
        dn=None,
    )
    sound, outputs = source[str(stream.index)], []
    if stream.codec.startswith(_UNBOUNDED):
        sound = sound.filter("aeval", _BOUNDED, c="same")
    if mix == "left":
        sound = sound.filter("channelmap", map="0", channel_layout="mono")
    else:  # measured in the stream's own channels and rate, not in the mono that is kept
        split = sound.filter_multi_output("asplit", 2)
        sound = split[0]
        measured = split[1].filter("ebur128", peak="true", framelog="quiet")
        outputs.append(ffmpeg.output(measured, "pipe:", f="null", t=f"{seconds:.3f}"))
    kept = sound.filter("aresample", RATE, **{"async": 1, "first_pts": 0}).filter("aformat", channel_layouts="mono")
    kept = kept.filter("highpass", _LOWEST_HZ)  # a constant offset is not heard, and would be the level of every pause
    kept = kept.filter("astats", measure_perchannel="none", measure_overall="RMS_peak")
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
) -> Extracted:
    """Write the sound as mono 16 kHz 32-bit floats, sample 0 at the container's start; return what ffmpeg said of it.

    ``seconds`` bounds what is written. Gaps in the stream become silence. Two channels that cancel each other out in
    the mix are decoded once more, the left one alone. Raises ProcessFailed.
    """

    def on_line(line: str) -> None:
        key, _, value = line.partition("=")
        if key == "out_time_us":
            with contextlib.suppress(ValueError):
                on_time(int(value) / 1e6)

    async def decoded(mix: Mix) -> str:
        limits = Limits(wall_s=600 + 2 * seconds, memory_bytes=_MEMORY, file_bytes=round((seconds + 10) * RATE * 4))
        argv = _command(path, facts, stream, seconds, target, mix)
        return (await run(argv, limits=limits, on_line=on_line)).stderr_tail

    stream = next(stream for stream in facts.streams if stream.index == index)
    said = await decoded("all")
    found = loudness(said)
    notes = [_DAMAGED] if damaged(said) else []
    if found and stream.channels == 2 and cancelled(said, found):
        await decoded("left")
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
