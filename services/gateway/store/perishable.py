"""Objects that are deleted when they are old enough, each known by a row with its kind.

``upload``: it is being uploaded, or was given up, and no row of ours holds it. ``passing``: a timeline on its way to or
from another editor, needed for some days behind its last use. ``film``: what a render made.

A sweep claims rows, deletes the objects without a transaction, and then the rows. A row that was claimed is never taken
up again by those who know its object: whoever dies in between leaves the rest to the next sweep after ``LEASE_S``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Literal

from shared.db import Connection

Kind = Literal["upload", "passing", "film"]
LEASE_S = 900.0
"""How long a sweep may be at work on what it claimed before another one takes it over."""


async def note(connection: Connection, keys: Iterable[str], kind: Kind) -> None:
    """Remember objects from now on; what is known of one already stays as it is."""
    await connection.execute(
        "insert into perishables (key, kind) select distinct unnest($1::text[]), $2 on conflict (key) do nothing",
        list(keys), kind,
    )  # fmt: skip


async def hold(connection: Connection, keys: Collection[str]) -> bool:
    """Remember ``passing`` objects; those that are known already begin anew. Tell whether all are held.

    What a sweep is just deleting is not held.
    """
    held = await connection.fetch(
        "insert into perishables as known (key, kind) select distinct unnest($1::text[]), 'passing'"
        " on conflict (key) do update set at = excluded.at where known.going_since is null returning key",
        list(keys),
    )
    return len(held) == len(set(keys))


async def settle(connection: Connection, keys: Collection[str]) -> bool:
    """Forget ``keys``: rows of the same transaction hold them now. Tell whether all were still remembered."""
    gone = await connection.fetch(
        "delete from perishables where key = any($1::text[]) and going_since is null returning key", list(keys)
    )
    return len(gone) == len(set(keys))


async def claim(connection: Connection, kind: Kind, older_than_s: float, limit: int) -> list[str]:
    """Return up to ``limit`` keys, the oldest first, that are so old, or claimed by a sweep that died."""
    rows = await connection.fetch(
        "update perishables set going_since = now() where key in (select key from perishables where kind = $1"
        " and at < now() - make_interval(secs => $2)"
        " and (going_since is null or going_since < now() - make_interval(secs => $3))"
        " order by at limit $4 for update skip locked) returning key, at",
        kind, older_than_s, LEASE_S, limit,
    )  # fmt: skip
    return [row["key"] for row in sorted(rows, key=lambda row: row["at"])]


async def unclaim(connection: Connection, keys: Collection[str]) -> None:
    """Let the next sweep begin with these at once: some of their objects may be gone."""
    await connection.execute(
        "update perishables set going_since = '-infinity' where key = any($1::text[]) and going_since is not null",
        list(keys),
    )


async def forget(connection: Connection, keys: Collection[str]) -> None:
    """Forget what was claimed: its objects are gone."""
    await connection.execute(
        "delete from perishables where key = any($1::text[]) and going_since is not null", list(keys)
    )
