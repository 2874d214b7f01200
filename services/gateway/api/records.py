"""The editor's records as they are described in the documentation."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from services.gateway.api.problems import PROBLEMS
from services.gateway.domain.records import ConsentAction, ProjectStatus
from services.gateway.domain.timeline.look import LookData

Moment = Annotated[str, Field(examples=["2026-11-02T10:00:00.000Z"])]
Link = Annotated[
    str, Field(description="A signed link, good for a day.", examples=["/media/ingest/0193/0193.mp4?exp=1&sig=x"])
]
Seconds = Annotated[float, Field(examples=[12.48])]


class AssetRecord(BaseModel):
    """An uploaded film. Duration in seconds; ``resolution`` as displayed."""

    id: str
    title: str = Field(examples=["Harbour at dawn"])
    path: str = Field(description="The object's key.", examples=["ingest/0193/0193.mp4"])
    duration: Seconds
    resolution: str | None = Field(examples=["1920x1080"])
    fps: float | None = Field(examples=[29.97])
    frame_rate: str | None = Field(examples=["30000/1001"])
    has_audio: bool
    thumbnail_path: str | None
    thumbnail_url: Link | None
    url: Link
    created_at: Moment
    updated_at: Moment


class WordRecord(BaseModel):
    """A spoken word; source seconds."""

    text: str
    start: float
    end: float


class CaptionRecord(BaseModel):
    """A caption line; source seconds."""

    text: str = Field(examples=["Hello world"])
    start: float = Field(examples=[0.5])
    end: float = Field(examples=[2.3])
    words: list[WordRecord] | None = Field(default=None, description="Only where they are known.")


class SfxRecord(BaseModel):
    """A sound over a segment: a built-in by name, or the sound of an asset."""

    name: str = Field(examples=["whoosh"])
    path: str | None = None
    url: str | None = None
    asset_id: str | None = None
    duration: float | None = None
    at: float | None = Field(default=None, description="Seconds after the segment's start.")


class TransitionRecord(BaseModel):
    """How a segment comes out of the one before it."""

    kind: str = Field(examples=["dissolve"])
    duration: float


class SegmentRecord(BaseModel):
    """A span of the source; segments play in list order."""

    name: str = Field(examples=["intro"])
    start: float = Field(examples=[0.0])
    end: float = Field(examples=[3.5])
    effects: list[str | dict[str, Any]] = Field(examples=[["zoom"]])
    beats: list[float]
    captions: list[CaptionRecord]
    sfx: SfxRecord | None
    transition: TransitionRecord | None = None
    asset_id: str | None = Field(default=None, description="Another film or still picture instead of the project's.")
    sounds: list[dict[str, Any]] = Field(default=[], description="Further sounds, at seconds after its start.")
    split: list[dict[str, Any]] = Field(default=[], description="Up to three other films beside this one.")


class TimelineAsset(BaseModel):
    """The film that a timeline cuts; read-only."""

    id: str
    path: str
    url: Link


class TimelineRecord(BaseModel):
    """A timeline; times are seconds in the source, those of overlays, sounds and music seconds of the edit."""

    asset: TimelineAsset
    template_name: str | None = Field(examples=["calm"])
    segments: list[SegmentRecord]
    captions: list[CaptionRecord]
    beats: list[float]
    tempo: float | None = Field(examples=[120.0])
    look: LookData | None = Field(default=None, description="How renders look unless they are asked otherwise.")
    overlays: list[dict[str, Any]] = Field(
        default=[], examples=[[{"text": {"text": "Hello"}, "start": 0.5, "end": 2.0, "y": 0.2}]]
    )
    sounds: list[dict[str, Any]] = Field(default=[], examples=[[{"name": "ding", "at": 1.5}]])
    music: list[dict[str, Any]] = Field(default=[], examples=[[{"asset_id": "0190…", "gain_db": -12.0}]])


class ConsentRecord(BaseModel):
    """Whether the people in a film agreed."""

    asset_id: str
    has_checkbox: bool
    document_url: Link | None
    updated_at: Moment | None


class ConsentLine(BaseModel):
    """Who said what, when."""

    at: Moment
    account: str
    action: ConsentAction
    document_sha256: str | None = Field(default=None, description="Only of a document.")


class ConsentLog(BaseModel):
    """A page of the consent log, newest first."""

    items: list[ConsentLine]
    next_cursor: str | None


class ProjectItem(BaseModel):
    """A project as it stands in lists."""

    id: str
    title: str
    status: ProjectStatus
    asset_id: str
    thumbnail_url: Link | None
    duration: Seconds
    created_at: Moment
    updated_at: Moment


class ProjectDetail(BaseModel):
    """A whole project; ``timeline`` is null before its first revision."""

    id: str
    title: str
    status: ProjectStatus
    asset: AssetRecord
    timeline: TimelineRecord | None
    consent: ConsentRecord
    revision: int
    created_at: Moment
    updated_at: Moment


class AnalyzedProject(ProjectDetail):
    """A project and the job that analyses it."""

    job_id: str


class Ingested(BaseModel):
    """What an upload became. ``job_id`` is null without analysis."""

    asset: AssetRecord
    project: ProjectDetail
    job_id: str | None


class AssetPage(BaseModel):
    """A page of assets, newest first."""

    items: list[AssetRecord]
    next_cursor: str | None


def answered(model: Any, *problems: int, also: tuple[int, ...] = ()) -> dict[int | str, dict[str, Any]]:
    """Return OpenAPI's ``responses`` for a route that answers by itself: ``model`` for 200 or for ``also``."""
    well: dict[int | str, dict[str, Any]] = {status: {"model": model} for status in also or (200,)}
    return well | PROBLEMS(401, *problems)


def shown_as(model: Any, *problems: int) -> dict[str, Any]:
    """Return the arguments of a route whose answer is held against ``model``; absent members stay absent."""
    return {"response_model": model, "response_model_exclude_unset": True, "responses": PROBLEMS(401, *problems)}
