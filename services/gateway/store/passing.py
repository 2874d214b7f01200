"""Objects that are needed for some days only: timelines on their way to and from other editors."""

from __future__ import annotations

from collections.abc import Iterable

from shared.db import Connection


async def note(connection: Connection, keys: Iterable[str]) -> None:
    """Remember that these objects are in use from now on; those that are known already begin anew."""
    await connection.execute(
        "insert into passing_objects (key) select distinct unnest($1::text[])"
        " on conflict (key) do update set at = excluded.at",
        list(keys),
    )


async def past(connection: Connection, older_than_s: float, limit: int = 100) -> list[str]:
    """Return keys that were not in use for so long, and forget them: whoever notes one now waits for the caller."""
    rows = await connection.fetch(
        "delete from passing_objects where key in (select key from passing_objects"
        " where at < now() - make_interval(secs => $1) order by at limit $2 for update skip locked) returning key",
        older_than_s, limit,
    )  # fmt: skip
    return [row["key"] for row in rows]
