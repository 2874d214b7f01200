"""Rendering a whole timeline: sound once, pictures in chunks side by side, joined by stream copy and checked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from services.renderer.domain import ass, captions
from services.renderer.domain.check import Expected, check
from services.renderer.domain.chunks import Chunk, chunks, target_frames
from services.renderer.domain.glyphs import missing
from services.renderer.domain.key import chunk_key
from services.renderer.domain.progress import Progress
from services.renderer.domain.sound import SILENCE_LUFS
from services.renderer.tools import picture
from services.renderer.tools.check import measure
from services.renderer.tools.failure import meaning
from services.renderer.tools.ffmpeg import Bench
from services.renderer.tools.fonts import known_characters, lay_out_fonts
from services.renderer.tools.join import Tags, join
from services.renderer.tools.seekable import seekable
from services.renderer.tools.soundtrack import soundtrack
from shared.contracts.time import sample_at
from shared.contracts.timeline import Check, Output, RenderOptions, Timeline
from shared.errors import PermanentError
from shared.process import ProcessFailed

Report = Callable[[float, dict[str, float | int | str]], None]


@dataclass(frozen=True, slots=True)
class Order:
    """Everything that a render depends on. ``sources`` are local files by the timeline's source keys."""

    timeline: Timeline
    sources: Mapping[str, Path]
    outputs: tuple[Output, ...]
    options: RenderOptions
    tags: Tags


@dataclass(frozen=True, slots=True)
class Film:
    """A finished and checked file in the scratch folder; ``loudness`` in LUFS, None for silence."""

    output: Output
    file: Path
    seconds: float
    loudness: float | None
    check: Check


async def render(bench: Bench, order: Order, report: Report) -> list[Film]:
    """Render and check every output. ``report`` gets the fraction done and its detail.

    Cancelling ends every program that runs. Raises PermanentError or TransientError when ffmpeg fails.
    """
    await asyncio.to_thread(lay_out_fonts, bench.scratch, bench.settings.fonts_dir)
    try:
        return await _Studio(bench, await _seekable(bench, order), report).run()
    except (ExceptionGroup, ProcessFailed) as failed:
        raise meaning(failed) from failed


async def _seekable(bench: Bench, order: Order) -> Order:
    sources, paths = dict(order.timeline.sources), dict(order.sources)
    for number, key in enumerate(sorted(paths)):
        sources[key], paths[key] = await seekable(bench, sources[key], paths[key], number)
    return replace(order, timeline=order.timeline.model_copy(update={"sources": sources}), sources=paths)


class _Studio:
    def __init__(self, bench: Bench, order: Order, report: Report) -> None:
        self._bench, self._order, self._report = bench, order, report
        self._timeline = order.timeline
        self._slots = asyncio.Semaphore(bench.settings.parallel)
        self._progress = Progress(order.timeline.frames * len(order.outputs))
        self._began = time.monotonic()
        target = target_frames(self._timeline.frames, float(Fraction(self._timeline.rate)), bench.settings.parallel)
        self._chunks = chunks(self._timeline.video, target, bench.settings.max_inputs)
        self._made: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> list[Film]:
        """Start everything; the slots decide what runs at once."""
        async with asyncio.TaskGroup() as group:
            sound = group.create_task(self._sound())
            films = [
                group.create_task(self._film(output, self._pieces(group, output), sound))
                for output in self._order.outputs
            ]
        return [film.result() for film in films]

    def _tell(self) -> None:
        self._report(self._progress.fraction, self._progress.detail(time.monotonic() - self._began))

    async def _sound(self) -> str:
        async with self._slots:
            order = self._order
            return await soundtrack(self._bench, order.timeline, order.sources, order.options.loudness, self._heard)

    def _heard(self, fraction: float) -> None:
        self._progress.sound = fraction
        self._tell()

    def _pieces(self, group: asyncio.TaskGroup, output: Output) -> list[str]:
        """Start what this output needs and nobody has started yet; return the chunks' keys."""
        layout = ass.frame(output.width, output.height)
        drawn = self._order.options.captions
        pages = captions.pages(self._timeline.video, self._timeline.rate, layout.line_width) if drawn else ()
        encoder = picture.encoder(self._bench.settings, output, self._timeline.rate)
        keys: list[str] = []
        for chunk in self._chunks:
            script = self._script(layout, chunk, pages)
            key = chunk_key(self._timeline, chunk, output, script, encoder)
            if key not in self._made:
                self._made[key] = group.create_task(self._chunk(output, chunk, script, key))
            self._progress.uses[key] += 1
            keys.append(key)
        return keys

    def _script(self, layout: ass.Frame, chunk: Chunk, pages: tuple[captions.Page, ...]) -> str:
        options = self._order.options
        seen = captions.within(pages, chunk.first, chunk.first + chunk.frames)
        return ass.script(
            layout, seen, options.caption_style, options.watermark, frames=chunk.frames, rate=self._timeline.rate
        )

    async def _chunk(self, output: Output, chunk: Chunk, script: str, key: str) -> None:
        async with self._slots:
            subtitles = f"{key}.ass" if script else None
            if subtitles:
                (self._bench.scratch / subtitles).write_text(script, encoding="utf-8")
            canvas = picture.Canvas(self._timeline, self._order.sources, output)
            arguments = picture.arguments(self._bench, canvas, chunk, subtitles, f"{key}.mp4")
            await self._bench.ffmpeg(arguments, lambda frame: self._drawn(key, frame))
        if self._progress.rendered.get(key) != chunk.frames:
            names = sorted({self._timeline.video[piece.clip].name for piece in chunk.pieces})
            raise PermanentError(
                f"{self._progress.rendered.get(key, 0)} of {chunk.frames} frames could be read for {', '.join(names)}.",
                code="source_unreadable",
                remedy="Convert or replace the source of these clips.",
            )

    def _drawn(self, key: str, frame: int) -> None:
        self._progress.rendered[key] = frame
        self._tell()

    async def _film(self, output: Output, keys: list[str], sound: asyncio.Task[str]) -> Film:
        await asyncio.gather(*(self._made[key] for key in keys))
        heard = await sound
        pieces = [(chunk, f"{key}.mp4") for chunk, key in zip(self._chunks, keys, strict=True)]
        rate, target = self._timeline.rate, f"film_{output.name}.mp4"
        async with self._slots:
            file = await join(self._bench, pieces, heard, rate=rate, tags=self._order.tags, target=target)
            measured = await measure(self._bench, file, lambda frame: self._checked(output.name, frame))
        undrawn = await self._undrawn()
        level = measured.level.integrated if measured.level else SILENCE_LUFS
        return Film(
            output,
            file,
            float(self._timeline.frames / Fraction(rate)),
            level if level > SILENCE_LUFS else None,
            check(self._expected(output), measured, undrawn),
        )

    async def _undrawn(self) -> str:
        options = self._order.options
        lines = [caption.text for clip in self._timeline.video for caption in clip.captions] if options.captions else []
        words = [w.text for clip in self._timeline.video for c in clip.captions for w in c.words] if lines else []
        known = await asyncio.to_thread(known_characters, self._bench.settings.fonts_dir)
        return missing("".join([options.watermark, *lines, *words]), known)

    def _checked(self, name: str, frame: int) -> None:
        self._progress.checked[name] = frame
        self._tell()

    def _expected(self, output: Output) -> Expected:
        line = self._timeline
        samples = sample_at(line.frames, line.rate, line.sample_rate)
        return Expected(
            output.width, output.height, line.rate, line.frames, line.sample_rate, samples, self._order.options.loudness
        )
