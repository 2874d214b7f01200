"""Laying clips on an output grid, and the invariants that every timeline keeps. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from shared.contracts.media import Value
from shared.contracts.time import frame_at
from shared.contracts.timeline import Clip, Timeline


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
    found: list[Violation] = []
    if not timeline.video:
        found.append(Violation(field="video", code="timeline_empty", message="The timeline has no clip."))
    for i, clip in enumerate(timeline.video):
        found += _clip_violations(timeline, i, clip)
    length = timeline.frames
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


def _clip_violations(timeline: Timeline, i: int, clip: Clip) -> list[Violation]:
    source = timeline.sources.get(clip.source)
    if source is None:
        return [
            Violation(field=f"video[{i}].source", code="source_unknown", message=f"There is no source {clip.source}.")
        ]
    found: list[Violation] = []
    if clip.start < 0:
        found.append(Violation(field=f"video[{i}].start", code="outside_source", message="Starts before its source."))
    if clip.end <= clip.start:
        found.append(Violation(field=f"video[{i}].end", code="end_before_start", message="Ends before it starts."))
    slack = Fraction(1, 1000)
    if clip.source_end > Fraction(repr(source.media.duration)) + slack:
        found.append(
            Violation(
                field=f"video[{i}].end",
                code="outside_source",
                message=f"Ends at {float(clip.source_end):.3f} s; its source is {source.media.duration:.3f} s long.",
            )
        )
    return found + _transition_violations(timeline, i, clip)


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
