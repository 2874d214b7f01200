"""Removing kept chunks that nobody has used for long, or that there is no room for."""

from __future__ import annotations

import asyncio

from services.renderer.handlers.deps import Deps
from services.renderer.store import sweeping
from shared import log
from shared.db import AWAY, transaction
from shared.errors import TransientError

logger = log.get(__name__)
DAY_S = 86400.0
BATCH = 100


async def sweep_for_ever(deps: Deps) -> None:
    """Sweep now and then; a store or a database that is away is waited for."""
    while True:
        try:
            await sweep(deps)
        except (*AWAY, TimeoutError, TransientError) as away:
            logger.warning("chunks.sweep_waits", error=f"{type(away).__name__}: {away}")
        await asyncio.sleep(deps.settings.sweep_s)


async def sweep(deps: Deps) -> int:
    """Remove what is too old or too much; return how many objects went.

    No transaction is open while the store deletes. A sweep that is killed leaves the rest to the next one; two at once
    delete the same objects.
    """
    age_s, most = deps.settings.chunks_days * DAY_S, deps.settings.chunks_bytes
    async with transaction(deps.pool) as connection:
        await sweeping.forget_stale(connection)
    forgotten, removed = True, 0
    while forgotten:
        async with transaction(deps.pool) as connection:
            forgotten = await sweeping.forget_surplus(connection, age_s, most, BATCH) > 0
        removed += await _remove_remains(deps)
    if removed:
        logger.info("chunks.swept", objects=removed)
    return removed


async def _remove_remains(deps: Deps) -> int:
    removed = 0
    while True:
        async with deps.pool.acquire() as connection:
            keys = await sweeping.remains(connection, BATCH)
        for key in keys:
            await deps.blobs.delete(key)
        async with deps.pool.acquire() as connection:
            await sweeping.removed(connection, keys)
        removed += len(keys)
        if len(keys) < BATCH:
            return removed
