"""What people order: starting, stopping and repeating jobs. All of it happens inside the caller's transaction."""

from __future__ import annotations

from datetime import UTC, datetime

from services.gateway.domain import flow
from services.gateway.domain.flow import Decision
from services.gateway.domain.job import Job, JobDraft, JobError
from services.gateway.domain.refusal import conflict, not_found
from services.gateway.domain.steps import Order
from services.gateway.handlers import projects
from services.gateway.handlers.origin import origin
from services.gateway.handlers.tracing import traceparent
from services.gateway.handlers.uploads import unused
from services.gateway.store import events, jobs
from shared import log, outbox
from shared.contracts.envelope import Envelope
from shared.contracts.topics import JOB_EVENTS
from shared.db import Connection
from shared.messages import order

SERVICE = "gateway"
logger = log.get(__name__)


def now() -> datetime:
    """Return the present time."""
    return datetime.now(UTC)


async def start_job(connection: Connection, draft: JobDraft) -> Job:
    """Make a job, its first events and its first orders. Its trace is the request's, unless the draft names one.

    A request that repeats one which made its job and died before its answer was kept gets that job.
    """
    repeated = origin.get()
    name = repeated.next() if repeated else None
    begun = await jobs.by_origin(connection, name) if name else None
    if begun is not None:
        return begun
    if draft.traceparent is None:
        draft = draft.model_copy(update={"traceparent": traceparent.get()})
    decision = flow.start(draft, now())
    await jobs.insert(connection, decision.job, name)
    return await apply(connection, decision.job, decision, cause=None)


async def cancel_job(connection: Connection, account: str, job_id: str) -> Job:
    """Stop a job for good, or say how it ended. Raises 404, and 409 ``job_ended`` for one that ended otherwise."""
    job = await _own(connection, account, job_id)
    if job.status in ("completed", "failed"):
        raise conflict("job_ended", f"The job is {job.status} already.", remedy="Nothing needs to be stopped.")
    return await apply(connection, job, flow.cancel(job, now()), cause=None)


async def retry_job(connection: Connection, account: str, job_id: str) -> Job:
    """Begin again at the first unfinished step. Raises 404, and 409 unless the job failed or was cancelled.

    Also 409 ``upload_gone`` for an upload that never became an asset: it was removed.
    """
    job = await _own(connection, account, job_id)
    if job.status not in ("failed", "cancelled"):
        raise conflict(
            "job_not_retryable",
            f"The job is {job.status}; only a failed or cancelled one can be retried.",
            remedy="Wait for its end, or start a new job.",
        )
    if unused(job):
        raise conflict("upload_gone", "The file of this job is not kept.", remedy="Send the file again.")
    return await apply(connection, job, flow.retry(job, now()), cause=None)


async def end_job(connection: Connection, job_id: str, error: JobError) -> Job | None:
    """Fail a job for a reason outside its steps; one that has ended stays as it is."""
    job = await jobs.lock(connection, job_id)
    if job is None:
        return None
    return await apply(connection, job, flow.fail(job, error, now()), cause=None)


async def apply(connection: Connection, before: Job, decision: Decision, *, cause: str | None) -> Job:
    """Write a decision: the job, its log, the messages and the effects. The job's row must be locked or new.

    A render is only ordered with the consent of whoever is to be seen in it, so that is looked at here again.
    """
    decision = await _consented(connection, decision)
    await jobs.save(connection, before, decision.job)
    if decision.job.status != before.status or before.last_seq == 0:
        logger.info("job", job_id=before.id, kind=before.kind, status=decision.job.status, run=decision.job.run)
    job, told = await events.append(connection, decision.job, decision.events, cause)
    for effect in decision.effects:
        await projects.apply_effect(connection, effect)
    orders = [(sent.topic, _order(job, sent, cause)) for sent in decision.orders]
    await outbox.put_all(connection, [*((JOB_EVENTS, envelope) for envelope in told), *orders])
    return job


def _order(job: Job, sent: Order, cause: str | None) -> Envelope:
    return order(
        SERVICE, job.id, sent.command, message_id=sent.id, tenant=job.account, priority=job.priority,
        traceparent=job.traceparent, cause=cause,
    )  # fmt: skip


async def _consented(connection: Connection, decision: Decision) -> Decision:
    for step in decision.renders:
        refused = await projects.refusal(connection, decision.job, step)
        if refused is not None:
            return flow.refuse(decision, refused, now())
    return decision


async def _own(connection: Connection, account: str, job_id: str) -> Job:
    job = await jobs.lock(connection, job_id)
    if job is None or job.account != account:
        raise not_found("job")
    return job
