"""Objects that are being uploaded and belong to no row yet: what a crash leaves behind is found here."""

from __future__ import annotations

from collections.abc import Collection

from shared.db import Connection


async def note(connection: Connection, key: str) -> None:
    """Remember that an object is going to be written under ``key``."""
    await connection.execute("insert into uploads (key) values ($1) on conflict (key) do nothing", key)


async def settle(connection: Connection, keys: Collection[str]) -> bool:
    """Forget ``keys``: rows of the same transaction hold them now. Tell whether all were still remembered."""
    gone = await connection.fetch("delete from uploads where key = any($1::text[]) returning key", list(keys))
    return len(gone) == len(set(keys))


async def stale(connection: Connection, older_than_s: float, limit: int = 100) -> list[str]:
    """Return keys that nobody settled for so long, and forget them; nobody can settle them any more."""
    rows = await connection.fetch(
        "delete from uploads where key in (select key from uploads where at < now() - make_interval(secs => $1)"
        " order by at limit $2 for update skip locked) returning key",
        older_than_s, limit,
    )  # fmt: skip
    return [row["key"] for row in rows]
