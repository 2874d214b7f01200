"""Layers around the application: what they share."""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.types import Message, Receive, Scope, Send

from services.gateway.api.problems import problem
from services.gateway.domain.refusal import Refusal

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


async def refuse(refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request, or a WebSocket that asks to be opened, with a problem document."""
    response = problem(refusal, scope["path"])
    if scope["type"] == "http":
        await response(scope, receive, send)
    elif "websocket.http.response" in scope.get("extensions", {}):
        await response({**scope, "type": "websocket"}, receive, send)
    else:
        await send({"type": "websocket.close", "code": 1008, "reason": refusal.code})


def header(scope: Scope, name: str) -> str | None:
    """Return a header of the request."""
    return HTTPConnection(scope).headers.get(name)


def replayed(body: bytes, receive: Receive) -> Receive:
    """Return a ``receive`` that gives ``body`` first and then what is left, such as the disconnect."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
