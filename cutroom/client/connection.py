"""One connection to a studio: sends requests again where that is safe, and follows a job through broken connections."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from cutroom.client.errors import ApiError, Unreachable, reason_of, refused
from cutroom.client.records import TERMINAL, Event
from cutroom.client.sse import Decoder

R = TypeVar("R", bound=BaseModel)
TRIES = 4
FIRST_PAUSE_S = 0.2
SILENCE_S = 45.0
"""A stream that says nothing for that long is broken: the studio comments every 15 seconds."""


class Connection:
    """Speaks HTTP with one studio at ``base_url``. Use it in ``async with``, or call :meth:`close`.

    ``patience`` is how many seconds a followed job's connection may be gone before that is an error.
    """

    def __init__(
        self,
        base_url: str,
        *,
        key: str | None = None,
        patience: float = 60.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        timeout = httpx.Timeout(90.0, connect=10.0)
        self.patience = patience
        self.http = httpx.AsyncClient(
            base_url=base_url, headers=headers, timeout=timeout, transport=transport, trust_env=False
        )

    async def close(self) -> None:
        """Let go of the connections."""
        await self.http.aclose()

    async def ask(
        self,
        method: str,
        path: str,
        answer: type[R],
        *,
        json: object = None,
        params: dict[str, str] | None = None,
        content: bytes | None = None,
    ) -> R:
        """Send one request and return its answer.

        A write carries an idempotency key, so that it may be sent again when the connection breaks: a few times, with
        growing pauses. Raises ApiError, Unreachable.
        """
        headers = {} if method == "GET" else {"Idempotency-Key": str(uuid.uuid4())}
        for left in reversed(range(TRIES)):
            try:
                response = await self.http.request(
                    method, path, json=json, content=content, params=params, headers=headers
                )
            except httpx.TransportError as broken:
                if not left:
                    raise Unreachable(str(self.http.base_url), reason_of(broken)) from broken
                await asyncio.sleep(FIRST_PAUSE_S * 2 ** (TRIES - 1 - left))
            else:
                return parsed(response, answer)
        raise AssertionError("the last try returns or raises")

    async def follow(self, job_id: str, after: int = 0) -> AsyncIterator[Event]:
        """Yield the events of a job after number ``after`` to its last, each once, however often the connection breaks.

        Raises ApiError where the studio refuses, Unreachable when it is gone for longer than ``patience``.
        """
        clock = asyncio.get_running_loop().time
        seen, heard, pause = after, clock(), FIRST_PAUSE_S
        while True:
            reason = "it closed the stream"
            try:
                async with aclosing(self._stream(job_id, seen)) as stream:
                    async for event in stream:
                        heard, pause = clock(), FIRST_PAUSE_S
                        if event is None:
                            continue
                        seen = event.sequence or seen
                        yield event
                        if event.type in TERMINAL:
                            return
            except _AllSeen:
                return
            except httpx.TransportError as broken:
                reason = reason_of(broken)
            except ApiError as error:
                if error.status < 500:
                    raise
                reason = error.message
            if clock() - heard > self.patience:
                raise Unreachable(str(self.http.base_url), reason)
            await asyncio.sleep(pause)
            pause = min(pause * 2, 5.0)

    async def _stream(self, job_id: str, after: int) -> AsyncGenerator[Event | None]:
        """Yield what one connection says: events, and null for a line that is no event but a sign of life."""
        headers = {"Accept": "text/event-stream", **({"Last-Event-ID": str(after)} if after else {})}
        timeout = httpx.Timeout(SILENCE_S, connect=10.0)
        decoder = Decoder()
        async with self.http.stream("GET", f"/api/jobs/{job_id}/events", headers=headers, timeout=timeout) as response:
            if response.status_code == 204:
                raise _AllSeen
            if response.status_code != 200:
                await response.aread()
                raise refused(response)
            async for line in response.aiter_lines():
                message = decoder.line(line)
                new = message is not None and message.id.isdigit() and int(message.id) > after
                yield _event(response, message.data) if message is not None and new else None


class _AllSeen(Exception):
    """The job's log has nothing more."""


def parsed(response: httpx.Response, answer: type[R]) -> R:
    """Return the typed answer. Raises ApiError for a refusal, and for a body that is none of ours."""
    if not response.is_success:
        raise refused(response)
    return _read(response, response.content, answer)


def _event(response: httpx.Response, data: str) -> Event:
    return _read(response, data.encode(), Event)


def _read(response: httpx.Response, data: bytes, answer: type[R]) -> R:
    try:
        return answer.model_validate_json(data)
    except ValidationError as bad:
        problem: dict[str, object] = {
            "code": "answer_unexpected",
            "detail": f"The server's answer is not what a studio says ({bad.error_count()} members are wrong).",
            "remedy": "Check that --server names a Cutroom studio of a matching version.",
        }
        raise ApiError(response.status_code, problem) from bad
