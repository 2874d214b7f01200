"""Sounds laid over an edit: built-in ones, made here, and those of other sources."""

from __future__ import annotations

import asyncio
import wave
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg
import numpy as np

from services.renderer.domain.reading import Reading
from services.renderer.domain.synth import built_in
from services.renderer.tools.ffmpeg import OWN, Bench
from services.renderer.tools.sound import RAW, from_source, raw_input
from shared.contracts.time import sample_at
from shared.contracts.timeline import SoundClip, Timeline

Node = Any
MIXED = "mix.f32"


async def mix(bench: Bench, timeline: Timeline, sources: Mapping[str, Path], bed: str, samples: int) -> str:
    """Lay the timeline's sounds over the raw sound ``bed``; return the name of the result. Its length stays."""
    sample_rate = timeline.sample_rate
    base = raw_input(bed, sample_rate)
    over = []
    for i, sound in enumerate(timeline.sounds):
        node = await _sound(bench, timeline, sources, sound, i + 1)
        delay = sample_at(sound.at, timeline.rate, sample_rate)
        over.append(node.filter("volume", volume=f"{sound.gain_db:.2f}dB").filter("adelay", delays=f"{delay}S", all=1))
    mixed = ffmpeg.filter([base, *over], "amix", inputs=1 + len(over), normalize=0, duration="first")
    await bench.ffmpeg(ffmpeg.output(mixed.filter("atrim", end_sample=samples), MIXED, **RAW).get_args())
    return MIXED


async def _sound(bench: Bench, timeline: Timeline, sources: Mapping[str, Path], sound: SoundClip, number: int) -> Node:
    rate = timeline.sample_rate
    if sound.source is None:
        name = f"sound_effect_{number:04d}.wav"
        await asyncio.to_thread(_write, bench.scratch / name, sound, rate)
        made = ffmpeg.input(name, **OWN).audio.filter("aformat", sample_fmts="flt", channel_layouts="stereo")
        return made.filter("atrim", end=sound.seconds) if sound.seconds else made
    stream = timeline.sources[sound.source].media.audio
    if stream is None:
        raise ValueError(f"source {sound.source} has no sound")
    left = (timeline.frames - sound.at) / Fraction(timeline.rate)
    length = min(left, Fraction(str(sound.seconds))) if sound.seconds else left
    node = from_source(bench, sources[sound.source], stream.index, rate, Reading(Fraction(0), length, 0), number=number)
    fade = rate // 250
    return node.filter("afade", type="in", start_sample=0, nb_samples=fade)


def _write(path: Path, sound: SoundClip, sample_rate: int) -> None:
    samples = np.round(built_in(sound.name, sample_rate, sound.seconds) * 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, sample_rate, 0, "NONE", ""))
        file.writeframes(np.repeat(samples, 2).tobytes())
