"""The embedded studio: the five services in one process, with a database, a bus and a folder of their own."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.database import EmbeddedDatabase
from services.analyzer import app as analyzer
from services.analyzer.settings import AnalyzerSettings
from services.gateway import app as gateway
from services.gateway.settings import GatewaySettings
from services.lipsync import app as lipsync
from services.lipsync.settings import LipsyncSettings
from services.planner import app as planner
from services.planner.settings import PlannerSettings
from services.renderer import app as renderer
from services.renderer.settings import RendererSettings
from shared import ignored, log
from shared.blobs import FolderBlobs
from shared.bus import LocalBus
from shared.db import open_pool
from shared.errors import PermanentError
from shared.infra import Infra
from shared.service import Service
from shared.settings import Settings

NAMES = ("analyzer", "planner", "renderer", "lipsync", "gateway")
logger = log.get(__name__)


@dataclass(slots=True)
class Studio:
    """A whole studio in this process. ``async with Studio(data) as studio: studio.url``.

    ``port`` 0 takes a free one. Raises :class:`PermanentError` when another studio uses the data folder.
    """

    data: Path
    host: str = "127.0.0.1"
    port: int = 0
    url: str = ""
    services: dict[str, Service] = field(default_factory=dict)
    _stack: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)
    _running: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    async def wait(self) -> None:
        """Return when the studio ends by itself; raise what ended it."""
        if self._running is not None:
            await asyncio.shield(self._running)

    async def _start(self) -> None:
        ignored.warn(os.environ)
        self.data = self.data.absolute()
        self.data.mkdir(parents=True, exist_ok=True)
        self._stack.enter_context(_only_one(self.data))
        database = EmbeddedDatabase(self.data / "postgres")
        self._stack.callback(database.stop)
        await asyncio.to_thread(database.start)
        bus = LocalBus()
        for name in NAMES:
            infra = await self._infra(name, database.url(name), bus)
            self.services[name] = self._build(name, infra)
        self._stack.callback(self.services["gateway"].deafen)
        self.services["gateway"].listen()
        await asyncio.gather(*(service.prepare() for service in self.services.values()))
        self._running = asyncio.create_task(self._run())
        bound = asyncio.create_task(self.services["gateway"].bound.wait())
        await asyncio.wait([bound, self._running], return_when=asyncio.FIRST_COMPLETED)
        bound.cancel()
        if self._running.done():
            await self._running
        self.port = self.services["gateway"].port
        self.url = f"http://{self.host}:{self.port}"

    async def _infra(self, name: str, url: str, bus: LocalBus) -> Infra:
        scratch = self.data / "scratch"
        settings = Settings(database_url=url, bus="local", blobs_root=self.data / "blobs", scratch_dir=scratch)
        pool = await open_pool(url, settings.database_pool)
        self._stack.callback(pool.terminate)
        return Infra(settings, url, pool, bus, FolderBlobs(settings.blobs_root), scratch)

    def _build(self, name: str, infra: Infra) -> Service:
        builders: dict[str, Callable[[], Service]] = {
            "analyzer": lambda: analyzer.build(AnalyzerSettings(), infra),
            "planner": lambda: planner.build(PlannerSettings(), infra),
            "renderer": lambda: renderer.build(RendererSettings(), infra),
            "lipsync": lambda: lipsync.build(LipsyncSettings(), infra),
            "gateway": lambda: gateway.build(GatewaySettings(host=self.host, port=self.port), infra),
        }
        return builders[name]()

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for service in self.services.values():
                group.create_task(service.run())

    async def _stop(self) -> None:
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        await self._stack.aclose()


@contextlib.contextmanager
def _only_one(data: Path) -> Iterator[None]:
    handle = os.open(data / "studio.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as taken:
            raise PermanentError(
                f"Another studio is running on {data}.",
                code="data_in_use",
                remedy="Stop it, or give another folder with --data.",
            ) from taken
        yield
    finally:
        os.close(handle)


async def run_forever(
    data: Path, host: str, port: int, ready: Callable[[Studio], None], kind: type[Studio] = Studio
) -> None:
    """Run a studio until SIGINT or SIGTERM; ``ready`` is called once it answers."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with kind(data, host, port) as studio:
        ready(studio)
        told, ended = asyncio.create_task(stop.wait()), asyncio.create_task(studio.wait())
        await asyncio.wait([told, ended], return_when=asyncio.FIRST_COMPLETED)
        told.cancel()
        if ended.done():
            await ended
        ended.cancel()
