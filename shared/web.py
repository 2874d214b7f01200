"""Serving HTTP inside a service's task group: uvicorn without its signal handling."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from errno import EADDRINUSE
from socket import AI_PASSIVE, SOCK_STREAM, create_server, getaddrinfo, socket
from typing import Any

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from shared.errors import PermanentError

BACKLOG = 2048
Health = Callable[[], Awaitable[dict[str, bool]]]
FAREWELL_S = 2.0
"""How long readers that have been let go may take to end by themselves, before their connections are closed."""


class _Server(uvicorn.Server):
    """The service's own task group decides when to stop, so uvicorn must not take the signals."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """Take nobody new and let readers end by themselves first: uvicorn closes WebSockets with a code of its own."""
        for listener in self.servers:
            listener.close()
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=FAREWELL_S)
        await super().shutdown(sockets)


async def serve(
    app: Any, host: str, port: int, listening: Callable[[int], None] | None = None, listener: socket | None = None
) -> None:
    """Serve an ASGI application until cancelled; ``listening`` is told the port, also when 0 asked for any free one.

    ``listener``: what :func:`listen` has opened there. Raises what that raises.
    """
    opened = await asyncio.to_thread(listen, host, port) if listener is None else listener
    config = uvicorn.Config(
        app, host=host, port=port, log_config=None, access_log=False, lifespan="on", timeout_graceful_shutdown=3,
        server_header=False, ws="websockets-sansio", timeout_keep_alive=75, backlog=BACKLOG,
    )  # fmt: skip
    server = _Server(config)
    # Opened by us: uvicorn would end the whole process where it cannot.
    task = asyncio.create_task(server.serve(sockets=[opened]))
    try:
        while not server.started and not task.done():  # noqa: ASYNC110 uvicorn has no event for it
            await asyncio.sleep(0.01)
        if server.started and listening is not None:
            listening(server.servers[0].sockets[0].getsockname()[1])
        await asyncio.shield(task)
    except asyncio.CancelledError:
        server.should_exit = True
        await task
        raise
    if not task.cancelled() and not server.started:
        raise OSError(f"cannot serve on {host}:{port}")


def listen(host: str, port: int) -> socket:
    """Open a port for listening; whoever connects waits until it is served.

    Raises PermanentError ``port_in_use`` or ``address_unusable`` where that cannot be.
    """
    try:
        family, _, _, _, address = getaddrinfo(host, port, type=SOCK_STREAM, flags=AI_PASSIVE)[0]
        return create_server((str(address[0]), port), family=family, backlog=BACKLOG)
    except OSError as refused:
        if refused.errno == EADDRINUSE:
            message = f"Another program listens on {host}:{port}."
            remedy = "Stop it, or choose another port (`cutroom up --port 8001`; 0 takes a free one)."
            raise PermanentError(message, code="port_in_use", remedy=remedy) from refused
        message = f"Nobody can listen on {host}:{port} here: {refused.strerror or refused}."
        remedy = "Choose an address of this machine, and a port over 1023 or the right to use a lower one."
        raise PermanentError(message, code="address_unusable", remedy=remedy) from refused


def health_app(service: str, health: Health, ready: Callable[[], bool]) -> Starlette:
    """Return ``/live``, ``/ready`` (503 with the part that is away) and ``/metrics`` for a service without an API."""

    async def live(_: Request) -> Response:
        return JSONResponse({"status": "ok", "service": service})

    async def is_ready(_: Request) -> Response:
        parts = await health()
        well = ready() and all(parts.values())
        return JSONResponse(
            {"status": "ok" if well else "unavailable", "service": service, **parts}, 200 if well else 503
        )

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return Starlette(routes=[Route("/live", live), Route("/ready", is_ready), Route("/metrics", metrics)])
