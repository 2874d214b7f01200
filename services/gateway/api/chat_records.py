"""Conversations as they are described in the documentation."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from services.gateway.api.records import Moment
from services.gateway.domain.chat.records import Backend


class ChatPatchRecord(BaseModel):
    """What a message did to the timeline. ``operations`` are typed by ``op``; ``undo`` and ``redo`` are among them."""

    id: str
    operations: list[dict[str, Any]] = Field(examples=[[{"op": "set_duration", "seconds": 30}]])
    revision_before: int
    revision_after: int


class ChatMessageRecord(BaseModel):
    """Something said."""

    id: str
    session_id: str
    role: Literal["user", "assistant"]
    content: str
    created_at: Moment
    patch: ChatPatchRecord | None = Field(default=None, description="Only where the timeline was changed.")


class ChatSessionRecord(BaseModel):
    """A conversation without its messages."""

    id: str
    title: str
    backend: Backend
    hf_model: str | None
    project_id: str | None
    created_at: Moment
    updated_at: Moment


class ChatSessionDetail(ChatSessionRecord):
    """A conversation."""

    messages: list[ChatMessageRecord]


class ChatSessionList(BaseModel):
    """A page of conversations, newest first."""

    sessions: list[ChatSessionRecord]
    next_cursor: str | None


class ChatSent(BaseModel):
    """The answer to a message. ``message`` is null only while a model still thinks: then follow ``job_id``."""

    session: ChatSessionDetail
    message: ChatMessageRecord | None
    patch: ChatPatchRecord | None
    job_id: str | None = Field(default=None, description="Only where a model was asked.")
    status_url: str | None = Field(default=None, description="Only while it thinks.")
