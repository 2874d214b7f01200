"""SQL over jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.gateway.domain.job import Job, JobKind, JobStatus
from shared.db import Connection

_COLUMNS = """
j.id, j.account, j.kind, j.status, j.percent, j.eta_seconds, j.cost_usd, j.priority, j.run, j.project_id, j.asset_id,
j.input, j.state, j.result, j.error, j.traceparent, j.last_seq, j.created_at, j.started_at, j.ended_at, j.steps
"""
GET = f"select {_COLUMNS} from jobs j where j.id = $1"
LOCK = f"{GET} for update"
LIST = f"""
select {_COLUMNS} from jobs j
where j.account = $1 and ($2::text is null or j.id < $2) and ($3::text is null or j.kind = $3)
  and ($4::text is null or j.status = $4) and ($5::text is null or j.project_id = $5)
order by j.id desc limit $6
"""
INSERT = """
insert into jobs (id, account, kind, status, percent, priority, run, project_id, asset_id, input, state, result,
    traceparent, created_at, ended_at, origin, steps)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
"""
UPDATE = """
update jobs set status = $2, percent = $3, eta_seconds = $4, cost_usd = $5, run = $6, state = $7, result = $8,
    error = $9, started_at = $10, ended_at = $11, steps = $12 where id = $1
"""


@dataclass(frozen=True, slots=True)
class Filter:
    """What to list; null means any."""

    kind: JobKind | None = None
    status: JobStatus | None = None
    project: str | None = None


async def insert(connection: Connection, job: Job, origin: str | None = None) -> None:
    """Add a new job; ``origin`` names the request that made it, once."""
    dumped = job.model_dump(mode="json")
    await connection.execute(
        INSERT, job.id, job.account, job.kind, job.status, job.percent, job.priority, job.run, job.project_id,
        job.asset_id, dumped["input"], dumped["state"], dumped["result"], job.traceparent, job.created_at, job.ended_at,
        origin, dumped["steps"],
    )  # fmt: skip


async def get(connection: Connection, job_id: str) -> Job | None:
    """Return the job as it is now."""
    row = await connection.fetchrow(GET, job_id)
    return _job(row) if row else None


async def by_origin(connection: Connection, origin: str) -> Job | None:
    """Return the job that a request has made, unless it failed or was cancelled: that one is let go of."""
    await connection.execute(
        "update jobs set origin = null where origin = $1 and status in ('failed', 'cancelled')", origin
    )
    job_id = await connection.fetchval("select id from jobs where origin = $1", origin)
    return await get(connection, job_id) if job_id else None


async def lock(connection: Connection, job_id: str) -> Job | None:
    """Return the job, its row locked until the end of the transaction: whatever changes a job begins with this."""
    row = await connection.fetchrow(LOCK, job_id)
    return _job(row) if row else None


async def save(connection: Connection, before: Job, after: Job) -> None:
    """Write what differs. The row must be locked."""
    if after == before:
        return
    dumped = after.model_dump(mode="json", include={"state", "result", "error", "steps"})
    await connection.execute(
        UPDATE, after.id, after.status, after.percent, after.eta_seconds, after.cost_usd, after.run, dumped["state"],
        dumped["result"], dumped["error"], after.started_at, after.ended_at,
        dumped["steps"],
    )  # fmt: skip


async def list_jobs(connection: Connection, account: str, wanted: Filter, after: str | None, limit: int) -> list[Job]:
    """Return the account's jobs, newest first, older than the id ``after``."""
    rows = await connection.fetch(LIST, account, after, wanted.kind, wanted.status, wanted.project, limit)
    return [_job(row) for row in rows]


async def told_at(connection: Connection, job_id: str) -> datetime | None:
    """Return when progress of the job was last put into its log."""
    at: datetime | None = await connection.fetchval("select told_at from jobs where id = $1", job_id)
    return at


async def note_told(connection: Connection, job_id: str, at: datetime) -> None:
    """Remember when progress was put into the log."""
    await connection.execute("update jobs set told_at = $2 where id = $1", job_id, at)


def _job(row: Mapping[str, Any]) -> Job:
    return Job.model_validate(dict(row))
