"""The renderer's own record of its work."""

from __future__ import annotations

from collections.abc import Sequence

from shared.contracts.timeline import Rendered
from shared.db import Connection


async def save(
    connection: Connection,
    *,
    command_id: str,
    job_id: str,
    tenant: str,
    timeline_sha256: str,
    outputs: Sequence[Rendered],
    seconds: float,
) -> None:
    """Store what a command made and how many seconds it took; a second record of the same command takes its place."""
    await connection.execute(
        "insert into renders (command_id, job_id, tenant, timeline_sha256, outputs, frames, seconds)"
        " values ($1, $2, $3, $4, $5, $6, $7)"
        " on conflict (command_id) do update set outputs = excluded.outputs, frames = excluded.frames,"
        " seconds = excluded.seconds, rendered_at = now()",
        command_id,
        job_id,
        tenant,
        timeline_sha256,
        [output.model_dump(mode="json") for output in outputs],
        sum(output.frames for output in outputs),
        seconds,
    )
