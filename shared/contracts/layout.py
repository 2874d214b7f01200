"""Laying clips on an output grid, and the invariants that every timeline keeps. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import chain, pairwise
from math import isfinite

from shared.contracts.easing import Animated
from shared.contracts.effect_rules import faults
from shared.contracts.overlays import MOST_AT_ONCE, at_once
from shared.contracts.time import frame_at
from shared.contracts.timeline import Clip, Overlay, Timeline
from shared.contracts.value import Value

_SLACK = Fraction(1, 1000)
_RANGES = {
    "x": (-2.0, 3.0),
    "y": (-2.0, 3.0),
    "scale": (0.0, 4.0),
    "opacity": (0.0, 1.0),
    "rotation": (-3600.0, 3600.0),
}


class Violation(Value):
    """One broken invariant; ``field`` is a path such as ``video[3].end``."""

    field: str
    code: str
    message: str


def lay_out(clips: Iterable[Clip], rate: str) -> tuple[Clip, ...]:
    """Give each clip the ``frames`` it fills on a grid of ``rate``.

    Boundaries are rounded from the exact running time, so that the whole is never further than half a frame from the
    sum of its parts. A clip too short for the grid still gets one frame.
    """
    placed: list[Clip] = []
    exact, done = Fraction(0), 0
    for clip in clips:
        exact += clip.seconds
        frames = max(1, frame_at(exact, rate) - done)
        done += frames
        placed.append(clip.model_copy(update={"frames": frames}))
    return tuple(placed)


def starts(clips: Sequence[Clip]) -> list[int]:
    """Return the output frame at which each clip begins, transitions' overlaps taken off."""
    result: list[int] = []
    at = 0
    for clip in clips:
        overlap = clip.transition_in.frames if clip.transition_in else 0
        result.append(at - overlap)
        at += clip.frames - overlap
    return result


def violations(timeline: Timeline) -> list[Violation]:
    """Return every invariant that ``timeline`` breaks; an empty list means that it can be rendered."""
    if found := list(_numberless(timeline)):
        return found
    if not timeline.video:
        found.append(Violation(field="video", code="timeline_empty", message="The timeline has no clip."))
    for i, clip in enumerate(timeline.video):
        found += _clip_violations(timeline, f"video[{i}]", clip) + _transition_violations(timeline, i, clip)
    length = timeline.frames
    for i, overlay in enumerate(timeline.overlays):
        found += _overlay_violations(timeline, f"overlays[{i}]", overlay, length)
    spans = [(o.start, o.start + o.frames) for o in timeline.overlays if o.clip]
    if at_once(spans) > MOST_AT_ONCE:
        message = f"More than {MOST_AT_ONCE} films and pictures lie over the edit at the same time."
        found.append(Violation(field="overlays", code="overlays_at_once", message=message))
    found += [
        Violation(field=f"sounds[{i}].at", code="sound_outside", message="The sound begins after the end of the edit.")
        for i, sound in enumerate(timeline.sounds)
        if sound.at >= length
    ]
    found += [
        Violation(field=f"sounds[{i}].source", code="source_unknown", message=f"There is no source {sound.source}.")
        for i, sound in enumerate(timeline.sounds)
        if sound.source is not None and sound.source not in timeline.sources
    ]
    return found


def _numberless(timeline: Timeline) -> Iterator[Violation]:
    """Name what nothing else can be reckoned with: times that are no numbers, pictures without a size."""
    for key, source in timeline.sources.items():
        field, media = f"sources.{key}.media", source.media
        streams = [stream for stream in (media.video, media.audio) if stream is not None]
        times = [media.duration, *(time for stream in streams for time in (stream.start, stream.duration))]
        if not all(map(isfinite, times)):
            yield Violation(field=field, code="not_finite", message="One of its times is no number.")
        if media.video is not None and min(media.video.width, media.video.height) < 1:
            yield Violation(field=f"{field}.video", code="value_invalid", message="Its picture has no size.")
    for i, clip in enumerate(timeline.video):
        for j, caption in enumerate(clip.captions):
            spans = [(caption.start, caption.end), *((word.start, word.end) for word in caption.words)]
            if not all(map(isfinite, chain.from_iterable(spans))):
                field = f"video[{i}].captions[{j}]"
                yield Violation(field=field, code="not_finite", message="One of its times is no number.")


