"""What links stand on: the shared secret that signs them, and which render a plan was applied by."""

from __future__ import annotations

import secrets

from shared.db import Connection


async def signing_secret(connection: Connection) -> bytes:
    """Return the secret that signs media links, made once and shared by all replicas."""
    await connection.execute(
        "insert into secrets (name, value) values ('media_links', $1) on conflict (name) do nothing",
        secrets.token_bytes(32),
    )
    value: bytes = await connection.fetchval("select value from secrets where name = 'media_links'")
    return value


async def applied(connection: Connection, plan_job_id: str, ratios: str) -> str | None:
    """Return the render job of this plan with these ratios; orders for the same pair wait for each other here."""
    await connection.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", f"apply {plan_job_id} {ratios}")
    found: str | None = await connection.fetchval(
        "select render_job_id from applied_plans where plan_job_id = $1 and ratios = $2", plan_job_id, ratios
    )
    return found


async def set_applied(connection: Connection, plan_job_id: str, ratios: str, render_job_id: str) -> None:
    """Remember which job renders this plan with these ratios."""
    await connection.execute(
        "insert into applied_plans (plan_job_id, ratios, render_job_id) values ($1, $2, $3)"
        " on conflict (plan_job_id, ratios) do update set render_job_id = $3, created_at = now()",
        plan_job_id, ratios, render_job_id,
    )  # fmt: skip


async def renders_of(connection: Connection, plan_job_ids: list[str]) -> dict[str, list[str]]:
    """Return the render jobs of each plan, oldest first."""
    rows = await connection.fetch(
        "select plan_job_id, render_job_id from applied_plans where plan_job_id = any($1::text[]) order by created_at",
        plan_job_ids,
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["plan_job_id"], []).append(row["render_job_id"])
    return found
