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


async def sweep_for_ever(deps: Deps) -> None:
    """Sweep now and then; a store or a database that is away is waited for."""
    while True:
        try:
            await sweep(deps)
        except (*AWAY, TimeoutError, TransientError) as away:
            logger.warning("chunks.sweep_waits", error=f"{type(away).__name__}: {away}")
        await asyncio.sleep(deps.settings.sweep_s)


async def sweep(deps: Deps) -> int:
    """Remove what is too old or too much; return how many objects went."""
    removed = 0
    age_s, most = deps.settings.chunks_days * DAY_S, deps.settings.chunks_bytes
    async for ref in sweeping.surplus(deps.pool, age_s, most):
        await deps.blobs.delete(ref.key)
        removed += 1
    async with transaction(deps.pool) as connection:
        await sweeping.forget_stale(connection)
    if removed:
        logger.info("chunks.swept", objects=removed)
    return removed
