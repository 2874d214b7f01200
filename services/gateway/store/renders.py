"""Renders, as the editor looks for them among the jobs."""

from __future__ import annotations

from shared.db import Connection


async def at_work(connection: Connection, account: str, asset_id: str) -> list[str]:
    """Return the render jobs that are not ended and use the asset."""
    rows = await connection.fetch(
        "select id from jobs where account = $1 and kind = 'render' and status in ('queued', 'processing')"
        " and input -> 'sources' @> jsonb_build_array(jsonb_build_object('asset_id', $2::text)) order by id",
        account, asset_id,
    )  # fmt: skip
    return [row["id"] for row in rows]
