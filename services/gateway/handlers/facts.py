"""What the worker services have done: one handler for every fact, because the flow decides what it means."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from services.gateway.domain import flow
from services.gateway.domain.effects import Prepared
from services.gateway.domain.endings import blamed
from services.gateway.domain.job import Job
from services.gateway.domain.unwanted import unwanted
from services.gateway.handlers import imports, projects
from services.gateway.handlers.jobs import apply, now
from services.gateway.handlers.uploads import remember, remove
from services.gateway.store import jobs
from shared import log
from shared.blobs import Blobs
from shared.contracts.envelope import Envelope
from shared.contracts.events import Event, StepCancelled, StepFailed, TimelineImported
from shared.db import Connection, Pool
from shared.errors import TransientError
from shared.step import Step

PATIENCE = 300.0
PAUSE = 1.0
logger = log.get(__name__)


def on_fact(pool: Pool, blobs: Blobs) -> Callable[[Event, Step], Awaitable[None]]:
    """Return the handler of facts."""

    async def handle(fact: Event, step: Step) -> None:
        """Read what the fact points to, then decide and write under the job's lock."""
        async with pool.acquire() as connection:
            seen = await jobs.get(connection, step.job_id)
        awaited = seen is not None and _awaited(seen, step.envelope)
        prepared = await _prepared(pool, blobs, seen, fact) if seen and awaited else Prepared()
        async with step.finish() as done:
            job = await jobs.lock(done.connection, step.job_id)
            if job is None:
                logger.warning("fact.of_no_job", type=step.envelope.type)
                return
            decision = flow.decide(job, step.envelope.commandid, fact, prepared, now())
            after = await apply(done.connection, job, decision, cause=step.envelope.id)
            gone = unwanted(after, step.envelope.commandid, fact)
            await remember(done.connection, gone)
        await remove(blobs, gone)

    return handle


async def on_given_up(connection: Connection, envelope: Envelope, fact: StepFailed | StepCancelled) -> None:
    """End the job whose fact could not be handled: otherwise it would wait for ever."""
    job = await jobs.lock(connection, envelope.subject)
    if job is None or isinstance(fact, StepCancelled):
        return
    step = next((s for s in job.steps if s.command_id == envelope.commandid), None)
    if step is None or step.status == "completed":
        return
    await apply(connection, job, flow.fail(job, blamed(step.name, fact), now(), fact), cause=envelope.id)


async def _prepared(pool: Pool, blobs: Blobs, job: Job, fact: Event) -> Prepared:
    """Read the documents, waiting for an object store that is away: the work that was done must not be lost for it."""
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while True:
        try:
            if isinstance(fact, TimelineImported):
                return await imports.linked(pool, blobs, job, fact)
            return await projects.prepare(blobs, job, fact)
        except TransientError as away:
            if asyncio.get_running_loop().time() > deadline:
                raise
            logger.warning("fact.waits", error=away.message)
            await asyncio.sleep(PAUSE)


def _awaited(job: Job, envelope: Envelope) -> bool:
    return not job.ended and any(s.command_id == envelope.commandid and s.status != "completed" for s in job.steps)
