"""Rendering a whole timeline: sound once, pictures in chunks side by side, joined by stream copy and checked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from services.renderer.domain import ass, captions
from services.renderer.domain.check import Expected, check
from services.renderer.domain.chunks import Chunk, chunks, target_frames
from services.renderer.domain.key import chunk_key
from services.renderer.domain.progress import Progress
from services.renderer.domain.sound import groups, stretches
from services.renderer.tools import picture
from services.renderer.tools.check import measure
from services.renderer.tools.ffmpeg import Bench
from services.renderer.tools.fonts import lay_out_fonts
from services.renderer.tools.join import Tags, join
from services.renderer.tools.loudness import encode_arguments, level
from services.renderer.tools.mix import mix
from services.renderer.tools.sound import BYTES, clip_arguments
from shared.contracts.time import sample_at
from shared.contracts.timeline import Check, Output, RenderOptions, Timeline
from shared.errors import TransientError

Report = Callable[[float, dict[str, float | int | str]], None]
GROUP = 8
SOUND = "sound.m4a"


@dataclass(frozen=True, slots=True)
class Film:
    """A finished and checked file in the scratch folder; ``loudness`` in LUFS, None for silence."""

    output: Output
    file: Path
    frames: int
    loudness: float | None
    check: Check


@dataclass(frozen=True, slots=True)
class Order:
    """Everything that a render depends on. ``sources`` are local files by the timeline's source keys."""

    timeline: Timeline
    sources: Mapping[str, Path]
    outputs: tuple[Output, ...]
    options: RenderOptions
    tags: Tags


async def render(bench: Bench, order: Order, report: Report) -> list[Film]:
    """Render and check every output. ``report`` gets the fraction done and its detail.

    Cancelling ends every program that runs. Raises ProcessFailed when ffmpeg fails.
    """
    await asyncio.to_thread(lay_out_fonts, bench.scratch)
    studio = _Studio(bench, order, report)
    return await studio.run()


class _Studio:
    def __init__(self, bench: Bench, order: Order, report: Report) -> None:
        self._bench = bench
        self._order = order
        self._report = report
        self._slots = asyncio.Semaphore(bench.settings.parallel)
        self._progress = Progress(order.timeline.frames * len(order.outputs))
        self._began = time.monotonic()
        timeline = order.timeline
        target = target_frames(timeline.frames, float(Fraction(timeline.rate)), bench.settings.parallel)
        self._chunks = chunks(timeline.video, target, bench.settings.max_inputs)
        self._samples = sample_at(timeline.frames, timeline.rate, timeline.sample_rate)

    async def run(self) -> list[Film]:
        """Start everything; the slots decide what runs at once."""
        outputs = self._order.outputs
        async with asyncio.TaskGroup() as group:
            sound = group.create_task(self._sound())
            pieces = [
                [group.create_task(self._chunk(output, chunk, pages)) for chunk in self._chunks]
                for output, pages in ((output, self._pages(output)) for output in outputs)
            ]
            films = [
                group.create_task(self._film(output, tasks, sound))
                for output, tasks in zip(outputs, pieces, strict=True)
            ]
        return [film.result() for film in films]

    def _tell(self) -> None:
        self._report(self._progress.fraction, self._progress.detail(time.monotonic() - self._began))

    def _pages(self, output: Output) -> tuple[captions.Page, ...]:
        if not self._order.options.captions:
            return ()
        layout = ass.frame(output.width, output.height)
        return captions.pages(self._order.timeline.video, self._order.timeline.rate, layout.line_width)

    async def _chunk(self, output: Output, chunk: Chunk, pages: tuple[captions.Page, ...]) -> str:
        timeline, options = self._order.timeline, self._order.options
        seen = captions.within(pages, chunk.first, chunk.first + chunk.frames)
        layout = ass.frame(output.width, output.height)
        script = ass.script(
            layout, seen, options.caption_style, options.watermark, frames=chunk.frames, rate=timeline.rate
        )
        encoder = picture.encoder(self._bench.settings, output, timeline.rate)
        key = chunk_key(timeline, chunk, output, script, encoder)
        async with self._slots:
            name = f"{key}.mp4"
            if script:
                (self._bench.scratch / f"{key}.ass").write_text(script, encoding="utf-8")
            canvas = picture.Canvas(timeline, self._order.sources, output)
            arguments = picture.arguments(self._bench, canvas, chunk, f"{key}.ass" if script else None, name)
            place = f"{output.name}/{chunk.index}"
            await self._bench.ffmpeg(arguments, lambda frame: self._rendered(place, frame))
            self._rendered(place, chunk.frames)
        return name

    def _rendered(self, place: str, frame: int) -> None:
        self._progress.rendered[place] = frame
        self._tell()

    async def _sound(self) -> str:
        async with self._slots:
            timeline, sources, bench = self._order.timeline, self._order.sources, self._bench
            parts = groups(stretches(timeline), GROUP)
            names = [f"sound_{i:04d}.f32" for i in range(len(parts))]
            for i, (part, name) in enumerate(zip(parts, names, strict=True)):
                await bench.ffmpeg(clip_arguments(bench, timeline, sources, part, name))
                self._heard(0.6 * (i + 1) / len(parts))
            self._verify_samples(sum((bench.scratch / name).stat().st_size for name in names))
            bed = "concat:" + "|".join(names)
            if timeline.sounds:
                bed = await mix(bench, timeline, sources, bed, self._samples)
            chain = await level(bench, bed, timeline.sample_rate, self._order.options.loudness)
            self._heard(0.8)
            arguments = encode_arguments(bench, bed, timeline.sample_rate, chain, samples=self._samples, target=SOUND)
            await bench.ffmpeg(arguments)
            self._heard(1.0)
        return SOUND

    def _verify_samples(self, size: int) -> None:
        if size != self._samples * BYTES:
            message = f"The sound came out {size // BYTES} samples long, not {self._samples}."
            raise TransientError(message, code="sound_length_wrong")

    def _heard(self, fraction: float) -> None:
        self._progress.sound = fraction
        self._tell()

    async def _film(self, output: Output, tasks: list[asyncio.Task[str]], sound: asyncio.Task[str]) -> Film:
        names = [await task for task in tasks]
        pieces = list(zip(self._chunks, names, strict=True))
        timeline, target = self._order.timeline, f"film_{output.name}.mp4"
        heard = await sound
        async with self._slots:
            file = await join(self._bench, pieces, heard, rate=timeline.rate, tags=self._order.tags, target=target)
            measured = await measure(self._bench, file, lambda frame: self._checked(output.name, frame))
        verdict = check(self._expected(output), measured)
        loudness = measured.level.integrated if measured.level else None
        return Film(output, file, timeline.frames, loudness, verdict)

    def _checked(self, name: str, frame: int) -> None:
        self._progress.checked[name] = frame
        self._tell()

    def _expected(self, output: Output) -> Expected:
        timeline = self._order.timeline
        return Expected(
            output.width, output.height, timeline.rate, timeline.frames, timeline.sample_rate, self._samples,
            self._order.options.loudness,
        )  # fmt: skip
