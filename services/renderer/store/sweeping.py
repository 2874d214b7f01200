"""Which kept chunks have to go: too old, or too many bytes in all."""

from __future__ import annotations

from collections.abc import AsyncIterator

from shared.contracts.blob import BlobRef
from shared.db import Connection, Pool, transaction

SURPLUS = """
select key, file, figures, used_at < now() - make_interval(secs => $1) as old,
    sum(bytes) over (order by used_at desc, key) > $2 as too_much
from chunks where state = 'kept'
"""

STALE = """
delete from chunks where state <> 'kept' and coalesce(lease_until, used_at) < now() - interval '1 hour'
and not exists (select 1 from chunk_orders o where o.command_id = chunks.command_id and o.alive_until > now())
"""


async def surplus(pool: Pool, age_s: float, most_bytes: int) -> AsyncIterator[BlobRef]:
    """Yield the objects of one chunk after the other that is to go, the longest unused first.

    Each chunk's row is locked until its objects are dealt with, and removed then: nobody fetches half of it.
    """
    async with pool.acquire() as connection:
        rows = await connection.fetch(f"select key from ({SURPLUS}) s where old or too_much", age_s, most_bytes)
    for row in rows:
        async with transaction(pool) as connection:
            chunk = await connection.fetchrow(
                "select file, figures from chunks where key = $1 and state = 'kept' for update skip locked", row["key"]
            )
            if chunk is None:
                continue
            for name in ("file", "figures"):
                yield BlobRef.model_validate(chunk[name])
            await connection.execute("delete from chunks where key = $1", row["key"])


async def forget_stale(connection: Connection) -> None:
    """Remove renders whose renderer is gone, and chunks that nobody wants any more."""
    await connection.execute("delete from chunk_orders where alive_until < now() - interval '1 hour'")
    await connection.execute(STALE)
