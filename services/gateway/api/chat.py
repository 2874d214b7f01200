"""``/api/chat``: conversations that edit a project's timeline."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import JSONResponse
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, field_validator

from services.gateway.api.chat_records import ChatSent, ChatSessionDetail, ChatSessionList
from services.gateway.api.context import Caller, Gateway, Parts, Wait, checked_id, wait_for_job
from services.gateway.api.paging import Page, link_next
from services.gateway.api.records import answered, shown_as
from services.gateway.api.shown import check_match, current_timeline, own_project
from services.gateway.domain.account import Account
from services.gateway.domain.chat.grammar import understood
from services.gateway.domain.chat.records import Backend, ChatMessage, ChatSession
from services.gateway.domain.job import Job
from services.gateway.domain.records import Asset, Project
from services.gateway.domain.refusal import Refusal, conflict, not_found, wrong_field
from services.gateway.domain.timeline.data import TimelineData
from services.gateway.domain.views import View
from services.gateway.handlers.chat_orders import order_answer, write_matter
from services.gateway.handlers.chats import about, answer, energy_for
from services.gateway.store import assets, chats, projects
from shared.contracts.ids import is_id
from shared.db import Connection, transaction

router = APIRouter(prefix="/api/chat/sessions", tags=["chat"])
DEFAULT_WAIT = 30.0
IfMatch = Annotated[str | None, Header(description='The revision that the wish is meant for, such as `"3"`.')]


class ChatOrder(BaseModel):
    """A new conversation; without a ``backend`` the one of the settings. ``hf_model`` names a model for ``hf``."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"title": "New Chat", "backend": "stub"}]}
    )

    title: str = Field(default="New Chat", min_length=1, max_length=200)
    backend: Backend | None = None
    hf_model: str | None = Field(default=None, max_length=200)
    project_id: str | None = Field(default=None, max_length=64)


class ChatWish(BaseModel):
    """Something said to the editor; ``message`` is an older name of ``content``."""

    model_config = ConfigDict(
        extra="forbid", populate_by_name=True, json_schema_extra={"examples": [{"content": "make it 30 seconds"}]}
    )

    content: str = Field(min_length=1, max_length=4000, validation_alias=AliasChoices("content", "message"))

    @field_validator("content")
    @classmethod
    def _said(cls, text: str) -> str:
        if not text.strip():
            raise ValueError("say something")
        return text.replace("\x00", "")


@router.get("", summary="Conversations, newest first", **shown_as(ChatSessionList, 422))
async def list_sessions(*, request: Request, response: Response, gateway: Parts, caller: Caller, asked: Page) -> View:
    """Return the conversations without their messages."""
    async with gateway.pool.acquire() as connection:
        found = await chats.sessions(connection, caller.id, limit=asked.limit + 1, before=asked.cursor)
    shown, cursor = asked.cut(found, lambda session: session.id)
    link_next(request, response, cursor)
    return {"sessions": [session.view() for session in shown], "next_cursor": cursor}


@router.post("", status_code=201, summary="Begin a conversation", **shown_as(ChatSessionDetail, 422))
async def create_session(order: ChatOrder, gateway: Parts, caller: Caller) -> View:
    """Begin a conversation, about a project's timeline where one is named. A project may have several."""
    backend = order.backend or gateway.settings.chat_backend
    async with transaction(gateway.pool) as connection:
        project_id = order.project_id
        if project_id is not None:
            known = is_id(project_id) and await projects.find(connection, caller.id, project_id.lower())
            if not known:
                raise wrong_field("project_id", "project_unknown", "There is no such project.")
            project_id = project_id.lower()
        made = await chats.add_session(connection, caller.id, order.title, backend, order.hf_model, project_id)
    return {**made.view(), "messages": []}


@router.get("/{session_id}", summary="A conversation", **shown_as(ChatSessionDetail, 404))
async def read_session(session_id: str, gateway: Parts, caller: Caller) -> View:
    """Return the conversation with its newest 500 messages, oldest first, and what they did."""
    async with gateway.pool.acquire() as connection:
        session = await _own(connection, caller, session_id)
        return await _whole(connection, session)