def _clip_violations(timeline: Timeline, field: str, clip: Clip) -> list[Violation]:
    source = timeline.sources.get(clip.source)
    if source is None:
        return [Violation(field=f"{field}.source", code="source_unknown", message=f"There is no source {clip.source}.")]
    found: list[Violation] = []
    if clip.start < 0:
        found.append(Violation(field=f"{field}.start", code="outside_source", message="Starts before its source."))
    if clip.end <= clip.start:
        found.append(Violation(field=f"{field}.end", code="end_before_start", message="Ends before it starts."))
    if source.media.kind != "image" and clip.source_end > Fraction(repr(source.media.duration)) + _SLACK:
        message = f"Ends at {float(clip.source_end):.3f} s; its source is {source.media.duration:.3f} s long."
        found.append(Violation(field=f"{field}.end", code="outside_source", message=message))
    span = sum((Fraction(warp.source) for warp in clip.warp), Fraction(0))
    if clip.warp and abs(span - (clip.source_end - clip.source_start)) > _SLACK:
        message = f"Its stretches run through {float(span):.3f} s, its span is another length."
        found.append(Violation(field=f"{field}.warp", code="warp_length_wrong", message=message))
    return found + _effect_violations(timeline, field, clip)


def _effect_violations(timeline: Timeline, field: str, clip: Clip) -> list[Violation]:
    found: list[Violation] = []
    for i, effect in enumerate(clip.effects):
        here = f"{field}.effects[{i}]"
        for fault in faults(effect.name, effect.parameters):
            place = f"{here}.{fault.parameter}" if fault.parameter else here
            found.append(Violation(field=place, code=fault.code, message=fault.message))
        lut = effect.parameters.get("lut")
        if effect.name == "lut" and lut is not None and lut not in timeline.luts:
            found.append(Violation(field=f"{here}.lut", code="lut_unknown", message="There is no such colour table."))
    return found


def _overlay_violations(timeline: Timeline, field: str, overlay: Overlay, length: int) -> list[Violation]:
    found: list[Violation] = []
    if overlay.start >= length:
        message = "The overlay begins after the end of the edit."
        found.append(Violation(field=f"{field}.start", code="overlay_outside", message=message))
    if sum(content is not None for content in (overlay.text, overlay.shape, overlay.clip)) != 1:
        message = "An overlay has one of text, shape and clip."
        found.append(Violation(field=field, code="overlay_content", message=message))
    if overlay.shape and (overlay.width is None or overlay.height is None):
        found.append(Violation(field=f"{field}.width", code="overlay_size", message="A shape needs width and height."))
    for name in ("x", "y", "scale", "opacity", "rotation"):
        found += _keyframe_violations(f"{field}.{name}", getattr(overlay, name), _RANGES[name])
    if overlay.clip is not None:
        found += _clip_violations(timeline, f"{field}.clip", overlay.clip)
    return found


def _keyframe_violations(field: str, animated: Animated, allowed: tuple[float, float]) -> list[Violation]:
    keys = animated if isinstance(animated, tuple) else ()
    values = [key.value for key in keys] if keys else [animated] if isinstance(animated, (int, float)) else []
    found: list[Violation] = []
    if isinstance(animated, tuple) and (not keys or any(a.frame >= b.frame for a, b in pairwise(keys))):
        message = "Keyframes stand in order, each at a frame of its own."
        found.append(Violation(field=field, code="keyframes_order", message=message))
    if not all(allowed[0] <= value <= allowed[1] for value in values):
        message = f"It must lie in {allowed[0]:g}..{allowed[1]:g}."
        found.append(Violation(field=field, code="parameter_range", message=message))
    return found


def _transition_violations(timeline: Timeline, i: int, clip: Clip) -> list[Violation]:
    if clip.transition_in is None:
        return []
    field = f"video[{i}].transition_in"
    if i == 0:
        return [Violation(field=field, code="transition_alone", message="The first clip has nothing to come from.")]
    before = timeline.video[i - 1]
    room = min(clip.frames, before.frames - (before.transition_in.frames if before.transition_in else 0))
    if clip.transition_in.frames >= room:
        return [Violation(field=field, code="transition_too_long", message="Longer than the clips that it joins.")]
    return []
