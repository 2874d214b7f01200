"""Conversations as they are stored and shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from services.gateway.domain.views import View, moment
from shared.contracts.value import Value

Backend = Literal["stub", "openai", "hf"]
PatchKind = Literal["edit", "undo", "redo"]
PatchState = Literal["applied", "undone", "gone"]


class ChatSession(Value):
    """A conversation. ``head`` is the revision that it made last, null before its first one."""

    id: str
    account: str
    title: str
    backend: Backend
    hf_model: str | None
    project_id: str | None
    head: int | None
    created_at: datetime
    updated_at: datetime

    def view(self) -> View:
        """Return the conversation as it is shown, without its messages."""
        return {
            "id": self.id,
            "title": self.title,
            "backend": self.backend,
            "hf_model": self.hf_model,
            "project_id": self.project_id,
            "created_at": moment(self.created_at),
            "updated_at": moment(self.updated_at),
        }


class ChatPatch(Value):
    """What a message did to the timeline: ``revision_after`` is ``revision_before`` with ``operations`` applied."""

    id: str
    kind: PatchKind
    operations: list[dict[str, Any]]
    revision_before: int
    revision_after: int

    def view(self) -> View:
        """Return the patch as it is shown."""
        return self.model_dump(mode="json", exclude={"kind"})


class ChatMessage(Value):
    """Something said by a person or in answer to one."""

    id: str
    session_id: str
    role: Literal["user", "assistant"]
    content: str
    created_at: datetime
    patch: ChatPatch | None = None

    def view(self) -> View:
        """Return the message as it is shown; ``patch`` only where there is one."""
        shown: View = {
            "id": self.id,
            "session_id": self.session_id,
            "role": self.role,
            "content": self.content,
            "created_at": moment(self.created_at),
        }
        return {**shown, "patch": self.patch.view()} if self.patch else shown
