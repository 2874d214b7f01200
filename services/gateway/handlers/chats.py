"""What is said in conversations, and what becomes of it: new revisions of timelines, each inside one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from services.gateway.domain.chat.grammar import NOT_UNDERSTOOD, Step, understood
from services.gateway.domain.chat.meanings import About
from services.gateway.domain.chat.patch import patched
from services.gateway.domain.chat.places import CannotDo
from services.gateway.domain.chat.records import ChatMessage, ChatSession
from services.gateway.domain.effects import Effect
from services.gateway.domain.records import Asset, Project
from services.gateway.domain.timeline.data import TimelineData
from services.gateway.domain.timeline.playing import whole
from services.gateway.handlers import timelines
from services.gateway.store import assets, chats, projects
from shared.blobs import Blobs
from shared.contracts.chat import Move, Operation
from shared.contracts.effects import EFFECTS
from shared.contracts.events import ChatInterpreted
from shared.contracts.hearing import Curve
from shared.contracts.media import Analysis
from shared.db import Connection

MOST_ANALYSIS = 16 * 1024**2
"""Bytes of an analysis that is read for a message; how funny a longer film is, its words must tell."""
NO_PROJECT = "This conversation has no project, so there is nothing to edit. Begin one with a project_id."
NO_TIMELINE = "The project has no timeline yet: analyse it first."
CHANGED = (
    "The timeline was changed elsewhere since this conversation's last edit (it is at revision {0} now), so I left it"
    " as it is. Its history has every revision: POST /api/timeline/{1}/revert."
)
MOVED_ON = "The timeline was changed while I thought about it, so I left it as it is. Say it again."


async def answer(connection: Connection, session: ChatSession, wish: str, energy: Curve | None = None) -> ChatMessage:
    """Answer a wish by the grammar; ``energy`` is the film's loudness, where the wish asks for it.

    The session's row must be locked; nothing changes without a valid patch.
    """
    if session.project_id is None:
        return await _say(connection, session, f"{NO_PROJECT} {NOT_UNDERSTOOD}")
    found = await _loaded(connection, session)
    if found is None:
        return await _say(connection, session, NO_TIMELINE)
    project, asset, data = found
    meant = understood(wish, about(data))
    if meant is None:
        return await _say(connection, session, NOT_UNDERSTOOD)
    if isinstance(meant, str):
        return await _step(connection, session, project, meant)
    return await _edit(connection, session, project, asset, data, meant, energy=energy)


async def energy_for(blobs: Blobs, asset: Asset | None, wish: str) -> Curve | None:
    """Return the film's loudness where the wish is about how loud or funny something is, and it is known."""
    meant = understood(wish, About(2000, 0.0, tuple(EFFECTS)))
    asked = isinstance(meant, tuple) and any(isinstance(o, Move) and o.kind for o in meant)
    document = asset.known.get("sound") if asset is not None else None
    if not asked or document is None or document.size > MOST_ANALYSIS:
        return None
    body = await blobs.get_bytes(document, MOST_ANALYSIS)
    return (await asyncio.to_thread(Analysis.model_validate_json, body)).energy


def about(data: TimelineData) -> About:
    """Return what the grammar is told of a timeline."""
    return About(len(data.segments), whole(data.segments), tuple(EFFECTS))


async def interpreted(connection: Connection, effect: Effect) -> None:
    """Do what a model made of a wish, or say why not. Safe to do again: the fact is handled once a job."""
    extra = effect.job.input.extra
    session = await chats.find(connection, effect.job.account, str(extra["session_id"]), lock=True)
    if session is None:
        return
    if not isinstance(effect.fact, ChatInterpreted):
        error = effect.job.error
        if effect.name in ("failed", "cancelled"):
            said = f"{error.message} {error.remedy}" if error else "You stopped me."
            await _say(connection, session, f"I changed nothing. {said}", str(extra["answer_id"]))
        return
    told = effect.fact.answer
    said = told.reply or ("" if told.operations else NOT_UNDERSTOOD)
    found = await _loaded(connection, session) if told.operations else None
    if found is None:
        missing = NO_TIMELINE if session.project_id else NO_PROJECT
        await _say(connection, session, missing if told.operations else said, str(extra["answer_id"]))
        return
    project, asset, data = found
    if project.revision != extra["revision"]:
        await _say(connection, session, MOVED_ON, str(extra["answer_id"]))
        return
    await _edit(connection, session, project, asset, data, told.operations, said, str(extra["answer_id"]))


async def _edit(
    connection: Connection,
    session: ChatSession,
    project: Project,
    asset: Asset,
    data: TimelineData,
    operations: Sequence[Operation],
    said: str = "",
    message_id: str | None = None,
    energy: Curve | None = None,
) -> ChatMessage:
    owned = await timelines.owned_references(connection, project.account, data)
    named = await assets.find_all(connection, project.account, set(owned.values()))
    media = {key: found.info for key, found in named.items()}
    # A timeline may have thousands of segments and lines: the loop goes on meanwhile.
    result = await asyncio.to_thread(patched, data, operations, asset.info.duration, owned, energy, media)
    if isinstance(result, CannotDo):
        return await _say(connection, session, f"I changed nothing. {result}", message_id)
    number = await timelines.store(connection, project, result.data, f"chat:{session.id}")
    await chats.forget_undone(connection, session.id)
    plain = [o.model_dump(mode="json", exclude_none=True) for o in operations]
    patch = await chats.add_patch(connection, session.id, "edit", plain, project.revision, number)
    text = " ".join(part for part in (said, result.said) if part)
    return await chats.add_message(connection, session.id, "assistant", text, patch=patch, message_id=message_id)


async def _step(connection: Connection, session: ChatSession, project: Project, step: Step) -> ChatMessage:
    """Undo or redo this conversation's edits, as long as nobody else changed the timeline after it."""
    edit = await (chats.last_applied if step == "undo" else chats.next_undone)(connection, session.id)
    if edit is None:
        return await _say(connection, session, f"There is nothing to {step} in this conversation.")
    if session.head != project.revision:
        return await _say(connection, session, CHANGED.format(project.revision, project.id))
    wanted = edit.revision_before if step == "undo" else edit.revision_after
    old = await timelines.own_revision(connection, project, wanted)
    number = await timelines.store(connection, project, old.data, f"chat-{step}:{session.id}")
    await chats.set_state(connection, edit.id, "undone" if step == "undo" else "applied")
    operations = [{"op": step, "patch": edit.id}]
    patch = await chats.add_patch(connection, session.id, step, operations, project.revision, number)
    done = "Undone" if step == "undo" else "Done again"
    text = f"{done}: the timeline is as in revision {wanted}. The edit plays {whole(old.data.segments):.1f} s now."
    return await chats.add_message(connection, session.id, "assistant", text, patch=patch)


async def _loaded(connection: Connection, session: ChatSession) -> tuple[Project, Asset, TimelineData] | None:
    """Lock the project and return it with its film and its timeline; None where it has none."""
    project = await projects.find(connection, session.account, session.project_id or "", lock=True)
    if project is None or project.revision == 0:
        return None
    current = await projects.revision(connection, project.id, project.revision)
    asset = await assets.find(connection, session.account, project.asset_id)
    return (project, asset, current.data) if current and asset else None


async def _say(connection: Connection, session: ChatSession, text: str, message_id: str | None = None) -> ChatMessage:
    return await chats.add_message(connection, session.id, "assistant", text, message_id=message_id)
