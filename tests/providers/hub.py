"""A model hub on a loopback port: serves folders as repositories, as the hub's own library asks for them."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Hub:
    """``repositories``: their folders by ``owner/name``; ``gated``: those that ask for a token."""

    repositories: dict[str, Path]
    gated: set[str] = field(default_factory=set)
    seen: list[str] = field(default_factory=list)
    url: str = ""

    async def about(self, request: Request) -> Response:
        """Tell what is in a repository."""
        folder = self._folder(request)
        if isinstance(folder, Response):
            return folder
        files = [{"rfilename": path.name, "size": path.stat().st_size} for path in sorted(folder.iterdir())]
        name = _name(request)
        return JSONResponse({"id": name, "modelId": name, "sha": COMMIT, "siblings": files, "private": False})

    async def tree(self, request: Request) -> Response:
        """List the files."""
        folder = self._folder(request)
        if isinstance(folder, Response):
            return folder
        return JSONResponse(
            [
                {"type": "file", "path": path.name, "size": path.stat().st_size, "oid": _digest(path)}
                for path in sorted(folder.iterdir())
            ]
        )

    async def resolve(self, request: Request) -> Response:
        """Give out a file, or tell its size."""
        folder = self._folder(request)
        if isinstance(folder, Response):
            return folder
        path = folder / request.path_params["file"]
        if not path.is_file():
            return _missing("EntryNotFound")
        self.seen.append(f"{request.method} {path.name}")
        headers = {"x-repo-commit": COMMIT, "etag": f'"{_digest(path)}"'}
        return FileResponse(path, headers=headers)

    def _folder(self, request: Request) -> Path | Response:
        name = _name(request)
        if name in self.gated:
            headers = {"x-error-code": "GatedRepo", "x-error-message": "Access to this model is restricted."}
            return JSONResponse({"error": "gated"}, 403, headers=headers)
        return self.repositories.get(name) or _missing("RepoNotFound")


def _name(request: Request) -> str:
    return f"{request.path_params['owner']}/{request.path_params['name']}"


def _missing(code: str) -> Response:
    return JSONResponse({"error": "not found"}, 404, headers={"x-error-code": code, "x-error-message": "not found"})


def _digest(path: Path) -> str:
    return hashlib.sha1(path.read_bytes()).hexdigest()


@contextlib.asynccontextmanager
async def hub_server(repositories: dict[str, Path], gated: set[str] | None = None) -> AsyncIterator[Hub]:
    """Serve on a free port while in the block."""
    hub = Hub(repositories, gated or set())
    routes = [
        Route("/api/models/{owner}/{name}", hub.about),
        Route("/api/models/{owner}/{name}/revision/{revision}", hub.about),
        Route("/api/models/{owner}/{name}/tree/{revision}", hub.tree),
        Route("/{owner}/{name}/resolve/{revision}/{file}", hub.resolve, methods=["GET", "HEAD"]),
    ]
    config = uvicorn.Config(
        Starlette(routes=routes), host="127.0.0.1", port=0, log_config=None, lifespan="off", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined] # the test's loop is not the server's
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    hub.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield hub
    finally:
        server.should_exit = True
        await running
