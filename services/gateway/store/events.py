"""The public event log of jobs: rows that are only ever added, numbered from 1 without a gap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.gateway.domain.job import Job
from services.gateway.domain.public import PREFIX, TERMINAL, Told, sealed
from shared.contracts.envelope import Envelope
from shared.db import Connection

CHANNEL = "job_events"
TERMINAL_TYPES = frozenset(PREFIX + name for name in TERMINAL)

ADD = """
with added as (
    insert into job_events (job_id, seq, id, type, time, body)
    select $1, * from unnest($2::int[], $3::text[], $4::text[], $5::timestamptz[], $6::text[])),
numbered as (update jobs set last_seq = $7 where id = $1)
select pg_notify($8, $1)
"""
AFTER = """
select j.last_seq, j.status in ('completed', 'failed', 'cancelled') as ended, e.seq, e.type, e.body
from jobs j left join lateral (
    select seq, type, body from job_events where job_id = j.id and seq > $2 order by seq limit $3) e on true
where j.id = $1 order by e.seq
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of the log; ``body`` is the CloudEvent as it was published."""

    seq: int
    type: str
    body: str


@dataclass(frozen=True, slots=True)
class Page:
    """What follows in a log, and whether that is all there will be."""

    entries: list[Entry]
    last_seq: int
    ended: bool


async def append(
    connection: Connection, job: Job, events: Sequence[Told], cause: str | None
) -> tuple[Job, list[Envelope]]:
    """Add ``events`` to the log of ``job``; return the job and what to publish.

    The job's row must be locked and ``job`` read since, or new: its ``last_seq`` is what numbers go on from. Listeners
    of this database are woken when the transaction commits.
    """
    if not events:
        return job, []
    envelopes = [sealed(event, job, job.last_seq + i, cause=cause) for i, event in enumerate(events, 1)]
    last = job.last_seq + len(events)
    await connection.execute(
        ADD, job.id, [e.sequence for e in envelopes], [e.id for e in envelopes], [e.type for e in envelopes],
        [e.time for e in envelopes], [e.encode().decode() for e in envelopes], last, CHANNEL,
    )  # fmt: skip
    return job.model_copy(update={"last_seq": last}), envelopes


async def after(connection: Connection, job_id: str, seq: int, limit: int = 500) -> Page:
    """Return what follows ``seq`` in the log, at most ``limit`` entries."""
    rows = await connection.fetch(AFTER, job_id, seq, limit)
    entries = [Entry(row["seq"], row["type"], row["body"]) for row in rows if row["seq"] is not None]
    if not rows:
        return Page([], 0, ended=True)
    return Page(entries, rows[0]["last_seq"], ended=bool(rows[0]["ended"]))


async def lines(connection: Connection, job_id: str) -> list[str]:
    """Return the messages that were logged for people, oldest first."""
    rows = await connection.fetch(
        "select body::jsonb #>> '{data,message}' as line from job_events where job_id = $1 and type = $2 order by seq",
        job_id, PREFIX + "log",
    )  # fmt: skip
    return [row["line"] for row in rows]
