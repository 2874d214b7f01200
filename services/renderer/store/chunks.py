"""Chunks: who draws which, under a lease, and which are kept. A key that is kept is never drawn again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from shared.contracts.blob import BlobRef
from shared.contracts.commands import RenderTimeline
from shared.db import Connection

OFFER = """
insert into chunks (key, command_id, place)
select key, $2, place from unnest($1::text[], $3::int[]) as wanted (key, place) order by key
on conflict (key) do update set command_id = $2, place = excluded.place where chunks.state <> 'kept'
"""

CLAIM = """
with chosen as (
    select key from chunks where key = any($1::text[])
    and (state = 'waiting' or state = 'drawing' and lease_until < now()) order by key for update skip locked)
update chunks set state = 'drawing', attempts = attempts + 1, lease = nextval('chunk_lease'), owner = $2,
    lease_until = now() + make_interval(secs => $3)
from chosen where chunks.key = chosen.key returning chunks.key, chunks.lease
"""

READY = """
with chosen as (select key from chunks where key = any($1::text[]) and state = 'kept' order by key for update)
update chunks set used_at = now() from chosen where chunks.key = chosen.key returning chunks.key
"""

KEEP = """
update chunks set state = 'kept', file = $3, figures = $4, frames = $5, crc = $6, bytes = $7, lease_until = null,
    used_at = now()
where key = $1 and lease = $2 and state = 'drawing' returning key
"""

TELL = "select pg_notify('chunks', '')"
"""Wakes, in every replica, those who could draw a chunk that waits, and those who wait for one that is drawn."""

OTHERS = """
select c.key, c.command_id, c.place, o.command, o.parallel from chunks c join chunk_orders o using (command_id)
where c.place >= 0 and (c.state = 'waiting' or c.state = 'drawing' and c.lease_until < now())
and o.alive_until > now() and o.owner <> $1 and c.attempts < $2
and (c.command_id, c.place) not in (select * from unnest($3::text[], $4::int[]))
order by o.priority desc, o.created_at, c.place desc limit 1
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept chunk: its file, the figures of its frames, and its packets' CRC-32."""

    file: BlobRef
    figures: BlobRef
    frames: int
    crc: int


@dataclass(frozen=True, slots=True)
class Open:
    """A chunk of somebody else's render that nobody draws: the order, and the chunk's place in it."""

    command_id: str
    place: int
    command: RenderTimeline
    parallel: int

    @property
    def at(self) -> tuple[str, int]:
        """The render and the place in it."""
        return self.command_id, self.place


async def begin(
    connection: Connection, command_id: str, command: RenderTimeline, *, owner: str, priority: int, parallel: int,
    lease_s: float,
) -> None:  # fmt: skip
    """Make a render known to those who can help."""
    await connection.execute(
        "insert into chunk_orders (command_id, owner, priority, command, parallel, alive_until)"
        " values ($1, $2, $3, $4, $5, now() + make_interval(secs => $6)) on conflict (command_id) do update"
        " set owner = $2, command = $4, parallel = $5, alive_until = excluded.alive_until",
        command_id, owner, priority, command.model_dump_json(), parallel, lease_s,
    )  # fmt: skip


async def end(connection: Connection, command_id: str) -> None:
    """Forget a render, and those of its chunks that nobody draws."""
    await connection.execute("delete from chunk_orders where command_id = $1", command_id)
    await connection.execute("delete from chunks where command_id = $1 and state = 'waiting'", command_id)


async def is_open(connection: Connection, command_id: str) -> bool:
    """Tell whether somebody still works on that render: it has not ended, and its worker is alive."""
    alive = "select exists (select 1 from chunk_orders where command_id = $1 and alive_until > now())"
    return bool(await connection.fetchval(alive, command_id))


async def offer(connection: Connection, command_id: str, keys: Sequence[str], places: Sequence[int]) -> None:
    """Say which chunks the render wants, each with its place in it; below 0 for what nobody is to help with."""
    await connection.execute(OFFER, list(keys), command_id, list(places))
    await connection.execute(TELL)


async def claim(connection: Connection, keys: Sequence[str], owner: str, lease_s: float) -> dict[str, int]:
    """Claim those of ``keys`` that nobody has drawn and nobody draws; return their leases."""
    return {row["key"]: row["lease"] for row in await connection.fetch(CLAIM, list(keys), owner, lease_s)}


async def ready(connection: Connection, keys: Sequence[str]) -> frozenset[str]:
    """Return those of ``keys`` that are kept, and note that they are used."""
    return frozenset(row["key"] for row in await connection.fetch(READY, list(keys)))


async def get(connection: Connection, key: str) -> Kept | None:
    """Return a kept chunk."""
    row = await connection.fetchrow("select * from chunks where key = $1 and state = 'kept'", key)
    if row is None:
        return None
    file, figures = BlobRef.model_validate(row["file"]), BlobRef.model_validate(row["figures"])
    return Kept(file, figures, row["frames"], row["crc"])


async def keep(connection: Connection, key: str, lease: int, kept: Kept) -> bool:
    """Make a claimed chunk a kept one; tell whether the lease was still good."""
    size = kept.file.size + kept.figures.size
    file, figures = kept.file.model_dump(mode="json"), kept.figures.model_dump(mode="json")
    await connection.execute(TELL)
    return await connection.fetchval(KEEP, key, lease, file, figures, kept.frames, kept.crc, size) is not None


async def renew(connection: Connection, leases: Sequence[int], command_id: str | None, lease_s: float) -> None:
    """Prolong leases, and the life of the render that they are held for."""
    until = "now() + make_interval(secs => $2)"
    await connection.execute(
        f"update chunks set lease_until = {until} where lease = any($1::bigint[]) and state = 'drawing'",
        list(leases), lease_s,
    )  # fmt: skip
    await connection.execute(
        f"update chunk_orders set alive_until = {until} where command_id = $1", command_id, lease_s
    )


async def release(connection: Connection, leases: Sequence[int]) -> None:
    """Give claims back."""
    await connection.execute(
        "update chunks set state = 'waiting', lease_until = null where lease = any($1::bigint[])"
        " and state = 'drawing'",
        list(leases),
    )  # fmt: skip
    await connection.execute(TELL)


async def lost(connection: Connection, key: str, file: BlobRef) -> None:
    """Take back that a chunk is kept: its file is gone."""
    await connection.execute(
        "update chunks set state = 'waiting', file = null, figures = null, bytes = 0 where key = $1"
        " and state = 'kept' and file ->> 'key' = $2",
        key, file.key,
    )  # fmt: skip


async def pass_over(connection: Connection, found: Open) -> None:
    """Count an attempt at a chunk that this replica cannot make, so that it does not look at it for ever."""
    await connection.execute(
        "update chunks set attempts = attempts + 1 where command_id = $1 and place = $2 and state = 'waiting'",
        found.command_id, found.place,
    )  # fmt: skip


async def others(
    connection: Connection, owner: str, most_attempts: int, but: Collection[tuple[str, int]] = ()
) -> Open | None:
    """Return an open chunk of a render that is not ``owner``'s, the last of the foremost render.

    ``but``: commands and places that are passed over.
    """
    commands, places = [command for command, _ in but], [place for _, place in but]
    row = await connection.fetchrow(OTHERS, owner, most_attempts, commands, places)
    if row is None:
        return None
    return Open(row["command_id"], row["place"], RenderTimeline.model_validate_json(row["command"]), row["parallel"])
