"""Assets, projects, revisions and consents as immutable values."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Literal

from pydantic import Field

from services.gateway.domain.timeline.data import TimelineData
from shared.contracts.blob import BlobRef
from shared.contracts.media import MediaInfo, Part, SpriteSheet
from shared.contracts.sight import FaceTrack
from shared.contracts.timeline import Source
from shared.contracts.value import Value

STILL_S = 86_400.0
"""Seconds for which a still picture counts as being there."""
ProjectStatus = Literal["new", "ingested", "analyzing", "analyzed", "rendering", "rendered", "failed"]
ConsentAction = Literal["accepted", "withdrawn", "document_uploaded"]


class Asset(Value):
    """An uploaded film. ``captions`` is the subtitle file as it was sent, ``analysis`` the newest that has all parts.

    ``known``: the document that each part is to be taken from; ``language``, ``hotwords``, ``speech_model``: what the
    known words were heard with.
    """

    id: str
    account: str
    title: str
    media: BlobRef
    info: MediaInfo
    thumbnail: BlobRef | None = None
    sprites: SpriteSheet | None = None
    analysis: BlobRef | None = None
    known: dict[Part, BlobRef] = Field(default_factory=dict)
    captions: BlobRef | None = None
    language: str | None = None
    hotwords: str = ""
    speech_model: str = ""
    created_at: datetime
    updated_at: datetime

    @property
    def source(self) -> Source:
        """Return the asset as a source of a timeline; the faces of a still picture are there all the time."""
        image = self.info.image
        boxes = [(box, box.model_copy(update={"time": STILL_S})) for box in (image.faces if image else ())]
        faces = tuple(FaceTrack(id=f"f{n}", boxes=both) for n, both in enumerate(boxes, 1))
        return Source(blob=self.media, media=self.info, faces=faces)

    @property
    def fps(self) -> float:
        """Return frames a second, 0.0 for sound."""
        return float(Fraction(self.info.video.frame_rate)) if self.info.video else 0.0


class Project(Value):
    """A project on one asset. ``revision`` is 0 while it has no timeline."""

    id: str
    account: str
    title: str
    status: ProjectStatus
    asset_id: str
    revision: int
    created_at: datetime
    updated_at: datetime


class Revision(Value):
    """One stored state of a project's timeline; ``origin`` says where it came from."""

    number: int
    origin: str
    data: TimelineData
    created_at: datetime


class RevisionLine(Value):
    """One stored state as it stands in the history, without its timeline."""

    number: int
    origin: str
    segments: int
    created_at: datetime


class Consent(Value):
    """Whether the people in an asset agreed. ``updated_at`` is null as long as nothing was ever said."""

    asset_id: str
    has_checkbox: bool = False
    document: BlobRef | None = None
    updated_at: datetime | None = None


class ConsentEntry(Value):
    """One line of the consent log; ``id`` grows with time."""

    id: int
    at: datetime
    account: str
    action: ConsentAction
    document_sha256: str | None = None
