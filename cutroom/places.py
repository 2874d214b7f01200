"""Where things are: the data folder, and the studio that a command speaks to."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path

import httpx

from cutroom.client import AsyncClient
from cutroom.exits import Exit, Stopped, misuse
from cutroom.screen import Screen
from shared.errors import CutroomError

DEFAULT_URL = "http://127.0.0.1:8000"
_NOTE = "studio.json"


def data_folder(given: Path | None) -> Path:
    """Return the folder of the embedded studio: ``given``, else CUTROOM_DATA, else the user's own place for data."""
    if given is not None:
        return given.expanduser().absolute()
    if named := os.environ.get("CUTROOM_DATA"):
        return Path(named).expanduser().absolute()
    home = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(home).expanduser().absolute() / "cutroom"


def client_at(url: str) -> AsyncClient:
    """Return a client for the studio at ``url``, with the key of CUTROOM_API_KEY if it is set."""
    wrong = misuse(f"{url} is no address of a studio.", "Give it as http://host:port.")
    if not url.startswith(("http://", "https://")):
        raise wrong
    try:
        return AsyncClient(url.rstrip("/"), key=os.environ.get("CUTROOM_API_KEY"))
    except httpx.InvalidURL:
        raise wrong from None


async def server_url(given: str | None, data: Path) -> str:
    """Return the studio to speak to: ``given``, else CUTROOM_SERVER, else that on ``data``, else the usual address."""
    return given or os.environ.get("CUTROOM_SERVER") or await running_on(data) or DEFAULT_URL


async def running_on(data: Path) -> str | None:
    """Return the address of the studio that runs on ``data`` and answers."""
    try:
        url = str(json.loads((data / _NOTE).read_text())["url"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    async with client_at(url) as client:
        return url if await client.health() else None


@contextmanager
def announced(url: str, data: Path) -> Iterator[None]:
    """Leave a note of the running studio in its folder, so that other commands find it."""
    note = data / _NOTE
    part = note.with_suffix(".part")
    part.write_text(json.dumps({"url": url, "pid": os.getpid()}))
    part.replace(note)
    try:
        yield
    finally:
        note.unlink(missing_ok=True)


@asynccontextmanager
async def studio(server: str | None, data: Path, screen: Screen) -> AsyncIterator[AsyncClient]:
    """Give a client of the studio at ``server``, of the one that runs on ``data``, or of one started there for this."""
    url = server or os.environ.get("CUTROOM_SERVER") or await running_on(data)
    if url is not None:
        async with client_at(url) as client:
            yield client
        return
    async with embedded(data, screen) as client:
        yield client


@asynccontextmanager
async def embedded(data: Path, screen: Screen) -> AsyncIterator[AsyncClient]:
    """Give a client of a studio that is started on ``data`` and stopped afterwards. Raises Stopped where that fails."""
    from deploy.embedded import Studio

    screen.say(f"Starting the studio in {data}")
    async with AsyncExitStack() as stack:
        stack.enter_context(logged_to(data))
        try:
            started = await stack.enter_async_context(Studio(data))
        except CutroomError as error:
            raise Stopped(Exit.UNREACHABLE, error.code, error.message, error.remedy) from error
        yield await stack.enter_async_context(client_at(started.url))


@contextmanager
def logged_to(data: Path) -> Iterator[None]:
    """Write the studio's log to a file of its folder, away from the progress on the terminal."""
    from shared import log

    data.mkdir(parents=True, exist_ok=True)
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    log.configure("info", "json")
    with (data / "studio.log").open("w", encoding="utf-8") as file:
        for handler in root.handlers:
            if isinstance(handler, logging.StreamHandler):
                handler.setStream(file)
        try:
            yield
        finally:
            root.handlers[:] = before
            root.setLevel(level)
