"""Progress from the workers into the public log: the newest of each command, at most four times a second a job."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from services.gateway.domain.progress import SECONDS_BETWEEN, report
from services.gateway.handlers.jobs import apply, now
from services.gateway.store import jobs
from shared import log
from shared.bus import Delivery
from shared.contracts.envelope import Envelope, decode
from shared.contracts.events import StepProgress
from shared.db import Pool, transaction
from shared.signal import Signal

MOST_WAITING = 10_000
IDLE = 60.0
logger = log.get(__name__)


class Progress:
    """Keeps the newest report of each command until its job may be told of again."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._waiting: dict[str, dict[str, tuple[Envelope, StepProgress]]] = {}
        self._next: dict[str, float] = {}
        self._due = Signal()

    async def accept(self, delivery: Delivery) -> None:
        """Take a report from the bus; what is none, or one too many, is dropped: progress promises nothing."""
        try:
            envelope = decode(delivery.body)
            fact = envelope.event()
        except ValueError:
            logger.warning("progress.unreadable", topic=delivery.topic)
            return
        if not isinstance(fact, StepProgress) or envelope.commandid is None or len(self._waiting) >= MOST_WAITING:
            return
        self._waiting.setdefault(envelope.subject, {})[envelope.commandid] = (envelope, fact)
        self._due.set()

    async def run(self) -> None:
        """Write what waits as soon as it may be told, for ever."""
        clock = asyncio.get_running_loop().time
        while True:
            at = clock()
            self._next = {job_id: when for job_id, when in self._next.items() if when > at}
            for job_id in [j for j in self._waiting if j not in self._next]:
                self._next[job_id] = at + SECONDS_BETWEEN
                await self._tell(job_id, self._waiting.pop(job_id))
            soonest = min((self._next[j] for j in self._waiting if j in self._next), default=clock() + IDLE)
            await self._due.wait(max(soonest - clock(), 0.001))

    async def _tell(self, job_id: str, reports: dict[str, tuple[Envelope, StepProgress]]) -> None:
        try:
            async with transaction(self._pool) as connection:
                job = await jobs.lock(connection, job_id)
                at = now()
                told = await jobs.told_at(connection, job_id)
                if job is None or (told is not None and at - told < timedelta(seconds=SECONDS_BETWEEN)):
                    return
                before = job
                for envelope, fact in reports.values():
                    job = await apply(connection, job, report(job, envelope.commandid, fact, at), cause=envelope.id)
                if job != before:
                    await jobs.note_told(connection, job_id, at)
        except Exception as error:
            logger.warning("progress.dropped", job_id=job_id, error=f"{type(error).__name__}: {error}")
