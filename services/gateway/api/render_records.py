"""The records of renders, as the OpenAPI description shows them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field, JsonValue

from services.gateway.api.records import Link, Moment, Seconds


class RenderStarted(BaseModel):
    """Where to look for a render."""

    job_id: str
    status_url: str = Field(examples=["/api/render/status/0193"])


class StreamPicture(BaseModel):
    """One picture of a ladder; bandwidths in bits a second, sound included, as measured."""

    width: int
    height: int
    frame_rate: str = Field(examples=["30/1"])
    codecs: str = Field(examples=["avc1.64001f,mp4a.40.2"])
    bandwidth: int
    average_bandwidth: int


class Stream(BaseModel):
    """A film for HLS. ``url`` is its master playlist, good for all that it names; ``size`` is all of it, in bytes."""

    url: Link | None
    size: int
    renditions: list[StreamPicture]


class RenderedFile(BaseModel):
    """A finished file of a render. ``plan`` is the same for a draft and its final; ``check`` says what was found."""

    name: str
    url: Link
    poster_url: Link | None
    subtitles_url: Link | None
    hls: Stream | None = Field(description="Only where a ladder was ordered.")
    width: int
    height: int
    duration: Seconds
    frames: int
    codec: str | None = Field(examples=["h264"])
    audio_codec: str | None = Field(examples=["aac"])
    channels: str | None = Field(examples=["stereo"])
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
    outputs: list[RenderedFile] = Field(
        description="Every finished file; empty before the render is finished, and when its files were removed."
    )
    expires_at: Moment | None = Field(description="When the finished files are removed. Null: never.")
    error: str | None
    error_code: str | None = Field(default=None, description="Only with an error.")
    remedy: str | None = Field(default=None, description="Only with an error.")
