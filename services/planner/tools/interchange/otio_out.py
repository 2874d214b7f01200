"""OpenTimelineIO: clips with source ranges in frames of their media, speeds, dissolves; what is ours in metadata."""

from __future__ import annotations

from fractions import Fraction
from typing import Any
from urllib.parse import quote

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from services.planner.domain.cutlist import Cut, CutList, Medium
from shared.contracts.time import fraction_text
from shared.contracts.timeline import Timeline

OURS = "cutroom"


def write(cuts: CutList, timeline: Timeline) -> str:
    """Return ``cuts`` as a timeline with a picture track and, where it has sound, the same as a sound track."""
    whole = otio.schema.Timeline(name=cuts.title, metadata={OURS: {"rate": fraction_text(cuts.rate)}})
    whole.global_start_time = RationalTime(0, float(cuts.rate))
    kinds = [otio.schema.TrackKind.Video]
    if any(cut.medium.channels for cut in cuts.cuts):
        kinds.append(otio.schema.TrackKind.Audio)
    for kind in kinds:
        track = otio.schema.Track(name=f"{kind} 1", kind=kind)
        for place, cut in enumerate(cuts.cuts):
            after = cuts.cuts[place + 1].overlap if place + 1 < len(cuts.cuts) else 0
            if cut.overlap:
                track.append(_dissolve(cut, cuts.rate))
            silent = kind == otio.schema.TrackKind.Audio and not cut.medium.channels
            track.append(_gap(cut, after, cuts.rate) if silent else _clip(cut, after, cuts.rate))
        whole.tracks.append(track)
    for mark in cuts.marks:
        whole.tracks[0].markers.append(
            otio.schema.Marker(
                name=mark.name,
                marked_range=TimeRange(RationalTime(mark.at, float(cuts.rate)), _frames(mark.frames, cuts.rate)),
                color=otio.schema.MarkerColor.RED,
            )
        )
    if timeline.sounds and not cuts.marks:
        whole.tracks.append(_sounds(timeline, cuts))
    return str(otio.adapters.write_to_string(whole, "otio_json"))


def _frames(frames: int, rate: Fraction) -> RationalTime:
    return RationalTime(frames, float(rate))


def _gap(cut: Cut, after: int, rate: Fraction) -> otio.schema.Gap:
    return otio.schema.Gap(source_range=TimeRange(_frames(0, rate), _frames(cut.frames - after, rate)))


def _clip(cut: Cut, after: int, rate: Fraction) -> otio.schema.Clip:
    medium = cut.medium
    length = RationalTime(cut.frames - after, float(rate))
    clip = otio.schema.Clip(
        name=cut.name,
        media_reference=_reference(medium),
        source_range=TimeRange(RationalTime(medium.frame(cut.start), float(medium.rate)), length),
        metadata={OURS: _ours(cut)},
    )
    clip.enabled = cut.enabled
    if cut.speed != 1:
        clip.effects.append(otio.schema.LinearTimeWarp(name="speed", time_scalar=float(cut.speed)))
    if cut.note:
        at = TimeRange(clip.source_range.start_time, RationalTime(0, float(rate)))
        clip.markers.append(otio.schema.Marker(name=cut.note, marked_range=at))
    return clip


def _ours(cut: Cut) -> dict[str, Any]:
    ours: dict[str, Any] = {
        "start": fraction_text(cut.start) if cut.start else "0/1",
        "end": fraction_text(cut.end) if cut.end else "0/1",
        "speed": fraction_text(cut.speed),
        "sha256": cut.medium.sha256,
        "asset_id": cut.medium.key,
        "transition": cut.transition,
    }
    if cut.clip is not None:
        plain = cut.clip.model_dump(mode="json", include={"effects", "captions", "evidence"})
        ours |= {name: value for name, value in plain.items() if value}
    return ours


def _reference(medium: Medium) -> otio.schema.ExternalReference:
    reference = otio.schema.ExternalReference(
        target_url=quote(medium.name),
        available_range=TimeRange(RationalTime(0, float(medium.rate)), RationalTime(medium.frames, float(medium.rate))),
        metadata={OURS: {"sha256": medium.sha256, "asset_id": medium.key}},
    )
    reference.name = medium.name
    return reference


def _dissolve(cut: Cut, rate: Fraction) -> otio.schema.Transition:
    """The clip before is cut where the dissolve begins, and lends its frames up to the dissolve's end."""
    return otio.schema.Transition(
        name="dissolve",
        transition_type=otio.schema.TransitionTypes.SMPTE_Dissolve,
        in_offset=_frames(0, rate),
        out_offset=_frames(cut.overlap, rate),
    )


def _sounds(timeline: Timeline, cuts: CutList) -> otio.schema.Track:
    track = otio.schema.Track(name="Sounds", kind=otio.schema.TrackKind.Audio)
    media = {medium.key: medium for medium in cuts.media}
    at = 0
    for sound in sorted(timeline.sounds, key=lambda s: s.at):
        start = max(at, sound.at)
        if start > at:
            track.append(otio.schema.Gap(source_range=TimeRange(_frames(0, cuts.rate), _frames(start - at, cuts.rate))))
        medium = media.get(sound.source or "")
        length = round(Fraction(repr(sound.seconds)) * cuts.rate) if sound.seconds else round(cuts.rate)
        reference = _reference(medium) if medium else otio.schema.MissingReference(name=sound.name)
        track.append(
            otio.schema.Clip(
                name=sound.name,
                media_reference=reference,
                source_range=TimeRange(_frames(0, cuts.rate), _frames(max(1, length), cuts.rate)),
                metadata={OURS: {"sound": sound.model_dump(mode="json")}},
            )
        )
        at = start + max(1, length)
    return track
