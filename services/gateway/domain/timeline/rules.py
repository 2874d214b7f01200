"""What a written timeline must keep before it is stored: spans inside the media, known effects and sounds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from services.gateway.domain.timeline.data import CaptionData, SegmentData, SfxData, TimelineData
from services.gateway.domain.timeline.layer_rules import SFX, layer_violations, media_violations
from shared.contracts.effect_rules import faults
from shared.contracts.effects import Parameter
from shared.contracts.layout import Violation
from shared.contracts.media import MediaInfo

WAYS = ("left", "right", "up", "down")
TRANSITIONS: dict[str, str] = {
    "dissolve": "One picture fades into the other.",
    "dip_black": "Through black.",
    "dip_white": "Through white.",
    "zoom": "The old picture rushes towards the viewer.",
    **{f"wipe_{way}": f"An edge moves {way} and uncovers the new picture." for way in WAYS},
    **{f"slide_{way}": f"The new picture moves {way} over the old one." for way in WAYS},
    **{f"push_{way}": f"The new picture pushes the old one {way}." for way in WAYS},
}
LONGEST = 86_400.0
SLACK = 0.001
"""A person's rounding of the media's end to milliseconds is not outside it."""


def violations(
    data: TimelineData, duration: float, owned: Mapping[str, str], media: Mapping[str, MediaInfo] | None = None
) -> list[Violation]:
    """Return all that is wrong with ``data`` for a source of ``duration`` seconds; empty means that it may be stored.

    ``owned`` maps each media reference that belongs to the account (object key or asset id) to its asset's id;
    ``media`` has what is known of those assets.
    """
    known = media or {}
    found = list(_captions("timeline", data.captions, duration))
    found += _beats("timeline", data.beats, duration)
    for place, segment in enumerate(data.segments):
        found += _segment(f"timeline.segments[{place}]", segment, duration, owned, known)
    found += layer_violations(data, owned, known)
    if data.segments and data.segments[0].transition:
        found.append(
            Violation(
                field="timeline.segments[0].transition",
                code="transition_alone",
                message="The first segment has nothing to come from.",
            )
        )
    return found


def references(data: TimelineData) -> set[str]:
    """Return every media reference that ``data`` makes, as written."""
    sounds = [segment.sfx for segment in data.segments if segment.sfx]
    written = {text for sfx in sounds for text in (sfx.path, sfx.url, sfx.asset_id) if text}
    layers = [*data.overlays, *data.sounds, *data.music]
    layers += [layer for segment in data.segments for layer in (*segment.sounds, *segment.split)]
    others = {segment.asset_id for segment in data.segments if segment.asset_id}
    return written | others | {text for layer in layers for text in layer.given.values()}


def _segment(
    field: str, segment: SegmentData, duration: float, owned: Mapping[str, str], media: Mapping[str, MediaInfo]
) -> Iterator[Violation]:
    if segment.asset_id is not None:
        yield from media_violations(f"{field}.asset_id", {"": segment.asset_id}, owned, media, ("video", "image"))
        info = media.get(owned.get(segment.asset_id, ""))
        duration = LONGEST if info is None or info.kind == "image" else info.duration
    yield from _span(field, segment.start, segment.end, duration)
    yield from _beats(field, segment.beats, duration)
    yield from _captions(field, segment.captions or (), duration)
    for place, effect in enumerate(segment.effects):
        yield from _effect(f"{field}.effects[{place}]", effect.name, effect.parameters)
    if segment.sfx:
        yield from _sfx(f"{field}.sfx", segment.sfx, owned)


def _span(field: str, start: float, end: float, duration: float) -> Iterator[Violation]:
    if start < 0 or start > duration + SLACK:
        yield Violation(field=f"{field}.start", code="outside_media", message=_outside(start, duration))
    if end <= start:
        yield Violation(field=f"{field}.end", code="end_before_start", message="It must end after its start.")
    elif end > duration + SLACK:
        yield Violation(field=f"{field}.end", code="outside_media", message=_outside(end, duration))


def _captions(field: str, captions: tuple[CaptionData, ...], duration: float) -> Iterator[Violation]:
    for place, caption in enumerate(captions):
        here = f"{field}.captions[{place}]"
        yield from _span(here, caption.start, caption.end, duration)
        for index, word in enumerate(caption.words):
            yield from _span(f"{here}.words[{index}]", word.start, word.end, duration)


def _beats(field: str, beats: tuple[float, ...], duration: float) -> list[Violation]:
    return [
        Violation(field=f"{field}.beats[{place}]", code="outside_media", message=_outside(beat, duration))
        for place, beat in enumerate(beats)
        if not 0 <= beat <= duration + SLACK
    ]


def _effect(field: str, name: str, parameters: Mapping[str, Parameter]) -> Iterator[Violation]:
    for fault in faults(name, parameters):
        place = f"{field}.{fault.parameter}" if fault.parameter else field
        yield Violation(field=place, code=fault.code, message=fault.message)


def _sfx(field: str, sfx: SfxData, owned: Mapping[str, str]) -> Iterator[Violation]:
    if not sfx.has_media:
        if sfx.name not in SFX:
            known = ", ".join(SFX)
            message = f"There is no built-in sound {sfx.name!r}; there are {known}."
            yield Violation(field=f"{field}.name", code="sfx_unknown", message=message)
        return
    given = {name: value for name in ("path", "url", "asset_id") if (value := getattr(sfx, name))}
    yield from media_violations(field, given, owned, {}, ())


def _outside(at: float, duration: float) -> str:
    return f"{at:.3f} s is outside the media, which is {duration:.3f} s long."
