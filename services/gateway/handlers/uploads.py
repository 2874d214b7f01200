"""Removing what uploads left behind that never came to an end."""

from __future__ import annotations

from services.gateway.store import uploads
from shared.blobs import Blobs
from shared.db import Pool, transaction

PATIENCE_S = 24 * 3600.0


async def sweep(pool: Pool, blobs: Blobs, older_than_s: float = PATIENCE_S) -> int:
    """Delete objects of uploads that began so long ago and were never settled; return how many keys that were.

    The keys are forgotten in the same transaction, so that a store that is away keeps them for the next time.
    """
    async with transaction(pool) as connection:
        keys = await uploads.stale(connection, older_than_s)
        for key in keys:
            await blobs.delete(key)
    return len(keys)
