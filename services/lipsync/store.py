"""Lip-sync's own record of its work."""

from __future__ import annotations

from shared.contracts.blob import BlobRef
from shared.db import Connection


async def save(
    connection: Connection, *, command_id: str, job_id: str, tenant: str, asset_id: str, engine: str, video: BlobRef
) -> None:
    """Store what answered a command; a second record of the same command takes its place."""
    await connection.execute(
        "insert into syncs (command_id, job_id, tenant, asset_id, engine, video_key) values ($1, $2, $3, $4, $5, $6)"
        " on conflict (command_id) do update set engine = excluded.engine, video_key = excluded.video_key",
        command_id,
        job_id,
        tenant,
        asset_id,
        engine,
        video.key,
    )
