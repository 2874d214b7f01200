"""What overlays, music and sounds must keep before they are stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from services.gateway.domain.timeline.data import TimelineData
from services.gateway.domain.timeline.layer_data import KeyData, OverlayData, SoundData
from services.gateway.domain.timeline.written import MediaReference
from shared.contracts.layout import Violation
from shared.contracts.media import MediaInfo
from shared.contracts.overlays import MOST_AT_ONCE, at_once

SFX: dict[str, str] = {
    "whoosh": "Air rushing by, for a fast change.",
    "pop": "A short pop, for something that appears.",
    "click": "A dry click.",
    "riser": "A rising tone that builds up to what follows.",
    "ding": "A small bell.",
}
RANGES = {"x": (-2.0, 3.0), "y": (-2.0, 3.0), "scale": (0.0, 4.0), "opacity": (0.0, 1.0), "rotation": (-3600.0, 3600.0)}


def layer_violations(
    data: TimelineData, owned: Mapping[str, str], media: Mapping[str, MediaInfo]
) -> Iterator[Violation]:
    """Yield all that is wrong with what lies over and under the segments."""
    for place, overlay in enumerate(data.overlays):
        yield from _overlay(f"timeline.overlays[{place}]", overlay, owned, media)
    spans = [(overlay.start, overlay.end) for overlay in data.overlays if overlay.given]
    if at_once(spans) > MOST_AT_ONCE:
        message = f"More than {MOST_AT_ONCE} films and pictures lie over the edit at the same time."
        yield Violation(field="timeline.overlays", code="overlays_at_once", message=message)
    for place, music in enumerate(data.music):
        yield from _needed(f"timeline.music[{place}]", music, owned, media, ("audio", "video"))
        yield from _begins(f"timeline.music[{place}].start", music.start, music, owned, media)
    yield from _sounds("timeline", data.sounds, owned, media)
    for place, segment in enumerate(data.segments):
        here = f"timeline.segments[{place}]"
        yield from _sounds(here, segment.sounds, owned, media)
        for number, part in enumerate(segment.split):
            yield from _needed(f"{here}.split[{number}]", part, owned, media, ("video", "image"))
            yield from _begins(f"{here}.split[{number}].from_time", part.from_time, part, owned, media)


def media_violations(
    field: str, given: Mapping[str, str], owned: Mapping[str, str], media: Mapping[str, MediaInfo], kinds: Sequence[str]
) -> Iterator[Violation]:
    """Yield what is wrong with references to media: they are the account's, name one asset, and it is of ``kinds``."""
    for name, value in given.items():
        if value not in owned:
            message = "It is neither an object of yours nor a /media link to one."
            place = f"{field}.{name}" if name else field
            yield Violation(field=place, code="media_reference_invalid", message=message)
    named = {owned[value] for value in given.values() if value in owned}
    if len(named) > 1:
        message = "path, url and asset_id name different media."
        yield Violation(field=field, code="media_reference_invalid", message=message)
    for asset in named:
        info = media.get(asset)
        if info is not None and kinds and not _fits(info, kinds):
            message = f"It has no {'sound' if 'audio' in kinds else 'picture'}."
            yield Violation(field=field, code="media_kind_wrong", message=message)


def _fits(info: MediaInfo, kinds: Sequence[str]) -> bool:
    return info.audio is not None if "audio" in kinds else info.video is not None


def _needed(
    field: str, layer: MediaReference, owned: Mapping[str, str], media: Mapping[str, MediaInfo], kinds: Sequence[str]
) -> Iterator[Violation]:
    if not layer.given:
        yield Violation(field=field, code="media_missing", message="Give asset_id, path or url.")
    yield from media_violations(field, layer.given, owned, media, kinds)


def _begins(
    field: str, at: float, layer: MediaReference, owned: Mapping[str, str], media: Mapping[str, MediaInfo]
) -> Iterator[Violation]:
    """Yield where a film or a sound is to begin behind its own end."""
    info = media.get(owned.get(layer.reference, ""))
    if info is not None and info.kind != "image" and at > 0 and at >= info.duration:
        message = f"{at:.3f} s is outside the media, which is {info.duration:.3f} s long."
        yield Violation(field=field, code="outside_media", message=message)


def _overlay(
    field: str, overlay: OverlayData, owned: Mapping[str, str], media: Mapping[str, MediaInfo]
) -> Iterator[Violation]:
    if overlay.end <= overlay.start:
        yield Violation(field=f"{field}.end", code="end_before_start", message="It must end after its start.")
    if sum([overlay.text is not None, overlay.shape is not None, bool(overlay.given)]) != 1:
        message = "An overlay has one of text, shape and media."
        yield Violation(field=field, code="overlay_content", message=message)
    if overlay.shape and (overlay.width is None or overlay.height is None):
        yield Violation(field=f"{field}.width", code="overlay_size", message="A shape needs width and height.")
    yield from media_violations(field, overlay.given, owned, media, ("video", "image"))
    yield from _begins(f"{field}.from_time", overlay.from_time, overlay, owned, media)
    for name, (low, high) in RANGES.items():
        yield from _moving(f"{field}.{name}", getattr(overlay, name), low, high)


def _moving(field: str, value: float | tuple[KeyData, ...], low: float, high: float) -> Iterator[Violation]:
    keys = value if isinstance(value, tuple) else ()
    if [key.at for key in keys] != sorted({key.at for key in keys}):
        yield Violation(field=field, code="keyframes_order", message="Keyframes stand in order, each at its own time.")
    values = [key.value for key in keys] if isinstance(value, tuple) else [value]
    if not all(low <= one <= high for one in values):
        yield Violation(field=field, code="parameter_range", message=f"It must lie in {low:g}..{high:g}.")


def _sounds(
    field: str, sounds: Sequence[SoundData], owned: Mapping[str, str], media: Mapping[str, MediaInfo]
) -> Iterator[Violation]:
    for place, sound in enumerate(sounds):
        here = f"{field}.sounds[{place}]"
        if not sound.given and sound.name not in SFX:
            message = f"There is no built-in sound {sound.name!r}; there are {', '.join(SFX)}."
            yield Violation(field=f"{here}.name", code="sfx_unknown", message=message)
        yield from media_violations(here, sound.given, owned, media, ("audio", "video"))
        yield from _begins(f"{here}.from_time", sound.from_time, sound, owned, media)
