"""SQL over the answers that are kept for writes with an Idempotency-Key."""

from __future__ import annotations

from dataclasses import dataclass

from shared.db import Connection

CHANNEL = "idempotency"
OF = "account = $1 and method = $2 and path = $3 and key = $4"
OLD = "i.created_at < now() - make_interval(secs => $8)"

CLAIM = f"""
insert into idempotency as i (account, method, path, key, body_hash, owner, origin, lease_until)
values ($1, $2, $3, $4, $5, $6, $6, now() + make_interval(secs => $7))
on conflict (account, method, path, key) do update
    set body_hash = excluded.body_hash, owner = excluded.owner, lease_until = excluded.lease_until,
        status = null, headers = null, body = null,
        origin = case when {OLD} or i.body_hash <> excluded.body_hash then excluded.origin else i.origin end,
        created_at = case when {OLD} then now() else i.created_at end
    where (i.status is null and i.lease_until <= now()) or {OLD}
returning origin
"""


@dataclass(frozen=True, slots=True)
class Slot:
    """What a key is unique within."""

    account: str
    method: str
    path: str
    key: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What is there for a slot; ``status`` is null while the first is at work, ``body_hash`` until it is known."""

    body_hash: str | None
    status: int | None
    headers: list[tuple[str, str]]
    body: bytes


async def claim(
    connection: Connection, slot: Slot, owner: str, body_hash: str | None, *, lease_s: float, keep_s: float
) -> str | None:
    """Become the first for ``slot``, also after one that has died or is too old; null when somebody else is.

    The answer names the work: it is the same for whoever takes over after a death, with the same body.
    """
    mine: str | None = await connection.fetchval(
        CLAIM, slot.account, slot.method, slot.path, slot.key, body_hash, owner, lease_s, keep_s
    )
    return mine


async def find(connection: Connection, slot: Slot) -> Kept | None:
    """Return what is there for ``slot``."""
    row = await connection.fetchrow(
        f"select body_hash, status, headers, body from idempotency where {OF}",
        slot.account, slot.method, slot.path, slot.key,
    )  # fmt: skip
    if row is None:
        return None
    return Kept(row["body_hash"], row["status"], [(k, v) for k, v in row["headers"] or ()], row["body"] or b"")


async def renew(connection: Connection, slot: Slot, owner: str, lease_s: float) -> None:
    """Prolong the lease of the request at work."""
    await connection.execute(
        f"update idempotency set lease_until = now() + make_interval(secs => $6)"
        f" where {OF} and owner = $5 and status is null",
        slot.account, slot.method, slot.path, slot.key, owner, lease_s,
    )  # fmt: skip


async def keep(connection: Connection, slot: Slot, owner: str, answer: Kept) -> None:
    """Keep the answer and wake who waits for it."""
    await connection.execute(
        "update idempotency set body_hash = $6, status = $7, headers = $8, body = $9, lease_until = null"
        f" where {OF} and owner = $5 and status is null",
        slot.account, slot.method, slot.path, slot.key, owner, answer.body_hash, answer.status,
        [list(pair) for pair in answer.headers], answer.body,
    )  # fmt: skip
    await connection.execute("select pg_notify($1, $2)", CHANNEL, slot.key)


async def release(connection: Connection, slot: Slot, owner: str, body_hash: str | None) -> None:
    """Give the slot up without an answer, so that the next request is the first again."""
    await connection.execute(
        f"update idempotency set lease_until = now(), body_hash = $6 where {OF} and owner = $5 and status is null",
        slot.account, slot.method, slot.path, slot.key, owner, body_hash,
    )  # fmt: skip
    await connection.execute("select pg_notify($1, $2)", CHANNEL, slot.key)


async def forget(connection: Connection, keep_s: float) -> None:
    """Delete answers older than ``keep_s``."""
    await connection.execute(
        "delete from idempotency where created_at < now() - make_interval(secs => $1)"
        " and (lease_until is null or lease_until < now())",
        keep_s,
    )
