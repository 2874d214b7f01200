"""Which kept chunks have to go: too old, or too many bytes in all; and the objects that are left of them."""

from __future__ import annotations

from shared.db import Connection

FORGET = """
with ranked as (
    select key, used_at, used_at < now() - make_interval(secs => $1)
        or sum(bytes) over (order by used_at desc, key) > $2 as surplus
    from chunks where state = 'kept'),
gone as (
    delete from chunks where state = 'kept' and key in (
        select c.key from chunks c join ranked r on c.key = r.key and c.used_at = r.used_at
        where r.surplus order by c.used_at limit $3 for update of c skip locked)
    returning file ->> 'key' as file, figures ->> 'key' as figures)
insert into chunk_remains (key) select unnest(array[file, figures]) from gone on conflict (key) do nothing
"""

STALE = """
delete from chunks where state <> 'kept' and coalesce(lease_until, used_at) < now() - interval '1 hour'
and not exists (select 1 from chunk_orders o where o.command_id = chunks.command_id and o.alive_until > now())
"""


async def forget_surplus(connection: Connection, age_s: float, most_bytes: int, limit: int) -> int:
    """Forget up to ``limit`` kept chunks, the longest unused first; return how many objects of theirs remain.

    Nobody begins to fetch a chunk that is forgotten. Who has begun finds its objects missing and draws it again, under
    keys of their own.
    """
    return int((await connection.execute(FORGET, age_s, most_bytes, limit)).split()[-1])


async def remains(connection: Connection, limit: int) -> list[str]:
    """Return the keys of up to ``limit`` objects of forgotten chunks."""
    rows = await connection.fetch("select key from chunk_remains order by at, key limit $1", limit)
    return [row["key"] for row in rows]


async def removed(connection: Connection, keys: list[str]) -> None:
    """Note that the objects are deleted."""
    await connection.execute("delete from chunk_remains where key = any($1::text[])", keys)


async def forget_stale(connection: Connection) -> None:
    """Remove renders whose renderer is gone, and chunks that nobody wants any more."""
    await connection.execute("delete from chunk_orders where alive_until < now() - interval '1 hour'")
    await connection.execute(STALE)
