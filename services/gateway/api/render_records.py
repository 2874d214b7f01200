"""The records of renders, as the OpenAPI description shows them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field, JsonValue

from services.gateway.api.records import Link, Seconds


class RenderStarted(BaseModel):
    """Where to look for a render."""

    job_id: str
    status_url: str = Field(examples=["/api/render/status/0193"])


class RenderedFile(BaseModel):
    """A finished file of a render. ``plan`` is the same for a draft and its final; ``check`` says what was found."""

    name: str
    url: Link
    poster_url: Link | None
    subtitles_url: Link | None
    width: int
    height: int
    duration: Seconds
    frames: int
    codec: str | None = Field(examples=["h264"])
    audio_codec: str | None = Field(examples=["aac"])
    draft: bool | None
    plan: str | None
    loudness: float | None
    check: dict[str, JsonValue]


class RenderStatus(BaseModel):
    """How far a render is. ``result`` and ``output_url`` are null before it is finished."""

    id: str
    status: Literal["queued", "rendering", "finished", "failed", "cancelled"]
    progress: float = Field(examples=[42.5])
    logs: list[str]
    result: Link | None
    output_url: Link | None
    outputs: list[RenderedFile] = Field(description="Every finished file; empty before the render is finished.")
    error: str | None
    error_code: str | None = Field(default=None, description="Only with an error.")
    remedy: str | None = Field(default=None, description="Only with an error.")
