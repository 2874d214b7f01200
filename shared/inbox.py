"""The inbox is the queue.

A consumer accepts: it inserts the message as a row under the message's id, so that a redelivery is a no-op. Workers
claim rows under a lease whose token fences every later write. SQL only; all functions take an open connection.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.bus import Delivery
from shared.contracts.envelope import Envelope, decode
from shared.db import Connection

ACCEPT = """
with place as (
    insert into inbox_tenants as t (tenant, priority, rank)
    select $5, $6, (select rank from inbox_clock where priority = $6)
    where not exists (select 1 from inbox where id = $1)
    on conflict (tenant, priority) do update
        set rank = greatest(t.rank + 1, (select rank from inbox_clock where priority = $6))
    returning rank)
insert into inbox (id, topic, type, subject, tenant, priority, body, lane, rank, state, ended_at)
select $1, $2, $3, $4, $5, $6, $7, $9, place.rank, $8, case when $8 = 'waiting' then null else now() end from place
on conflict (id) do nothing returning id
"""

CLAIM = """
with chosen as (
    select id, rank, priority from inbox where state = 'waiting' and lane = $3
    order by priority desc, rank, id limit 1 for update skip locked),
clock as (
    update inbox_clock set rank = chosen.rank from chosen
    where inbox_clock.priority = chosen.priority and inbox_clock.rank < chosen.rank)
update inbox set state = 'running', attempts = attempts + 1, lease = nextval('inbox_lease'),
    lease_until = now() + make_interval(secs => $1), owner = $2, error = null
from chosen where inbox.id = chosen.id
returning inbox.id, inbox.topic, inbox.body, inbox.attempts, inbox.lease
"""

RENEW = """
update inbox set lease_until = now() + make_interval(secs => $3)
where id = $1 and lease = $2 and state = 'running' returning cancel_requested
"""

END = """
update inbox set state = $3, error = $4, ended_at = now()
where id = $1 and lease = $2 and state = 'running' returning id
"""

AGAIN = """
update inbox set state = 'delayed', available_at = now() + make_interval(secs => $3), error = $4,
    attempts = attempts - case when $5 then 0 else 1 end
where id = $1 and lease = $2 and state = 'running' returning id
"""

RELEASE = """
update inbox set state = 'waiting', attempts = attempts - 1, lease_until = null, owner = null
where id = $1 and lease = $2 and state = 'running' returning id
"""

PROMOTE = "update inbox set state = 'waiting' where state = 'delayed' and available_at <= now()"

EXPIRED = """
select id, topic, body, attempts, lease, cancel_requested from inbox
where state = 'running' and lease_until < now() order by lease_until limit 20 for update skip locked
"""


class LeaseLost(Exception):
    """Another worker has taken the row over, or it was ended: nothing that this worker does counts any more."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A claimed row. ``lease`` is the fencing token; ``attempts`` counts this one."""

    id: str
    topic: str
    envelope: Envelope
    attempts: int
    lease: int


async def accept(
    connection: Connection, topic: str, envelope: Envelope, *, state: str = "waiting", lane: str = ""
) -> bool:
    """Insert the message as a row of ``lane``; tell whether it was new."""
    e = envelope
    row = await connection.fetchval(
        ACCEPT, e.id, topic, e.type, e.subject, e.tenant, e.priority, e.encode(), state, lane
    )
    return row is not None


async def bury(connection: Connection, delivery: Delivery, reason: str) -> None:
    """Keep a message that cannot be read as a dead letter."""
    await connection.execute(
        'insert into dead_letters (topic, partition, "offset", body, reason) values ($1, $2, $3, $4, $5)'
        ' on conflict (topic, partition, "offset") do nothing',
        delivery.topic, delivery.partition, delivery.offset, delivery.body, reason[:2000],
    )  # fmt: skip


