"""A job's events as they happen: server-sent events and WebSocket, both the same log from the same rows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Header, Response, WebSocket
from starlette.responses import StreamingResponse
from starlette.websockets import WebSocketDisconnect

from services.gateway.api.context import Caller, Gateway, Parts
from services.gateway.api.jobs import own_job
from services.gateway.api.problems import PROBLEMS, problem
from services.gateway.domain.refusal import Refusal
from services.gateway.store import events
from services.gateway.store.events import TERMINAL_TYPES, Entry
from shared.db import AWAY

router = APIRouter(tags=["jobs"])
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
GOING_AWAY = 1001
DATABASE_PAUSE = 1.0


async def follow(gateway: Gateway, job_id: str, seq: int) -> AsyncIterator[Entry | None]:
    """Yield what follows ``seq`` in the log until the job has ended; null after each silence of a heartbeat's length.

    Goes on when the database was away. Ends when the gateway goes down: the reader comes back with the last number that
    it saw.
    """
    with gateway.watch.on(job_id) as signal:
        while True:
            try:
                async with gateway.pool.acquire() as connection:
                    page = await events.after(connection, job_id, seq)
            except (*AWAY, TimeoutError):
                yield None
                await signal.wait(DATABASE_PAUSE)
                continue
            for entry in page.entries:
                yield entry
                seq = entry.seq
            if seq < page.last_seq:
                continue
            if page.ended or gateway.watch.closing:
                return
            if not await signal.wait(gateway.settings.heartbeat_seconds):
                yield None


def _number(text: str | None, name: str) -> int:
    if text is None:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        message = f"{name} is the number of the last event that was seen, a whole number from 0."
        raise Refusal(400, "event_id_invalid", message, remedy="Leave it out to get all events.")
    return int(text)


async def _nothing_left(gateway: Gateway, job_id: str, seq: int) -> bool:
    """Tell whether the log is over at ``seq``. Raises 400 for a number that a log still growing never had."""
    async with gateway.pool.acquire() as connection:
        page = await events.after(connection, job_id, seq, limit=1)
    if seq > page.last_seq and not page.ended:
        message = f"The log has no event {seq} yet; its last one is {page.last_seq}."
        raise Refusal(400, "event_id_invalid", message, remedy="Leave it out to get all events.")
    return page.ended and seq >= page.last_seq


EXAMPLE = 'id: 1\nevent: cutroom.job.created\ndata: {"specversion":"1.0","id":"0193…","sequence":1}\n\n'
STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The log from there on. `id` is the event's number, `event` its type, `data` the CloudEvent.",
        "content": {
            "text/event-stream": {
                "schema": {"type": "string"},
                "example": EXAMPLE,
            }
        },
    },
    204: {"description": "The job has ended and everything was seen: do not come back."},
}


@router.get("/api/jobs/{job_id}/events", summary="Follow a job", response_class=Response,
            responses={**STREAM, **PROBLEMS(400, 401, 404)})  # fmt: skip
async def server_sent(
    job_id: str, gateway: Parts, account: Caller, last_event_id: str | None = Header(default=None)
) -> Response:
    """Send the job's events: all of them, or what follows `Last-Event-ID`. Closes after the last event of the job."""
    seq = _number(last_event_id, "Last-Event-ID")
    job = await own_job(gateway, account, job_id)
    if await _nothing_left(gateway, job.id, seq):
        return Response(status_code=204)

    async def frames() -> AsyncIterator[str]:
        async for entry in follow(gateway, job.id, seq):
            yield f"id: {entry.seq}\nevent: {entry.type}\ndata: {entry.body}\n\n" if entry else ": still here\n\n"

    return StreamingResponse(frames(), media_type="text/event-stream", headers=HEADERS)


@router.websocket("/api/ws/jobs/{job_id}")
async def web_socket(socket: WebSocket, job_id: str, gateway: Parts, account: Caller, after: str | None = None) -> None:
    """Send the same events as text messages, one CloudEvent each; closes with 1000 after the last event of the job."""
    try:
        seq = _number(after, "after")
        job = await own_job(gateway, account, job_id)
        await _nothing_left(gateway, job.id, seq)
    except Refusal as refusal:
        await socket.send_denial_response(problem(refusal, socket.url.path))
        return
    await socket.accept()
    sender = asyncio.create_task(_send(socket, gateway, job.id, seq))
    listener = asyncio.create_task(_until_gone(socket))
    done, waiting = await asyncio.wait({sender, listener}, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    if sender in done and sender.exception() is None and listener not in done:
        await socket.close(1000 if sender.result() else GOING_AWAY)


async def _send(socket: WebSocket, gateway: Gateway, job_id: str, seq: int) -> bool:
    """Send until the end of the log; tell whether it came to its end."""
    over = True
    async for entry in follow(gateway, job_id, seq):
        if entry is not None:
            await socket.send_text(entry.body)
            over = entry.type in TERMINAL_TYPES
    return over


async def _until_gone(socket: WebSocket) -> None:
    try:
        while True:
            await socket.receive()
    except (WebSocketDisconnect, RuntimeError):
        return
