"""Deleting objects that are old enough: what uploads left behind, and what is needed for some days only."""

from __future__ import annotations

import asyncio

from services.gateway.store import perishable
from services.gateway.store.perishable import Kind
from shared import log
from shared.blobs import Blobs
from shared.db import Pool, transaction
from shared.errors import PermanentError
from shared.listing import delete_all

BATCH = 100
logger = log.get(__name__)


async def sweep(pool: Pool, blobs: Blobs, kind: Kind, older_than_s: float) -> int:
    """Delete objects of ``kind`` that are so old; return how many keys that were.

    No transaction is open while the store works: a ladder is thousands of objects. Safe to be killed at any moment and
    to run beside another; a store that is away keeps everything known.
    """
    swept = 0
    while True:
        async with transaction(pool) as connection:
            keys = await perishable.claim(connection, kind, older_than_s, BATCH)
        await _delete(pool, blobs, keys)
        swept += len(keys)
        if len(keys) < BATCH:
            return swept


async def _delete(pool: Pool, blobs: Blobs, keys: list[str]) -> None:
    left = list(keys)
    try:
        for key in keys:
            try:
                await delete_all(blobs, key)
            except PermanentError as broken:  # it stays claimed, and is tried again when the lease is over
                logger.warning("sweeping.cannot", key=key, error=broken.message)
            else:
                async with pool.acquire() as connection:
                    await perishable.forget(connection, [key])
            left.remove(key)
    except BaseException:
        await asyncio.shield(_returned(pool, left))
        raise


async def _returned(pool: Pool, keys: list[str]) -> None:
    async with pool.acquire() as connection:
        await perishable.unclaim(connection, keys)