async def claim(connection: Connection, lease_s: float, owner: str, lane: str = "") -> Claim | None:
    """Claim the next row of ``lane`` by priority, then fairly between tenants; the attempt counts from here on."""
    row = await connection.fetchrow(CLAIM, lease_s, owner, lane)
    if row is None:
        return None
    return Claim(row["id"], row["topic"], decode(row["body"]), row["attempts"], row["lease"])


async def renew(connection: Connection, claimed: Claim, lease_s: float) -> bool:
    """Prolong the lease; tell whether a cancel was asked for. Raises :class:`LeaseLost`."""
    row = await connection.fetchrow(RENEW, claimed.id, claimed.lease, lease_s)
    if row is None:
        raise LeaseLost(claimed.id)
    return bool(row["cancel_requested"])


async def end(connection: Connection, claimed: Claim, state: str, error: dict[str, object] | None = None) -> None:
    """End the row as ``done``, ``dead`` or ``cancelled``. Raises :class:`LeaseLost`, undoing the transaction."""
    if await connection.fetchval(END, claimed.id, claimed.lease, state, error) is None:
        raise LeaseLost(claimed.id)


async def delay(
    connection: Connection, claimed: Claim, seconds: float, error: dict[str, object], *, counted: bool = True
) -> None:
    """Put the row back, to be claimed again after ``seconds``; an attempt that is not ``counted`` is given back.

    Raises :class:`LeaseLost`.
    """
    if await connection.fetchval(AGAIN, claimed.id, claimed.lease, seconds, error, counted) is None:
        raise LeaseLost(claimed.id)


async def release(connection: Connection, claimed: Claim) -> None:
    """Put the row back on an orderly shutdown and give the attempt back. Raises :class:`LeaseLost`."""
    if await connection.fetchval(RELEASE, claimed.id, claimed.lease) is None:
        raise LeaseLost(claimed.id)


async def expired(connection: Connection) -> list[tuple[Claim, bool]]:
    """Lock rows whose worker has fallen silent; each with whether a cancel was asked for."""
    rows = await connection.fetch(EXPIRED)
    return [
        (Claim(r["id"], r["topic"], decode(r["body"]), r["attempts"], r["lease"]), bool(r["cancel_requested"]))
        for r in rows
    ]


async def promote(connection: Connection) -> None:
    """Let delayed rows whose time has come wait again."""
    await connection.execute(PROMOTE)


async def cancel(connection: Connection, ids: Sequence[str]) -> list[Envelope]:
    """Cancel waiting rows at once and ask for the running ones; return the envelopes of those that ended here.

    Ids that are not there yet are remembered, and their rows end when they arrive.
    """
    await connection.execute(
        "insert into inbox_cancelled (id) select unnest($1::text[]) on conflict do nothing", list(ids)
    )
    rows = await connection.fetch(
        "update inbox set state = 'cancelled', ended_at = now() where id = any($1::text[])"
        " and state in ('waiting', 'delayed') returning body",
        list(ids),
    )
    await connection.execute(
        "update inbox set cancel_requested = true where id = any($1::text[]) and state = 'running'", list(ids)
    )
    await connection.execute("select pg_notify('inbox_cancel', unnest($1::text[]))", list(ids))
    return [decode(row["body"]) for row in rows]


async def was_cancelled(connection: Connection, command_id: str) -> bool:
    """Tell whether a cancel for this command came before it."""
    return bool(await connection.fetchval("select exists (select 1 from inbox_cancelled where id = $1)", command_id))


async def forget(connection: Connection, days: float) -> int:
    """Delete what ended more than ``days`` ago; after that a redelivery would be handled again."""
    age = "now() - make_interval(secs => $1::double precision * 86400)"
    await connection.execute(f"delete from inbox_cancelled where at < {age}", days)
    tag: str = await connection.execute(f"delete from inbox where ended_at < {age}", days)
    return int(tag.rsplit(" ", 1)[-1])


async def depth(connection: Connection) -> dict[str, int]:
    """Count the rows that are not ended, by state."""
    rows = await connection.fetch("select state, count(*) as n from inbox where ended_at is null group by state")
    return {row["state"]: row["n"] for row in rows}
