"""Conversations, what was said in them, and what they did to timelines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.gateway.domain.chat.records import Backend, ChatMessage, ChatPatch, ChatSession, PatchKind, PatchState
from shared.contracts.ids import new_id
from shared.db import Connection

COLUMNS = "id, account, title, backend, hf_model, project_id, head, created_at, updated_at"
MOST_MESSAGES = 500


async def add_session(
    connection: Connection, account: str, title: str, backend: Backend, hf_model: str | None, project_id: str | None
) -> ChatSession:
    """Store a new conversation."""
    row = await connection.fetchrow(
        "insert into chat_sessions (id, account, title, backend, hf_model, project_id) values ($1, $2, $3, $4, $5, $6)"
        f" returning {COLUMNS}",
        new_id(), account, title, backend, hf_model, project_id,
    )  # fmt: skip
    return ChatSession.model_validate(dict(row))


async def sessions(connection: Connection, account: str, *, limit: int, before: str | None) -> list[ChatSession]:
    """Return up to ``limit`` conversations, newest first, older than the id ``before``."""
    rows = await connection.fetch(
        f"select {COLUMNS} from chat_sessions where account = $1 and ($2::text is null or id < $2)"
        " order by id desc limit $3",
        account, before, limit,
    )  # fmt: skip
    return [ChatSession.model_validate(dict(row)) for row in rows]


async def find(
    connection: Connection, account: str | None, session_id: str, *, lock: bool = False
) -> ChatSession | None:
    """Return the conversation, any account's where none is named; with ``lock`` until the transaction ends."""
    row = await connection.fetchrow(
        f"select {COLUMNS} from chat_sessions where id = $1 and ($2::text is null or account = $2)"
        + (" for update" if lock else ""),
        session_id, account,
    )  # fmt: skip
    return ChatSession.model_validate(dict(row)) if row else None


async def messages(connection: Connection, session_id: str, limit: int = MOST_MESSAGES) -> list[ChatMessage]:
    """Return the newest messages, oldest of them first."""
    rows = await connection.fetch(
        "select m.id, m.session_id, m.role, m.content, m.created_at, p.id as patch_id, p.kind, p.operations,"
        " p.revision_before, p.revision_after from chat_messages m left join chat_patches p on p.id = m.patch_id"
        " where m.session_id = $1 order by m.number desc limit $2",
        session_id, limit,
    )  # fmt: skip
    return [_message(dict(row)) for row in reversed(rows)]


async def answer_to(connection: Connection, session_id: str, message_id: str) -> ChatMessage | None:
    """Return what was answered to a person's message."""
    said = await messages(connection, session_id)
    return next((m for m in said if m.id == message_id), None)


async def add_message(
    connection: Connection, session_id: str, role: str, content: str, *, patch: ChatPatch | None = None,
    message_id: str | None = None,
) -> ChatMessage:  # fmt: skip
    """Store something that was said."""
    row = await connection.fetchrow(
        "insert into chat_messages (id, session_id, role, content, patch_id) values ($1, $2, $3, $4, $5)"
        " returning id, session_id, role, content, created_at",
        message_id or new_id(), session_id, role, content, patch.id if patch else None,
    )  # fmt: skip
    await connection.execute("update chat_sessions set updated_at = now() where id = $1", session_id)
    return ChatMessage.model_validate({**dict(row), "patch": patch})


async def add_patch(
    connection: Connection,
    session_id: str,
    kind: PatchKind,
    operations: Sequence[dict[str, Any]],
    before: int,
    after: int,
) -> ChatPatch:
    """Store what was done; the conversation goes on from the revision ``after``."""
    made = ChatPatch(id=new_id(), kind=kind, operations=list(operations), revision_before=before, revision_after=after)
    await connection.execute(
        "insert into chat_patches (id, session_id, kind, state, operations, revision_before, revision_after)"
        " values ($1, $2, $3, 'applied', $4, $5, $6)",
        made.id, session_id, kind, made.operations, before, after,
    )  # fmt: skip
    await connection.execute("update chat_sessions set head = $2 where id = $1", session_id, after)
    return made


async def last_applied(connection: Connection, session_id: str) -> ChatPatch | None:
    """Return the edit that undo takes back: the newest that is applied."""
    return await _edit(connection, session_id, "state = 'applied' order by number desc")


async def next_undone(connection: Connection, session_id: str) -> ChatPatch | None:
    """Return the edit that redo does again: undo goes backwards, so it is the oldest that is undone."""
    return await _edit(connection, session_id, "state = 'undone' order by number")


async def set_state(connection: Connection, patch_id: str, state: PatchState) -> None:
    """Set what has become of an edit."""
    await connection.execute("update chat_patches set state = $2 where id = $1", patch_id, state)


async def forget_undone(connection: Connection, session_id: str) -> None:
    """What was undone cannot be done again once something else was done."""
    await connection.execute(
        "update chat_patches set state = 'gone' where session_id = $1 and state = 'undone'", session_id
    )


async def _edit(connection: Connection, session_id: str, which: str) -> ChatPatch | None:
    row = await connection.fetchrow(
        "select id, kind, operations, revision_before, revision_after from chat_patches"
        f" where session_id = $1 and kind = 'edit' and {which} limit 1",
        session_id,
    )
    return ChatPatch.model_validate(dict(row)) if row else None


def _message(row: dict[str, Any]) -> ChatMessage:
    patch_id, kind = row.pop("patch_id"), row.pop("kind")
    told = {name: row.pop(name) for name in ("operations", "revision_before", "revision_after")}
    patch = ChatPatch(id=patch_id, kind=kind, **told) if patch_id else None
    return ChatMessage.model_validate({**row, "patch": patch})
