"""Whether an order can be rendered at all. Pure; everything that is wrong is named at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from services.renderer.domain.formats import suits
from services.renderer.domain.ladder import rungs
from services.renderer.domain.sound import voice_of
from services.renderer.domain.synth import names
from shared.contracts.layout import Violation, violations
from shared.contracts.timeline import Clip, Output, Timeline

MAX_OUTPUTS = 16
MAX_PICTURES = 16
"""Pictures that are encoded at once, those of ladders each for itself: memory grows with them."""
SAMPLE_RATES = (44_100, 48_000)
SPEEDS = (Fraction(1, 20), Fraction(20))
RATES = (Fraction(1), Fraction(120))
FRAMES_OFF = 2
_NAME = re.compile(r"[a-z0-9_][a-z0-9_-]{0,63}")


def problems(timeline: Timeline, outputs: tuple[Output, ...], max_frames: int) -> list[Violation]:
    """Return every reason why ``outputs`` cannot be rendered from ``timeline``; none when they can."""
    found = violations(timeline)
    found += _grid(timeline, max_frames)
    found += [v for i, clip in enumerate(timeline.video) for v in _clip(timeline, f"video[{i}]", clip)]
    found += _sounds(timeline)
    found += _outputs(outputs, timeline)
    return found


def _grid(timeline: Timeline, max_frames: int) -> Iterator[Violation]:
    if not RATES[0] <= Fraction(timeline.rate) <= RATES[1]:
        yield Violation(field="rate", code="rate_invalid", message="The rate is not between 1 and 120 frames a second.")
    if timeline.sample_rate not in SAMPLE_RATES:
        yield Violation(
            field="sample_rate", code="sample_rate_invalid", message="The sample rate is not 44100 or 48000."
        )
    if timeline.frames > max_frames:
        message = f"The edit has {timeline.frames} frames; at most {max_frames} are rendered."
        yield Violation(field="video", code="timeline_too_long", message=message)


def _clip(timeline: Timeline, field: str, clip: Clip) -> Iterator[Violation]:
    source = timeline.sources.get(clip.source)
    if source is not None and source.media.video is None:
        message = f"Source {clip.source} has no picture."
        yield Violation(field=f"{field}.source", code="source_without_video", message=message)
    if not SPEEDS[0] <= Fraction(clip.speed) <= SPEEDS[1]:
        yield Violation(field=f"{field}.speed", code="speed_invalid", message="The speed is not between 1/20 and 20.")
    elif abs(clip.seconds * Fraction(timeline.rate) - clip.frames) > FRAMES_OFF:
        message = f"It fills {clip.frames} frames; its span is {float(clip.seconds):.3f} s long."
        yield Violation(field=f"{field}.frames", code="frames_wrong", message=message)


def _sounds(timeline: Timeline) -> Iterator[Violation]:
    for i, sound in enumerate(timeline.sounds):
        source = timeline.sources.get(sound.source) if sound.source is not None else None
        if sound.source is None and sound.name not in names():
            message = f"There is no built-in sound of that name; there are {', '.join(names())}."
            yield Violation(field=f"sounds[{i}].name", code="sound_unknown", message=message)
        if source is not None and source.media.audio is None:
            message = f"Source {sound.source} has no sound."
            yield Violation(field=f"sounds[{i}].source", code="source_without_sound", message=message)


def _outputs(outputs: tuple[Output, ...], timeline: Timeline) -> Iterator[Violation]:
    if not 1 <= len(outputs) <= MAX_OUTPUTS:
        yield Violation(field="outputs", code="outputs_count", message=f"Give 1 to {MAX_OUTPUTS} outputs.")
    pictures = sum(len(rungs(output)) for output in outputs if output.codec != "none")
    if pictures > MAX_PICTURES:
        many = f"The outputs with the steps of their ladders are {pictures} pictures, more than {MAX_PICTURES} at once."
        yield Violation(field="outputs", code="outputs_count", message=many)
    if len({output.name for output in outputs}) != len(outputs):
        yield Violation(field="outputs", code="output_twice", message="Two outputs have the same name.")
    for i, output in enumerate(outputs):
        if output.hls and not suits(output):
            streamed = "A film for streaming is of h264 or hevc, with sound of aac or none."
            yield Violation(field=f"outputs[{i}].hls", code="output_codec", message=streamed)
        elif not suits(output):
            unsuited = f"Sound of {output.audio_codec} does not go with a picture of {output.codec}."
            yield Violation(field=f"outputs[{i}].audio_codec", code="output_codec", message=unsuited)
        if voice_of(timeline, output) == ("mp3", "5.1"):
            narrow = "MP3 holds one or two channels, not 5.1."
            yield Violation(field=f"outputs[{i}].audio_codec", code="output_codec", message=narrow)
        if not _NAME.fullmatch(output.name):
            message = "A name has the characters a-z, 0-9, _ and -, and at most 64 of them."
            yield Violation(field=f"outputs[{i}].name", code="output_name", message=message)
