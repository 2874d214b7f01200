"""What follows when consent is withdrawn."""

from __future__ import annotations

from services.gateway.domain.job import JobError
from services.gateway.handlers.jobs import end_job
from services.gateway.handlers.projects import consent_error
from services.gateway.store import renders
from shared.db import Pool, transaction


async def stop_renders(pool: Pool, account: str, asset_id: str) -> list[str]:
    """Fail every render of the asset that is not done, with ``consent_required``; return their ids.

    Each in its own transaction, as each locks its job first.
    """
    async with pool.acquire() as connection:
        at_work = await renders.at_work(connection, account, asset_id)
    for job_id in at_work:
        error: JobError = consent_error(asset_id, step=None)
        async with transaction(pool) as connection:
            await end_job(connection, job_id, error)
    return at_work
