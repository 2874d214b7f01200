"""What a handler holds while it works on one message."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared import inbox, outbox
from shared.bus import Bus, Message
from shared.contracts.envelope import Envelope
from shared.contracts.events import Event, StepProgress
from shared.contracts.topics import JOB_PROGRESS, STEP_EVENTS
from shared.db import Connection, Pool, transaction
from shared.log import Log
from shared.messages import answer

DATABASE_PATIENCE_S = 300.0
PROGRESS_EVERY_S = 0.2

Handler = Callable[[Any, "Step"], Awaitable[None]]


@dataclass(slots=True)
class Finish:
    """The transaction that ends a step: own rows through ``connection``, facts through :meth:`emit`."""

    connection: Connection
    service: str
    cause: Envelope

    async def emit(self, fact: Event) -> None:
        """Publish a fact that answers the step's command."""
        await outbox.put(self.connection, STEP_EVENTS, answer(self.service, self.cause, fact))

    async def send(self, topic: str, envelope: Envelope) -> None:
        """Publish any other message."""
        await outbox.put(self.connection, topic, envelope)


class Step:
    """One claimed message with its lease, scratch folder and progress."""

    def __init__(self, service: str, claim: inbox.Claim, pool: Pool, bus: Bus, scratch: Path, logger: Log) -> None:
        self.service = service
        self.envelope = claim.envelope
        self.job_id = claim.envelope.subject
        self.tenant = claim.envelope.tenant
        self.command_id = claim.id
        self.attempt = claim.attempts
        self.scratch = scratch
        self.log = logger
        self.finished = False
        self._claim = claim
        self._pool = pool
        self._bus = bus
        self._told = 0.0
        self._telling: set[asyncio.Task[None]] = set()

    def progress(self, fraction: float, detail: dict[str, float | int | str] | None = None) -> None:
        """Tell how far the step is, 0..1. Cheap and lossy: most calls between two of the bus's are dropped."""
        now = time.monotonic()
        if now - self._told < PROGRESS_EVERY_S and fraction < 1.0:
            return
        self._told = now
        fact = StepProgress(fraction=min(max(fraction, 0.0), 1.0), detail=detail or {})
        envelope = answer(self.service, self.envelope, fact)
        task = asyncio.get_running_loop().create_task(
            self._bus.publish_lossy(Message(JOB_PROGRESS, self.job_id, envelope.encode()))
        )
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    @asynccontextmanager
    async def finish(self) -> AsyncIterator[Finish]:
        """Open the one transaction that ends the step; wait for a database that is away.

        Raises :class:`shared.inbox.LeaseLost`, and changes nothing, when another worker has taken the step over.
        """
        async with transaction(self._pool, DATABASE_PATIENCE_S) as connection:
            yield Finish(connection, self.service, self.envelope)
            await inbox.end(connection, self._claim, "done")
        self.finished = True
