"""Making a file of one output out of its chunks and the sound, and checking it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from services.renderer.domain import formats
from services.renderer.domain.check import check
from services.renderer.domain.chunks import Chunk
from services.renderer.domain.glimpsed import notes
from services.renderer.domain.measured import Expected
from services.renderer.domain.seen import joined
from services.renderer.domain.sound import SILENCE_LUFS, Voice, voice_of
from services.renderer.tools import extras
from services.renderer.tools.check import Copies, measure
from services.renderer.tools.copying import Copied, join_copied
from services.renderer.tools.evidence import explained
from services.renderer.tools.ffmpeg import Bench
from services.renderer.tools.join import join, subtitle_track, tagged
from services.renderer.tools.packaging import Laddered
from services.renderer.tools.parts import Order
from services.renderer.tools.shelf import Drawn, Voiced
from services.renderer.tools.subtitles import lay_out_subtitles
from services.renderer.tools.wording import Worded
from shared.contracts.time import sample_at
from shared.contracts.timeline import Check, Output, Timeline


@dataclass(frozen=True, slots=True)
class Film:
    """A finished and checked file in the scratch folder; ``loudness`` in LUFS, None for silence."""

    output: Output
    file: Path
    seconds: float
    loudness: float | None
    check: Check
    poster: Path | None = None
    sprites: extras.Sheet | None = None
    subtitles: Path | None = None
    ladder: Laddered | None = None


async def finish(
    bench: Bench,
    order: Order,
    output: Output,
    film: Path,
    drawn: Sequence[Drawn],
    sounds: Mapping[Voice, Voiced],
    words: Worded,
    why: str = "",
) -> Film:
    """Measure and check what :func:`joined_up` wrote; draw what belongs beside it. ``why`` nothing was copied."""
    line, sound = order.timeline, sounds.get(voice_of(order.timeline, output))
    async with asyncio.TaskGroup() as group:
        measuring = group.create_task(measure(bench, film, drawn, sound))
        shown = extras.poster_frame(joined([one.seen for one in drawn])) if output.poster and drawn else None
        beside = group.create_task(_beside(bench, order, output, film, shown, sheet=bool(drawn)))
    measured, (poster, sheet) = measuring.result(), beside.result()
    verdict = check(expected(order, output), measured, words.undrawn, why)
    verdict = await explained(bench, order, output, verdict)
    passed = verdict.passed and all(finding.severity != "error" for finding in words.findings)
    verdict = Check(passed=passed, findings=(*verdict.findings, *words.findings))
    if output.codec == "gif":
        film = await extras.gif(bench, film, line.rate, f"film_{output.name}.gif")
    level = measured.level.integrated if measured.level else SILENCE_LUFS
    seconds = float(line.frames / Fraction(line.rate))
    heard, said = level if level > SILENCE_LUFS else None, await side_file(bench, order, output)
    return Film(output, film, seconds, heard, verdict, poster, sheet, said)


async def _beside(
    bench: Bench, order: Order, output: Output, film: Path, shown: int | None, *, sheet: bool
) -> tuple[Path | None, extras.Sheet | None]:
    """Draw the poster, of frame ``shown``, and the sheet where they are wanted."""
    line, size = order.timeline, (output.width, output.height)
    async with asyncio.TaskGroup() as group:
        still = None if shown is None else group.create_task(extras.poster(bench, film, shown, line.rate))
        small = None
        if sheet and output.sprites:
            small = group.create_task(extras.sprites(bench, film, line.frames, line.rate, size))
    return still.result() if still else None, small.result() if small else None


async def side_file(bench: Bench, order: Order, output: Output) -> Path | None:
    """Return the file of captions that goes with a film whose captions are not burned in."""
    if not order.options.captions or order.options.burned:
        return None
    return await asyncio.to_thread(lay_out_subtitles, bench, order.timeline, output.name)


async def finish_copied(
    bench: Bench,
    order: Order,
    output: Output,
    chunks: Sequence[tuple[Chunk, Drawn]],
    sounds: Mapping[Voice, Voiced],
    copied: Copied,
) -> Film:
    """Write, measure and check a film that is copied in parts; ``chunks`` lie between. Raises NotCopied."""
    line, sound = order.timeline, sounds.get(voice_of(order.timeline, output))
    files = {chunk.first: one.file.name for chunk, one in chunks}
    target = f"film_{output.name}.mp4"
    track = await _track(bench, order, output)
    beside = [*([sound.file.name] if sound else []), *([track] if track else [])]
    written = await join_copied(bench, copied, files, beside, line=line, tags=order.tags, target=target)
    film = bench.scratch / target
    async with asyncio.TaskGroup() as group:
        copies = Copies(written.packets, line.frames, line.rate)
        measuring = group.create_task(measure(bench, film, None, sound, copies))
        shown = line.frames // 3 if output.poster else None
        extra = group.create_task(_beside(bench, order, output, film, shown, sheet=True))
    measured, (poster, sheet) = measuring.result(), extra.result()
    verdict = check(expected(order, output), measured)
    findings = (*verdict.findings, *notes(written.seen, line.rate))
    verdict = verdict.model_copy(update={"findings": findings})
    level = measured.level.integrated if measured.level else SILENCE_LUFS
    seconds = float(line.frames / Fraction(line.rate))
    heard, said = level if level > SILENCE_LUFS else None, await side_file(bench, order, output)
    return Film(output, film, seconds, heard, verdict, poster, sheet, said)


async def _track(bench: Bench, order: Order, output: Output) -> str | None:
    """Return a file with the captions as MP4 has them in a track, where that is wanted."""
    said = await side_file(bench, order, output) if order.options.subtitles == "track" else None
    return await subtitle_track(bench, said.name) if said else None


async def joined_up(
    bench: Bench, order: Order, output: Output, pairs: Sequence[tuple[Chunk, str]], sounds: Mapping[Voice, Voiced]
) -> Path:
    """Join chunks, each with the name of its file, and the sound into the file that :func:`finish` looks at."""
    sound = sounds.get(voice_of(order.timeline, output))
    target = f"film_{output.name}.{formats.ending(output)}"
    if output.codec == "none" and sound is not None:
        return await tagged(bench, sound.file.name, tags=order.tags, target=target)
    muxer = formats.FORMATS[output.codec].muxer
    if output.codec == "gif":
        target, muxer = f"film_{output.name}.mp4", "mp4"
    rate, tags = order.timeline.rate, order.tags
    track = await side_file(bench, order, output) if order.options.subtitles == "track" else None
    said = track.name if track else None
    heard = sound.file.name if sound else None
    return await join(bench, pairs, heard, rate=rate, tags=tags, target=target, muxer=muxer, subtitles=said)


def expected(order: Order, output: Output) -> Expected:
    """Return what the file of an output has to be."""
    line = order.timeline
    samples = sample_at(line.frames, line.rate, line.sample_rate)
    sound, layout = voice_of(line, output)
    form = formats.FORMATS.get(output.codec)
    codec, pixels = (form.codec, form.pixels) if form else ("", "")
    if output.codec == "gif":
        codec, pixels = "h264", "yuv420p"
    return Expected(
        output.width, output.height, line.rate, line.frames, line.sample_rate, samples, order.options.loudness,
        codec, pixels, formats.SOUNDS[sound].codec if sound in formats.SOUNDS else "",
        layout=layout, heard=_has_sound(line),
    )  # fmt: skip


def _has_sound(timeline: Timeline) -> bool:
    sources = (timeline.sources[clip.source] for clip in timeline.video)
    return bool(timeline.sounds) or any(source.media.audio is not None for source in sources)
