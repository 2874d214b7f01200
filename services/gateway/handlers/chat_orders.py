"""Ordering a model's opinion on a wish from the planner."""

from __future__ import annotations

from services.gateway.domain.account import Account
from services.gateway.domain.chat.pieces import text_of
from services.gateway.domain.chat.records import ChatMessage, ChatSession
from services.gateway.domain.job import Job, JobDraft, JobInput
from services.gateway.domain.records import Project
from services.gateway.domain.timeline.data import TimelineData
from services.gateway.domain.timeline.playing import seconds
from services.gateway.handlers.jobs import start_job
from services.gateway.store import chats
from shared.blobs import Blobs
from shared.contracts.blob import BlobRef
from shared.contracts.chat_matter import ChatMatter, ChatSegment, ChatTurn
from shared.contracts.commands import InterpretChat
from shared.contracts.effects import EFFECTS
from shared.contracts.ids import new_id
from shared.db import Connection

MOST_TURNS = 12
MOST_TEXT = 1000
"""Characters that a model is given of what is said in one segment."""


async def write_matter(blobs: Blobs, wish: str, said: list[ChatMessage], data: TimelineData) -> BlobRef:
    """Store what the model is told: the wish, what was said before it, and the edit."""
    matter = ChatMatter(
        wish=wish,
        turns=tuple(ChatTurn(role=m.role, content=m.content[:MOST_TEXT]) for m in said[-MOST_TURNS:]),
        segments=tuple(
            ChatSegment(
                place=place,
                seconds=round(seconds(segment), 2),
                text=text_of(data, segment)[:MOST_TEXT],
                effects=tuple(e.name for e in segment.effects),
            )
            for place, segment in enumerate(data.segments, 1)
        ),
        effects=tuple(EFFECTS),
    )
    body = matter.model_dump_json().encode()
    return await blobs.put_bytes(f"chats/{new_id()}.json", body, "application/json")


async def order_answer(
    connection: Connection, caller: Account, session: ChatSession, project: Project | None, wish: str, matter: BlobRef
) -> Job:
    """Store the wish and start the job that answers it; the same request again gives the same job."""
    job_id = new_id()
    backend = "hf" if session.backend == "hf" else "openai"
    draft = JobDraft(
        id=job_id,
        account=caller.id,
        kind="chat",
        input=JobInput(
            chat=InterpretChat(matter=matter, backend=backend, hf_model=session.hf_model),
            extra={"session_id": session.id, "answer_id": new_id(), "revision": project.revision if project else 0},
        ),
        priority=caller.priority,
        project_id=project.id if project else None,
        asset_id=project.asset_id if project else None,
    )
    job = await start_job(connection, draft)
    if job.id == job_id:
        await chats.add_message(connection, session.id, "user", wish)
    return job
