"""The planner's own record of its work."""

from __future__ import annotations

from shared.contracts.blob import BlobRef
from shared.contracts.plan import EditPlan
from shared.db import Connection


async def save(
    connection: Connection, *, command_id: str, job_id: str, tenant: str, ref: BlobRef, plan: EditPlan
) -> None:
    """Store which plan answered a command; a second record of the same command takes its place."""
    await connection.execute(
        "insert into plans (command_id, job_id, tenant, plan_key, planner, clips, frames)"
        " values ($1, $2, $3, $4, $5, $6, $7)"
        " on conflict (command_id) do update set plan_key = excluded.plan_key, planner = excluded.planner,"
        " clips = excluded.clips, frames = excluded.frames",
        command_id,
        job_id,
        tenant,
        ref.key,
        plan.planner,
        len(plan.timeline.video),
        plan.timeline.frames,
    )
