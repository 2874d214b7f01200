"""The sound of clips that do not run through their source at one speed, or run backwards: a raw file for each."""

from __future__ import annotations

import asyncio
import mmap
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import ffmpeg
import numpy as np
from numpy.typing import NDArray

from services.renderer.domain.reading import audio_reading, way_of
from services.renderer.domain.sound import CHANNELS, Stretch
from services.renderer.domain.stretching import stretched
from services.renderer.tools.evening import evened
from services.renderer.tools.ffmpeg import Bench
from services.renderer.tools.seekable import sound_path
from services.renderer.tools.sound import RAW, Heard, bends, bent_name
from shared.contracts.timeline import Clip, Timeline

FORGET_S = 10
"""Seconds of sound that are mapped at once, in and out."""


async def bend(bench: Bench, timeline: Timeline, sources: Mapping[str, Path], group: Sequence[Stretch]) -> None:
    """Write the raw sound of each clip of ``group`` that needs it; memory stays the same however long they are."""
    for stretch in group:
        clip = timeline.video[stretch.clip]
        if not bends(clip) or timeline.sources[clip.source].media.audio is None:
            continue
        span = bench.scratch / f"span_{stretch.clip:04d}.f32"
        path = sound_path(sources, clip.source)
        await evened(bench, timeline, partial(_span_arguments, timeline, path, clip, stretch, span.name))
        target = bench.scratch / bent_name(stretch)
        await asyncio.to_thread(_bent, span, target, clip, stretch.samples, timeline)
        span.unlink()


def _span_arguments(
    timeline: Timeline, path: Path, clip: Clip, stretch: Stretch, target: str, read: Heard
) -> list[str]:
    stream = timeline.sources[clip.source].media.audio
    if stream is None:
        raise ValueError(f"source {clip.source} has no sound")
    samples = round((clip.source_end - clip.source_start) * timeline.sample_rate)
    reading = audio_reading(clip.model_copy(update={"speed": "1/1"}), samples, stream, timeline.sample_rate)
    node = read(path, stream.index, timeline, reading, number=stretch.clip)
    built: list[str] = ffmpeg.output(node.filter("atrim", end_sample=samples), target, **RAW).get_args()
    return built


def _bent(span: Path, target: Path, clip: Clip, samples: int, timeline: Timeline) -> None:
    channels = CHANNELS[timeline.layout]
    if span.stat().st_size == 0:
        target.write_bytes(b"")
        return
    source = np.memmap(span, np.float32, "r").reshape(-1, channels)
    made = np.memmap(target, np.float32, "w+", shape=(samples, channels))
    at = told = 0
    for block in stretched(source, way_of(clip), samples, timeline.sample_rate):
        if clip.reverse:
            made[samples - at - len(block) : samples - at] = block[::-1]
        else:
            made[at : at + len(block)] = block
        at += len(block)
        if at - told >= FORGET_S * timeline.sample_rate:
            told = at
            _forget(source, made)
    made.flush()


def _forget(*mapped: NDArray[np.float32]) -> None:
    """Let the kernel take back what was read and written: mapped pages count as ours as long as they are mapped.

    Nothing is lost: both are files.
    """
    for one in mapped:
        base = getattr(one, "_mmap", None)
        if isinstance(base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
            base.madvise(mmap.MADV_DONTNEED)
