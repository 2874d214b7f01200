"""TimelineData: the timeline as people read and write it, a flat list of segments with times in source seconds.

It is a view of the one edit model (``shared.contracts.timeline``): ``plan_view`` makes it from a plan, ``compile``
turns it into what the renderer takes. A revision of a project stores one TimelineData without its read-only ``asset``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, ValidationError, model_serializer

from services.gateway.domain.refusal import in_words_of_json
from services.gateway.domain.timeline.effect_data import AnyEffect
from services.gateway.domain.timeline.layer_data import MAX_OVERLAYS, MusicData, OverlayData, SoundData, SplitData
from services.gateway.domain.timeline.look import LookData
from services.gateway.domain.timeline.written import Seconds, Written
from shared.contracts.layout import Violation
from shared.contracts.timeline import TransitionKind

MAX_SEGMENTS = 2000
MAX_CAPTIONS = 20_000
MAX_BEATS = 50_000
MAX_EFFECTS = 8
MAX_SOUNDS = 16

Name = Annotated[str, Field(min_length=1, max_length=120)]
Text = Annotated[str, Field(max_length=2000)]


class SpokenWord(Written):
    """A word of a caption."""

    text: Text
    start: Seconds
    end: Seconds
    confidence: float | None = Field(default=None, ge=0, le=1, exclude=True)


class CaptionData(Written):
    """A caption line; ``words`` only where they are known."""

    text: Text
    start: Seconds
    end: Seconds
    words: tuple[SpokenWord, ...] = Field(default=(), max_length=500)

    @model_serializer(mode="plain")
    def _plain(self) -> dict[str, object]:
        plain: dict[str, object] = {"text": self.text, "start": self.start, "end": self.end}
        if self.words:
            plain["words"] = [word.model_dump() for word in self.words]
        return plain


class SfxData(Written):
    """A sound over a segment, ``at`` seconds after its start: a built-in by name, or the sound of an asset."""

    name: Name
    path: str | None = Field(default=None, max_length=1024)
    url: str | None = Field(default=None, max_length=1024)
    asset_id: str | None = Field(default=None, max_length=64)
    duration: Annotated[float, Field(gt=0, le=600, strict=True, allow_inf_nan=False)] | None = None
    at: Annotated[float, Field(ge=0, strict=True, allow_inf_nan=False)] | None = None

    @property
    def has_media(self) -> bool:
        """Tell whether it refers to media instead of a built-in."""
        return bool(self.path or self.url or self.asset_id)

    @model_serializer(mode="plain")
    def _plain(self) -> dict[str, object]:
        members = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: value for name, value in members.items() if value is not None}


class TransitionData(Written):
    """How a segment comes out of the one before it; ``duration`` in seconds."""

    kind: TransitionKind = "dissolve"
    duration: Annotated[float, Field(gt=0, le=10, strict=True, allow_inf_nan=False)]


class SegmentData(Written):
    """A span of the source. ``captions`` None says that the segment has no such member: the transcript is drawn.

    ``asset_id``: a span of another film, or a still picture, instead of the project's own. ``sounds`` are further ones
    beside ``sfx``; ``split`` puts up to three other films beside this one.
    """

    name: Name | None = None
    start: Seconds
    end: Seconds
    effects: tuple[AnyEffect, ...] = Field(default=(), max_length=MAX_EFFECTS)
    beats: tuple[Seconds, ...] = Field(default=(), max_length=MAX_BEATS)
    captions: tuple[CaptionData, ...] | None = Field(default=None, max_length=MAX_CAPTIONS)
    sfx: SfxData | None = None
    transition: TransitionData | None = None
    asset_id: Annotated[str, Field(max_length=64)] | None = None
    sounds: tuple[SoundData, ...] = Field(default=(), max_length=MAX_SOUNDS)
    split: tuple[SplitData, ...] = Field(default=(), max_length=3)


class TimelineData(Written):
    """A whole timeline."""

    template_name: Annotated[str, Field(max_length=80)] | None = None
    segments: tuple[SegmentData, ...] = Field(default=(), max_length=MAX_SEGMENTS)
    captions: tuple[CaptionData, ...] = Field(default=(), max_length=MAX_CAPTIONS)
    beats: tuple[Seconds, ...] = Field(default=(), max_length=MAX_BEATS)
    tempo: Annotated[float, Field(ge=0, le=1000, strict=True, allow_inf_nan=False)] | None = None
    look: LookData | None = None
    overlays: tuple[OverlayData, ...] = Field(default=(), max_length=MAX_OVERLAYS)
    sounds: tuple[SoundData, ...] = Field(default=(), max_length=MAX_OVERLAYS)
    music: tuple[MusicData, ...] = Field(default=(), max_length=4)


_CODES = {
    "finite_number": "not_finite",
    "missing": "missing",
    "extra_forbidden": "unknown_member",
    "too_long": "too_many",
    "string_too_long": "too_long",
}


def read(written: Mapping[str, object]) -> tuple[TimelineData, frozenset[str]] | list[Violation]:
    """Parse what a person wrote: the timeline and the names of the members that are present, or what is wrong with it.

    ``asset`` is read-only and ignored. Segments without a name are named by their place.
    """
    members = {name: value for name, value in written.items() if name != "asset"}
    try:
        data = TimelineData.model_validate(members)
    except ValidationError as bad:
        return _told(bad)
    return named(data), frozenset(members)


def merge(stored: TimelineData | None, patch: TimelineData, present: frozenset[str]) -> TimelineData:
    """Return ``stored`` with what is ``present`` replaced whole; a segment without a captions member stays without."""
    base = stored or TimelineData()
    silent = {(s.name, s.start, s.end) for s in base.segments if s.captions is None}
    merged = base.model_copy(update={name: getattr(patch, name) for name in present})
    segments = tuple(
        s.model_copy(update={"captions": None}) if s.captions == () and (s.name, s.start, s.end) in silent else s
        for s in merged.segments
    )
    return merged.model_copy(update={"segments": segments})


def named(data: TimelineData) -> TimelineData:
    """Give every segment without a name the name of its place, counted from 1."""
    segments = tuple(
        segment if segment.name else segment.model_copy(update={"name": f"segment {place}"})
        for place, segment in enumerate(data.segments, 1)
    )
    return data.model_copy(update={"segments": segments})


def view(data: TimelineData) -> dict[str, object]:
    """Return the timeline as the API shows it, without ``asset``: an absent ``captions`` member is shown as empty."""
    shown = data.model_dump(mode="json")
    for segment in shown["segments"]:
        segment["captions"] = segment["captions"] or []
        _without_empty(segment, "transition", "asset_id", "sounds", "split")
    _without_empty(shown, "look", "overlays", "sounds", "music")
    return shown


def _without_empty(shown: dict[str, object], *optional: str) -> None:
    for name in optional:
        if not shown[name]:
            del shown[name]


def _told(bad: ValidationError) -> list[Violation]:
    """Return what is wrong by field: where a value may be of several kinds, the innermost mistake, its kind last."""
    found: dict[str, Violation] = {}
    told = bad.errors(include_url=False, include_context=False, include_input=False)[:50]
    for e in sorted(told, key=lambda e: e["type"].endswith("_type")):
        path = _path(e["loc"])
        message = "It must be an object." if e["type"] == "model_type" else f"{in_words_of_json(e['type'], e['msg'])}."
        found.setdefault(path, Violation(field=path, code=_CODES.get(e["type"], "value_invalid"), message=message))
    return [v for path, v in found.items() if not any(other.startswith((f"{path}[", f"{path}.")) for other in found)]


_KINDS = frozenset({"bool", "int", "float", "str"})


def _path(location: tuple[int | str, ...]) -> str:
    """Return the place as people write it, without the names of kinds that pydantic puts into it."""
    path = "timeline"
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
        elif part not in _KINDS and not part.startswith("tuple["):
            path += f".{part}"
    return path
