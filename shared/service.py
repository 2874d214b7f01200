"""The runtime of a service: what it consists of, and running it until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from socket import socket
from typing import Any

from pydantic import BaseModel

from shared import consumer, inbox, log, outbox, signal
from shared.bus import Accept
from shared.db import AWAY, migrate_service, transaction
from shared.ending import Ending, OnEnd, Rules
from shared.infra import Infra
from shared.step import Handler
from shared.telemetry import QUEUE_DEPTH
from shared.web import listen, serve
from shared.worker import Worker

logger = log.get(__name__)
Background = Callable[[], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Subscription:
    """One topic that a service reads. ``answers``: what cannot be understood is answered with ``StepFailed``."""

    topic: str
    models: Mapping[str, type[BaseModel]]
    answers: bool = True


@dataclass(slots=True)
class Service:
    """A service as data: ``app.build`` returns it, the runtime runs it.

    ``subscriptions`` feed the inbox; ``handlers`` work on it by message name, ``concurrency`` at once. A message named
    in ``lanes`` has workers of its own, as many as it says: quick work never waits behind long work. ``lossy`` is
    called straight from the bus; ``listeners`` are called for NOTIFYs of the service's database; ``background`` runs
    beside the workers; ``web`` is an ASGI application, served on ``host`` and ``port`` (0: any free one, told by
    ``bound`` once it listens).
    """

    name: str
    infra: Infra
    subscriptions: Sequence[Subscription]
    handlers: Mapping[str, tuple[type[BaseModel], Handler]]
    migrations: Path
    concurrency: int = 1
    lanes: Mapping[str, int] = field(default_factory=dict)
    lossy: Mapping[str, Accept] = field(default_factory=dict)
    listeners: Mapping[str, Callable[[str], None]] = field(default_factory=dict)
    background: Sequence[Background] = ()
    on_end: OnEnd | None = None
    web: Any = None
    host: str = "127.0.0.1"
    port: int = 0
    bound: asyncio.Event = field(default_factory=asyncio.Event)
    ready: bool = False
    _listener: socket | None = None

    def listen(self) -> None:
        """Open the port of ``web``. Raises PermanentError; call it before anything begins that would have to be ended.

        Whoever connects waits until the service runs.
        """
        if self.web is not None and self._listener is None:
            self._listener = listen(self.host, self.port)

    def deafen(self) -> None:
        """Close the port again, where the service never came to run."""
        if self._listener is not None:
            self._listener.close()

    async def prepare(self) -> None:
        """Bring the database up to date and subscribe; call it before the bus starts."""
        infra = self.infra
        await migrate_service(infra.pool, self.name, [self.migrations] if self.migrations.is_dir() else [])
        await asyncio.to_thread(_clear, infra.scratch / self.name)
        group = f"cutroom.{self.name}"
        for wanted in self.subscriptions:
            accept = consumer.acceptor(infra.pool, self.name, wanted.models, answers=wanted.answers, lanes=self.lanes)
            infra.bus.subscribe(wanted.topic, group, accept)
        for topic, accept in self.lossy.items():
            infra.bus.subscribe_lossy(topic, f"{group}.progress", accept)

    async def run(self) -> None:
        """Work until cancelled."""
        self.listen()
        infra, settings = self.infra, self.infra.settings
        rules = Rules(settings.lease_seconds, settings.max_attempts, settings.retry_base_seconds)
        ending = Ending(self.name, infra.pool, rules, self.on_end)
        crew = [
            Worker(self.name, infra.pool, infra.bus, self.handlers, infra.scratch, ending, rules, lane, concurrency)
            for lane, concurrency in {"": self.concurrency, **self.lanes}.items()
        ]
        outgoing = signal.Signal()
        channels: dict[str, signal.Listener] = {
            "inbox": lambda _: _wake(crew),
            "outbox": lambda _: outgoing.set(),
            "inbox_cancel": lambda command: _cancel(crew, command),
            **self.listeners,
        }
        async with asyncio.TaskGroup() as group:
            group.create_task(signal.listen(infra.database_url, channels))
            group.create_task(outbox.relay(infra.database_url, infra.bus, outgoing))
            group.create_task(self._housekeep(ending, crew))
            for worker in crew:
                group.create_task(worker.run())
            for work in self.background:
                group.create_task(work())
            if self.web is not None:
                group.create_task(serve(self.web, self.host, self.port, self._listening, self._listener))
            self.ready = True
            logger.info("service.ready", service=self.name)

    def _listening(self, port: int) -> None:
        self.port = port
        self.bound.set()

    async def health(self) -> dict[str, bool]:
        """Ask what the service stands on whether it answers."""
        return {"database": await self._database_answers(), "bus": self.infra.bus.ready(), "media": await self._media()}

    async def _database_answers(self) -> bool:
        with contextlib.suppress(*AWAY, TimeoutError):
            async with asyncio.timeout(2), self.infra.pool.acquire() as connection:
                return bool(await connection.fetchval("select true"))
        return False

    async def _media(self) -> bool:
        try:
            async with asyncio.timeout(2):
                await self.infra.blobs.check()
        except Exception:
            return False
        return True

    async def _housekeep(self, ending: Ending, crew: Sequence[Worker]) -> None:
        forget_at = 0.0
        while True:
            try:
                await ending.sweep()
                async with transaction(self.infra.pool) as connection:
                    for state, rows in (await inbox.depth(connection)).items():
                        QUEUE_DEPTH.labels(self.name, state).set(rows)
                    if time.monotonic() > forget_at:
                        await inbox.forget(connection, self.infra.settings.keep_days)
                        forget_at = time.monotonic() + 3600
            except (*AWAY, TimeoutError) as away:
                logger.warning("housekeeping.waits", error=f"{type(away).__name__}: {away}")
            _wake(crew)
            await asyncio.sleep(min(1.0, self.infra.settings.lease_seconds / 4))


def _wake(crew: Sequence[Worker]) -> None:
    for worker in crew:
        worker.wake.set()


def _cancel(crew: Sequence[Worker], command_id: str) -> None:
    for worker in crew:
        worker.cancel_requested(command_id)


def _clear(folder: Path, older_than_s: float = 86400.0) -> None:
    """Remove scratch folders that a killed process left behind."""
    if not folder.is_dir():
        return
    for entry in folder.iterdir():
        with contextlib.suppress(OSError):
            if entry.stat().st_mtime < time.time() - older_than_s:
                shutil.rmtree(entry, ignore_errors=True)
