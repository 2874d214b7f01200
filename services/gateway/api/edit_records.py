"""Renders, AI edits and histories as they are described in the documentation."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field, JsonValue

from services.gateway.api.records import Link, Moment, Seconds, TimelineRecord
from services.gateway.domain.job import JobStatus


class RevisionItem(BaseModel):
    """One state of a timeline; ``origin`` is ``person``, ``plan:<job>`` or ``revert:<revision>``."""

    revision: int
    origin: str = Field(examples=["person"])
    segment_count: int
    created_at: Moment


class RevisionRecord(RevisionItem):
    """One state of a timeline, whole."""

    timeline: TimelineRecord


class RevisionPage(BaseModel):
    """A page of the history, newest first."""

    items: list[RevisionItem]
    next_cursor: str | None


class Named(BaseModel):
    """Something that can be asked for by its name."""

    name: str
    description: str


class Templates(BaseModel):
    """The styles that there are."""

    items: list[Named]
    next_cursor: None


class Parameter(BaseModel):
    """A parameter of an effect: its range where it is a number, its choices where it is one of a few words."""

    name: str
    type: Literal["number", "integer", "choice", "text", "moments"]
    description: str
    minimum: float | None
    maximum: float | None
    choices: list[str] | None
    default: float | str | list[float] | None


class EffectRecord(Named):
    """An effect for segments."""

    parameters: list[Parameter]


class Effects(BaseModel):
    """Effects, and the sounds that need no media."""

    items: list[EffectRecord]
    transitions: list[Named]
    sfx: list[Named]
    next_cursor: None


class EditMedia(BaseModel):
    """A film as AI edits see it."""

    id: str
    title: str
    duration: Seconds
    width: int | None
    height: int | None
    fps: float
    has_audio: bool
    url: Link
    thumbnail_url: Link | None
    status: Literal["ingested", "analyzing", "analyzed"]


class Counted(BaseModel):
    """How many there are."""

    count: int
    has_data: bool


class Transcription(BaseModel):
    """What is known of the words; ``reason`` and ``remedy`` only where they are not."""

    status: Literal["pending", "processing", "completed", "unavailable", "failed"]
    segment_count: int
    has_data: bool
    reason: str | None = None
    remedy: str | None = None


class EditData(BaseModel):
    """What is known of a film."""

    video_id: str
    media: EditMedia
    transcription: Transcription
    frames: Counted
    scenes: Counted
    video_duration: Seconds
    notes: list[dict[str, str]] | None = None


class EditStarted(BaseModel):
    """The job that makes an edit."""

    job_id: str
    status: JobStatus
    task_id: str
    message: str = Field(examples=["AI edit generation started"])


class EditJob(BaseModel):
    """An AI edit without its plan."""

    job_id: str
    status: JobStatus
    compression_metadata: dict[str, JsonValue]
    validation_errors: list[dict[str, JsonValue]]
    llm_usage: dict[str, JsonValue]
    error_message: str | None
    output_paths: dict[str, Link]
    summary: JsonValue
    story_prompt: JsonValue
    created_at: Moment
    started_at: Moment | None
    completed_at: Moment | None


class EditPlanRecord(BaseModel):
    """A plan: the cuts in play order in source seconds, the story they tell, and what was left out."""

    edl: list[dict[str, Any]]
    story_analysis: dict[str, Any]
    key_moments: list[dict[str, Any]]
    transitions: list[dict[str, Any]]
    dropped: list[dict[str, Any]]


class PlannedEdit(EditJob):
    """An AI edit with its plan; ``llm_plan`` is null before there is one."""

    llm_plan: EditPlanRecord | None


class EditList(BaseModel):
    """The AI edits of a film, newest first."""

    video_id: str
    jobs: list[EditJob]
    next_cursor: str | None


class Applied(BaseModel):
    """The files of an applied plan by ratio; ``status_url`` only while they are made."""

    job_id: str
    status: Literal["applied", "processing"]
    output_paths: dict[str, Link]
    render_job_id: str
    status_url: str | None = None
