"""What follows when consent is withdrawn."""

from __future__ import annotations

from services.gateway.handlers.jobs import end_job
from services.gateway.handlers.projects import consent_error
from services.gateway.store import edits
from shared.db import Pool, transaction


async def stop_renders(pool: Pool, account: str, asset_id: str) -> list[str]:
    """Fail every render of the asset that is not done, with ``consent_required``; return their ids.

    Each in its own transaction, as each locks its job first.
    """
    async with pool.acquire() as connection:
        at_work = await edits.renders_at_work(connection, account, asset_id)
    for job_id in at_work:
        async with transaction(pool) as connection:
            await end_job(connection, job_id, consent_error(asset_id, step=None))
    return at_work
