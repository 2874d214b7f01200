"""Sounds laid over an edit: built-in ones, made here, and those of other sources; music gives way to speech."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path

import ffmpeg
import numpy as np

from services.renderer.domain.ducking import STEP_S, Spans, Values, heard, spoken
from services.renderer.domain.mixing import Laid, mixed
from services.renderer.domain.reading import Reading
from services.renderer.domain.sound import CHANNELS, WEIGHTS
from services.renderer.domain.stretching import Sound
from services.renderer.domain.synth import built_in
from services.renderer.tools.evening import evened
from services.renderer.tools.ffmpeg import Bench
from services.renderer.tools.seekable import sound_path
from services.renderer.tools.sound import RAW, Heard
from shared.contracts.time import sample_at
from shared.contracts.timeline import SoundClip, SoundLayout, Timeline

MIXED = "mix.f32"


async def mix(bench: Bench, timeline: Timeline, sources: Mapping[str, Path], beds: Sequence[str], samples: int) -> str:
    """Lay the timeline's sounds over the raw sound of the files ``beds``; return the name of the result.

    Its length stays. Files are mapped, so that memory stays the same however long they are.
    """
    laid = [await _laid(bench, timeline, sources, sound, i) for i, sound in enumerate(timeline.sounds)]
    await asyncio.to_thread(_write, bench.scratch, timeline, beds, laid, samples)
    return MIXED


async def _laid(bench: Bench, timeline: Timeline, sources: Mapping[str, Path], sound: SoundClip, number: int) -> Laid:
    rate = timeline.sample_rate
    at = sample_at(sound.at, timeline.rate, rate)
    left = sample_at(timeline.frames, timeline.rate, rate) - at
    wanted = min(left, round(Fraction(str(sound.seconds)) * rate)) if sound.seconds else left
    file = bench.scratch / f"laid_{number:04d}.f32"
    if sound.source is None:
        await asyncio.to_thread(_make, file, sound, timeline)
    else:
        path = sound_path(sources, sound.source)
        await evened(bench, timeline, partial(_arguments, timeline, path, sound, file.name, wanted))
    fades = [round(seconds * rate) for seconds in (sound.fade_in, sound.fade_out)]
    loop = sound.loop and sound.source is not None
    return Laid(_mapped(file, timeline), at, wanted, sound.gain_db, fades[0], fades[1], sound.duck_db, loop)


def _arguments(timeline: Timeline, path: Path, sound: SoundClip, target: str, wanted: int, read: Heard) -> list[str]:
    stream = timeline.sources[sound.source or ""].media.audio
    if stream is None:
        raise ValueError(f"source {sound.source} has no sound")
    begin = Fraction(str(sound.start))
    reading = Reading(begin, Fraction(wanted, timeline.sample_rate) + Fraction(1, 10), 0)
    node = read(path, stream.index, timeline, reading, number=0).filter("atrim", end_sample=wanted)
    built: list[str] = ffmpeg.output(node, target, **RAW).get_args()
    return built


def _make(path: Path, sound: SoundClip, timeline: Timeline) -> None:
    mono = built_in(sound.name, timeline.sample_rate, sound.seconds).astype(np.float32)
    channels = CHANNELS[timeline.layout]
    made = np.zeros((len(mono), channels), np.float32)
    made[:, : min(channels, 2)] = mono[:, None]
    path.write_bytes(made.tobytes())


def _mapped(path: Path, timeline: Timeline) -> Sound:
    channels = CHANNELS[timeline.layout]
    if path.stat().st_size == 0:
        return np.zeros((1, channels), np.float32)
    return np.memmap(path, np.float32, "r").reshape(-1, channels)


def _write(scratch: Path, timeline: Timeline, beds: Sequence[str], laid: Sequence[Laid], samples: int) -> None:
    whole = np.memmap(scratch / MIXED, np.float32, "w+", shape=(samples, CHANNELS[timeline.layout]))
    at = 0
    for name in beds:
        bed = _mapped(scratch / name, timeline)
        whole[at : at + len(bed)] = bed
        at += len(bed)
    spans = _speech(timeline, whole) if any(sound.duck_db for sound in laid) else []
    at = 0
    for block in mixed(whole, laid, spans, timeline.sample_rate):
        whole[at : at + len(block)] = block
        at += len(block)
    whole.flush()


def _speech(timeline: Timeline, bed: Sound) -> Spans:
    known = spoken(timeline, len(bed))
    return heard(_levels(bed, timeline.sample_rate, timeline.layout), timeline.sample_rate) if known is None else known


def _levels(bed: Sound, sample_rate: int, layout: SoundLayout) -> Values:
    """Levels in dB every 20 ms, a minute of sound at a time."""
    step, weights = round(STEP_S * sample_rate), WEIGHTS[layout]
    found = []
    for first in range(0, len(bed) // step * step, 3000 * step):
        block = np.asarray(bed[first : first + 3000 * step], np.float64) @ weights
        block = block[: block.size // step * step].reshape(-1, step)
        found.append(10 * np.log10((block**2).mean(axis=1) + 1e-12))
    return np.concatenate(found) if found else np.zeros(0)