@router.post(
    "/{session_id}/messages",
    summary="Say what to change",
    responses=answered(ChatSent, 404, 409, 412, 422, 503, also=(200, 202)),
)
async def send(
    session_id: str, wish: ChatWish, *, gateway: Parts, caller: Caller, wait: Wait, if_match: IfMatch = None
) -> JSONResponse:
    """Answer a wish; ``patch`` is what it changed, null when it changed nothing.

    "undo" and "redo" go through this conversation's own edits. 202 with ``job_id`` when a model takes longer than the
    wait; 503 ``backend_unavailable`` when there is none.
    """
    async with gateway.pool.acquire() as connection:
        session = await _own(connection, caller, session_id)
        matter = await _matter(connection, caller, session, wish.content)
        asset = await _asset(connection, caller, session)
    if matter is None:
        energy = await energy_for(gateway.blobs, asset, wish.content)
        async with transaction(gateway.pool) as connection:
            session = await _own(connection, caller, session_id, lock=True)
            await _checked(connection, caller, session, if_match)
            await chats.add_message(connection, session.id, "user", wish.content)
            return await _sent(connection, session, await answer(connection, session, wish.content, energy))
    project, data, said = matter
    document = await write_matter(gateway.blobs, wish.content, said, data)
    async with transaction(gateway.pool) as connection:
        session = await _own(connection, caller, session_id, lock=True)
        await _checked(connection, caller, session, if_match)
        job = await order_answer(connection, caller, session, project, wish.content, document)
    job = await wait_for_job(gateway, job.id, DEFAULT_WAIT if wait is None else wait)
    return await _answered(gateway, session, job)


async def _matter(
    connection: Connection, caller: Account, session: ChatSession, wish: str
) -> tuple[Project | None, TimelineData, list[ChatMessage]] | None:
    """Return what a model is to be told; None where the grammar answers: as its own backend, and to undo and redo."""
    if session.backend == "stub":
        return None
    project = await own_project(connection, caller.id, session.project_id) if session.project_id else None
    data = (await current_timeline(connection, project) if project else None) or TimelineData()
    if isinstance(understood(wish, about(data)), str):
        return None
    return project, data, await chats.messages(connection, session.id, 24)


async def _asset(connection: Connection, caller: Account, session: ChatSession) -> Asset | None:
    project = await projects.find(connection, caller.id, session.project_id) if session.project_id else None
    return await assets.find(connection, caller.id, project.asset_id) if project else None


async def _answered(gateway: Gateway, session: ChatSession, job: Job) -> JSONResponse:
    if job.status == "failed" and job.error is not None:
        status = 503 if job.error.code.startswith(("backend_", "model_")) else 409
        code = "backend_unavailable" if status == 503 else job.error.code
        raise Refusal(status, code, job.error.message, remedy=job.error.remedy, extra={"job_id": job.id})
    if job.status == "cancelled":
        raise conflict("chat_cancelled", "The answer was cancelled.", remedy="Say it again.", job_id=job.id)
    async with gateway.pool.acquire() as connection:
        if not job.ended:
            body: dict[str, Any] = {"session": await _whole(connection, session), "message": None, "patch": None}
            return JSONResponse({**body, "job_id": job.id, "status_url": f"/api/jobs/{job.id}"}, 202)
        said = await chats.answer_to(connection, session.id, str(job.input.extra["answer_id"]))
        if said is None:
            raise not_found("message")
        return await _sent(connection, session, said, job.id)


async def _sent(
    connection: Connection, session: ChatSession, message: ChatMessage, job_id: str | None = None
) -> JSONResponse:
    shown = await _whole(connection, await chats.find(connection, session.account, session.id) or session)
    body = {"session": shown, "message": message.view(), "patch": message.patch.view() if message.patch else None}
    headers = {"ETag": f'"{message.patch.revision_after}"'} if message.patch else {}
    return JSONResponse({**body, "job_id": job_id} if job_id else body, headers=headers)


async def _checked(connection: Connection, caller: Account, session: ChatSession, if_match: str | None) -> None:
    if session.project_id is not None:
        check_match(await own_project(connection, caller.id, session.project_id, lock=True), if_match)


async def _own(connection: Connection, caller: Account, session_id: str, *, lock: bool = False) -> ChatSession:
    session = await chats.find(connection, caller.id, checked_id(session_id, "conversation"), lock=lock)
    if session is None:
        raise not_found("conversation")
    return session


async def _whole(connection: Connection, session: ChatSession) -> View:
    said = await chats.messages(connection, session.id)
    return {**session.view(), "messages": [message.view() for message in said]}
