"""The whole sound of an edit: clips, sounds laid over them, loudness, one encoding."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from services.renderer.domain.formats import SOUNDS
from services.renderer.domain.sound import CHANNELS, Voice, groups, stretches
from services.renderer.tools.bending import bend
from services.renderer.tools.evening import evened
from services.renderer.tools.ffmpeg import Bench
from services.renderer.tools.loudness import encode, level
from services.renderer.tools.mix import mix
from services.renderer.tools.parts import Order, laid_out
from services.renderer.tools.proof import sound_packets
from services.renderer.tools.shelf import Voiced
from services.renderer.tools.sound import BYTES, clip_arguments
from shared.contracts.time import sample_at
from shared.contracts.timeline import AudioCodec, Timeline
from shared.errors import PermanentError

GROUP = 8
"""Clips that one program decodes: more would cost memory, fewer would cost starts."""
BED = "sound.f32"


async def soundtracks(
    bench: Bench, order: Order, wanted: Mapping[Voice, str], told: Callable[[float], None]
) -> dict[Voice, Voiced]:
    """Make every sound that is ``wanted``, in a file of the name given there with an ending; ``told``: fraction done.

    The sound is rendered once for each layout, one after the other in the same scratch files, and encoded once for each
    codec.
    """
    layouts = sorted({voice.layout for voice in wanted})
    made: dict[Voice, Voiced] = {}
    for number, layout in enumerate(layouts):
        line = laid_out(order.timeline, layout)
        names = {voice.codec: name for voice, name in wanted.items() if voice.layout == layout}
        share = partial(_share, told, number, len(layouts))
        found = await _soundtrack(bench, line, order.sources, order.options.loudness, names, share)
        made |= {Voice(codec, layout): one for codec, one in found.items()}
    return made


def _share(told: Callable[[float], None], number: int, count: int, fraction: float) -> None:
    told((number + fraction) / count)


async def _soundtrack(
    bench: Bench, timeline: Timeline, sources: Mapping[str, Path], loudness: float | None,
    wanted: Mapping[AudioCodec, str], told: Callable[[float], None],
) -> dict[AudioCodec, Voiced]:  # fmt: skip
    parts, bed = groups(stretches(timeline), GROUP), BED
    (bench.scratch / bed).write_bytes(b"")
    for i, part in enumerate(parts):
        await bend(bench, timeline, sources, part)
        name = f"sound_{i:04d}.f32"
        await evened(
            bench, timeline, partial(clip_arguments, timeline=timeline, sources=sources, group=part, target=name)
        )
        await asyncio.to_thread(_appended, bench.scratch / name, bench.scratch / bed)
        told(0.6 * (i + 1) / len(parts))
    samples = sample_at(timeline.frames, timeline.rate, timeline.sample_rate)
    _verify((bench.scratch / bed).stat().st_size, samples, BYTES * CHANNELS[timeline.layout])
    if timeline.sounds:
        bed = await mix(bench, timeline, sources, [bed], samples)
    chain = await level(bench, bed, timeline, loudness)
    told(0.8)
    made: dict[AudioCodec, Voiced] = {}
    for codec, name in sorted(wanted.items()):
        sound, target = SOUNDS[codec], f"{name}.{SOUNDS[codec].ending}"
        heard = await encode(bench, bed, timeline, chain, samples=samples, sound=sound, target=target)
        file = bench.scratch / target
        made[codec] = Voiced(file, heard, await asyncio.to_thread(sound_packets, file))
    told(1.0)
    return made


def _appended(part: Path, whole: Path) -> None:
    """Move what is in ``part`` to the end of ``whole``: an edit of thousands of cuts is read from one file."""
    with part.open("rb") as new, whole.open("ab") as file:
        shutil.copyfileobj(new, file, 1024 * 1024)
    part.unlink()


def _verify(size: int, samples: int, sample: int) -> None:
    if size != samples * sample:
        message = f"The sound came out {size // sample} samples long, not {samples}."
        raise PermanentError(message, code="sound_length_wrong", remedy="Look at the sound of the sources.")
