"""AI edits and renders, as the editor looks for them among the jobs."""

from __future__ import annotations

from services.gateway.domain.job import Job
from services.gateway.store import jobs
from shared.db import Connection


async def renders_at_work(connection: Connection, account: str, asset_id: str) -> list[str]:
    """Return the render jobs that are not ended and use the asset."""
    rows = await connection.fetch(
        "select id from jobs where account = $1 and kind = 'render' and status in ('queued', 'processing')"
        " and input -> 'sources' @> jsonb_build_array(jsonb_build_object('asset_id', $2::text)) order by id",
        account, asset_id,
    )  # fmt: skip
    return [row["id"] for row in rows]


async def edits_of(connection: Connection, account: str, asset_id: str, *, limit: int, before: str | None) -> list[Job]:
    """Return up to ``limit`` AI edits of the asset, newest first, older than the job id ``before``."""
    rows = await connection.fetch(
        "select id from jobs where account = $1 and kind = 'edit' and asset_id = $2 and ($3::text is null or id < $3)"
        " order by id desc limit $4",
        account, asset_id, before, limit,
    )  # fmt: skip
    found = [await jobs.get(connection, row["id"]) for row in rows]
    return [job for job in found if job is not None]


async def analysed_now(connection: Connection, account: str, asset_id: str) -> bool:
    """Tell whether a job that is not ended analyses the asset."""
    found: bool = await connection.fetchval(
        "select exists (select from jobs where account = $1 and status in ('queued', 'processing')"
        " and kind <> 'render' and input -> 'sources' @> jsonb_build_array(jsonb_build_object('asset_id', $2::text)))",
        account, asset_id,
    )  # fmt: skip
    return found


async def applied(connection: Connection, plan_job_id: str, ratios: str) -> Job | None:
    """Return the render of this plan with these ratios; orders for the same pair wait for each other here."""
    await connection.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", f"apply {plan_job_id} {ratios}")
    found: str | None = await connection.fetchval(
        "select render_job_id from applied_plans where plan_job_id = $1 and ratios = $2", plan_job_id, ratios
    )
    return await jobs.get(connection, found) if found else None


async def set_applied(connection: Connection, plan_job_id: str, ratios: str, render_job_id: str) -> None:
    """Remember which job renders this plan with these ratios."""
    await connection.execute(
        "insert into applied_plans (plan_job_id, ratios, render_job_id) values ($1, $2, $3)"
        " on conflict (plan_job_id, ratios) do update set render_job_id = $3, created_at = now()",
        plan_job_id, ratios, render_job_id,
    )  # fmt: skip


async def renders_of(connection: Connection, plan_job_id: str) -> list[Job]:
    """Return the renders of a plan, oldest first."""
    rows = await connection.fetch(
        "select render_job_id from applied_plans where plan_job_id = $1 order by created_at", plan_job_id
    )
    found = [await jobs.get(connection, row["render_job_id"]) for row in rows]
    return [job for job in found if job is not None]
