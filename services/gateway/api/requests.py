"""The outermost layer: a trace for every request, a line in the log, and an answer whatever happens inside."""

from __future__ import annotations

import re
import time

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.gateway.api.asgi import header, refuse
from services.gateway.api.problems import refusal_of
from services.gateway.handlers.tracing import traceparent
from shared import log
from shared.telemetry import child_traceparent, trace_id

logger = log.get(__name__)
QUIET = frozenset({"/api/healthz", "/health"})


class Requests:
    """Gives each request a span in the caller's trace or in a new one, and turns the unexpected into a problem."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, and see what becomes of it."""
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        parent = child_traceparent(header(scope, "traceparent"))
        traceparent.set(parent)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(service="gateway", trace_id=trace_id(parent))
        started = time.monotonic()
        status = 0

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"traceresponse", parent.encode())]
            elif message["type"] == "websocket.accept":
                status = 101
            await send(message)

        try:
            await self.app(scope, receive, noted)
        except ClientDisconnect:
            logger.info("request.abandoned", method=scope.get("method"), path=_shown(scope["path"]))
        except Exception as error:
            refusal = refusal_of(error)
            if refusal.status == 500 or status:
                logger.exception("request.failed", method=scope.get("method"), path=_shown(scope["path"]))
            if not status:
                await refuse(refusal, scope, receive, noted)
            elif scope["type"] == "http":
                raise
        finally:
            if scope["path"] not in QUIET:
                self._line(scope, status, time.monotonic() - started)

    def _line(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope.get("method", "WS")
        logger.info("request", method=method, path=_shown(scope["path"]), status=status, ms=round(seconds * 1000, 1))


def _shown(path: str) -> str:
    """Return a path for the log, without the signature that stands in links to films for streaming."""
    return re.sub(r"^(/hls/[^/]*)/[^/]*", r"\1/-", path)
