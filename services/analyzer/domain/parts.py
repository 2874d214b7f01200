"""An analysis comes in parts, each kept for itself: a part that is asked for later does not redo the others.

A part's result has fields of the same names as :class:`Analysis`, so that a new measure is one more field in three
places: the answer of the child that measures it, the part's result here, and the contract with its ``MEASURES``. Raise
the part's version in ``keys.py`` with it, or stored results go on without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeVar, get_args

from pydantic import BaseModel, Field

from shared.contracts.blob import BlobRef
from shared.contracts.hearing import Beats, Curve, Loudness, Waveform
from shared.contracts.media import (
    MEASURES,
    Analysis,
    MediaInfo,
    Note,
    Part,
    Shot,
    ShotChange,
    Span,
    SpriteSheet,
    Still,
)
from shared.contracts.sight import FaceTrack, FocusPoint
from shared.contracts.speech import NOT_ASKED, Mark, Transcript
from shared.contracts.value import Value

PARTS: tuple[Part, ...] = get_args(Part)
Kept = Literal["facts"] | Part
"""What is kept of a medium: the probe's facts, on which all else stands, and the parts."""


class Found(Value):
    """What one part found. ``failed``: something went wrong that may go well another time, so it is not kept."""

    notes: tuple[Note, ...] = ()
    failed: bool = False


class PicturesFound(Found):
    """One decode of the pictures; everything empty for sound alone."""

    shots: tuple[Shot, ...] = ()
    changes: tuple[ShotChange, ...] = ()
    stills: tuple[Still, ...] = ()
    blacks: tuple[Span, ...] = ()
    freezes: tuple[Span, ...] = ()
    motion: Curve | None = None
    sharpness: Curve | None = None
    exposure: Curve | None = None
    thumbnail: BlobRef | None = None
    sprites: SpriteSheet | None = None


class FacesFound(Found):
    """Who is seen, or what else draws the eye, and the stills as they are chosen by somebody who knows the faces."""

    faces: tuple[FaceTrack, ...] = ()
    focus: tuple[FocusPoint, ...] = ()
    stills: tuple[Still, ...] = ()
    thumbnail: BlobRef | None = None


class SoundFound(Found):
    """One decode of the sound: how loud it is, where somebody speaks, where nothing is to be heard."""

    silences: tuple[Span, ...] = ()
    speech: tuple[Span, ...] = ()
    loudness: Loudness | None = None
    energy: Curve | None = None
    waveform: Waveform | None = None


class BeatsFound(Found):
    """The beats of the sound."""

    beats: Beats = Field(default_factory=Beats)


class SpeechFound(Found):
    """The words, from subtitles or a model, and what is wrong with how they are spoken."""

    transcript: Transcript
    marks: tuple[Mark, ...] = ()


RESULTS: dict[Part, type[Found]] = {
    "pictures": PicturesFound,
    "faces": FacesFound,
    "sound": SoundFound,
    "beats": BeatsFound,
    "speech": SpeechFound,
}
F = TypeVar("F", bound=Found)


def same_named(model: type[F], answer: BaseModel, **more: Any) -> F:
    """Return a ``model`` with what ``answer`` has under the same names, and ``more``."""
    shared = model.model_fields.keys() & type(answer).model_fields.keys() - more.keys()
    return model(**{name: getattr(answer, name) for name in shared}, **more)


def compose(sha256: str, info: MediaInfo, found: Mapping[Part, Found]) -> Analysis:
    """Put the parts together; what was not asked for is as if there were none, and ``missing`` says so."""
    fields: dict[str, Any] = {"transcript": NOT_ASKED}
    notes = list(info.notes)
    present = tuple(part for part in PARTS if part in found)
    for part in present:
        result = found[part]
        notes += [note.model_copy(update={"part": part}) for note in result.notes]
        fields |= {name: getattr(result, name) for name in MEASURES[part]}
    media = info.model_copy(update={"notes": tuple(notes)})
    missing = tuple(part for part in PARTS if part not in found)
    return Analysis(sha256=sha256, media=media, parts=present, missing=missing, **fields)


def timeless(sha256: str, info: MediaInfo, thumbnail: BlobRef | None) -> Analysis:
    """Return the analysis of a still picture or a document: there is nothing in it for any part to measure."""
    speech = SpeechFound(transcript=Transcript(status="completed", source="none"))
    empty: dict[Part, Found] = {part: RESULTS[part]() for part in PARTS if part != "speech"}
    seen: dict[Part, Found] = {
        "pictures": PicturesFound(thumbnail=thumbnail),
        "faces": FacesFound(thumbnail=thumbnail),
    }
    return compose(sha256, info, {**empty, **seen, "speech": speech})
