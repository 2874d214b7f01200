"""What a render consists of: its chunks, and for each output the key and the script of each chunk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from services.renderer.domain import ass, captions, page
from services.renderer.domain.chunks import Chunk, chunks, target_frames
from services.renderer.domain.dense import dense
from services.renderer.domain.formats import SOUNDS, Option
from services.renderer.domain.key import chunk_key, sound_key
from services.renderer.domain.ladder import rungs
from services.renderer.domain.placement import placed_pages
from services.renderer.domain.shapes import language
from services.renderer.domain.sound import Voice, voice_of
from services.renderer.tools.encoders import encoder
from services.renderer.tools.ffmpeg import Bench, program
from services.renderer.tools.fonts import fonts_digest
from services.renderer.tools.join import Tags
from services.renderer.tools.styles import look_of
from shared.contracts.timeline import Output, RenderOptions, SoundLayout, Timeline


@dataclass(frozen=True, slots=True)
class Order:
    """Everything that a render depends on. ``sources`` are local files by the timeline's source keys."""

    timeline: Timeline
    sources: Mapping[str, Path]
    outputs: tuple[Output, ...]
    options: RenderOptions
    tags: Tags


@dataclass(frozen=True, slots=True)
class Part:
    """One chunk of one output; ``script`` is what is drawn over it, empty for nothing; ``own`` are encoder options."""

    output: Output
    key: str
    script: str
    own: Mapping[str, Option] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """The name of its file in the scratch folder."""
        return f"{self.key}.mp4"


@dataclass(frozen=True, slots=True)
class Place:
    """A chunk's place in the film and what has to be drawn there, by key: outputs that look alike are drawn once."""

    chunk: Chunk
    parts: Mapping[str, Part]
    keys: Mapping[str, str]
    """The key of each output, by its name."""


def places(
    bench: Bench, timeline: Timeline, outputs: Sequence[Output], options: RenderOptions, parallel: int,
    given: Sequence[Chunk] | None = None, own: Mapping[str, Option] = {},
) -> tuple[Place, ...]:  # fmt: skip
    """Return the chunks of a render that ``parallel`` workers share; outputs of sound alone have none.

    ``given``: these chunks and no others, where the rest is copied; ``own``: what their encoder is told besides.
    """
    settings = bench.settings
    drawn = [rung for output in outputs if output.codec != "none" for rung in rungs(output)]
    rate = float(Fraction(timeline.rate))
    chosen_frames = round(settings.chunk_seconds * rate)
    target = chosen_frames or target_frames(timeline.frames, rate, parallel)
    inputs = 1 if dense(timeline, outputs, options) else settings.max_inputs
    cut = chunks(timeline.video, target, inputs) if given is None else given
    scripts = {output.name: _Scripts(timeline, output, options) for output in drawn}
    families = {output.codec: bench.hardware.get(output.codec) for output in drawn}
    spoken, made = language(timeline), []

    def letters(script: str) -> dict[str, str]:
        written = bool(script or timeline.overlays)
        return {"fonts": fonts_digest(settings.fonts_dir), "language": spoken} if written else {}

    for chunk in cut:
        parts: dict[str, Part] = {}
        keys: dict[str, str] = {}
        for output in drawn:
            script = scripts[output.name].of(chunk)
            chosen = {**encoder(settings, output, timeline.rate, families[output.codec]), **own}
            drawn_with = {"program": program(), **letters(script), **chosen}
            key = chunk_key(timeline, chunk, output, script, drawn_with)
            parts.setdefault(key, Part(output, key, script, own))
            keys[output.name] = key
        made.append(Place(chunk, parts, keys))
    return tuple(made)


def sounds(bench: Bench, order: Order) -> dict[Voice, str]:
    """Return the keys of the sounds that the outputs of a render need."""
    voices = {voice_of(order.timeline, output) for output in order.outputs}
    encoder = {"program": program(), "bitrate": bench.settings.audio_bitrate}
    loudness = order.options.loudness
    return {
        voice: sound_key(
            laid_out(order.timeline, voice.layout), loudness, {**encoder, "codec": SOUNDS[voice.codec].encoder}
        )
        for voice in sorted(voices)
        if voice.codec != "none"
    }


def laid_out(timeline: Timeline, layout: SoundLayout) -> Timeline:
    """Return the timeline with its sound in ``layout``."""
    return timeline.model_copy(update={"layout": layout})


def captions_alone(order: Order, output: Output) -> tuple[str, tuple[float, float, float]]:
    """Return the script of an output's captions, and the margins of its safe zone as shares of the frame."""
    scripts = _Scripts(order.timeline, output, order.options)
    return scripts.whole(order.timeline.frames), scripts.margins


class _Scripts:
    """Captions and watermark of one output, chunk by chunk."""

    def __init__(self, timeline: Timeline, output: Output, options: RenderOptions) -> None:
        self._rate, self._options, self._language = timeline.rate, options, language(timeline)
        self._look = look_of(options.caption_style)
        self._layout = ass.frame(output.width, output.height, self._look.size)
        self._pages = self._placed(timeline, output) if options.burned else ()

    def _placed(self, timeline: Timeline, output: Output) -> tuple[page.Page, ...]:
        made = captions.pages(timeline.video, timeline.rate, self._layout.line_width, self._look.most_words)
        if not self._options.caption_style.avoid_faces:
            return made
        return placed_pages(made, timeline, output, self._look.position)

    def whole(self, frames: int) -> str:
        """Return the script of the captions of the whole film, without the watermark."""
        return self._script(self._pages, "", frames)

    @property
    def margins(self) -> tuple[float, float, float]:
        """The safe zone's margins as shares of the frame: top, bottom, each side."""
        layout = self._layout
        return layout.top / layout.height, layout.bottom / layout.height, layout.side / layout.width

    def of(self, chunk: Chunk) -> str:
        """Return the script of a chunk, empty where nothing is drawn."""
        seen = page.within(self._pages, chunk.first, chunk.first + chunk.frames)
        return self._script(seen, self._options.watermark, chunk.frames)

    def _script(self, pages: Sequence[page.Page], watermark: str, frames: int) -> str:
        return ass.script(
            self._layout, pages, self._look, watermark, frames=frames, rate=self._rate, language=self._language
        )
