"""Removing what uploads left behind that never came to an end, and what is needed for some days only."""

from __future__ import annotations

from collections.abc import Sequence

from services.gateway.domain.job import Job
from services.gateway.store import passing, uploads
from shared import log
from shared.blobs import Blobs
from shared.db import Connection, Pool, transaction
from shared.errors import TransientError
from shared.listing import delete_all

logger = log.get(__name__)
PATIENCE_S = 24 * 3600.0
UPLOADS = ("ingest", "asset")
"""Kinds of job that make an asset of a file."""


async def sweep(pool: Pool, blobs: Blobs, older_than_s: float = PATIENCE_S) -> int:
    """Delete objects of uploads that began so long ago and were never settled; return how many keys that were.

    The keys are forgotten in the same transaction, so that a store that is away keeps them for the next time.
    """
    async with transaction(pool) as connection:
        keys = await uploads.stale(connection, older_than_s)
        for key in keys:
            await delete_all(blobs, key)
    return len(keys)


async def sweep_passed(pool: Pool, blobs: Blobs, older_than_s: float) -> int:
    """Delete exported and imported files that nobody asked for in so long; return how many keys that were.

    An export that is asked for again is written again.
    """
    async with transaction(pool) as connection:
        keys = await passing.past(connection, older_than_s)
        for key in keys:
            await blobs.delete(key)
    return len(keys)


def unused(job: Job) -> list[str]:
    """Return the keys of what was uploaded for a job that has made no asset of it."""
    probe = job.step("probe")
    if job.kind not in UPLOADS or probe is None or probe.status == "completed":
        return []
    sent = (blob for source in job.input.sources for blob in (source.media, source.captions))
    return [blob.key for blob in sent if blob is not None]


async def give_up(connection: Connection, job: Job) -> None:
    """Note that nobody wants the uploads of a cancelled job: what is not removed at once is swept one day."""
    for key in unused(job):
        await uploads.note(connection, key)


async def remove_upload(blobs: Blobs, job: Job) -> None:
    """Remove what was uploaded for a job that made no asset."""
    for key in unused(job):
        await blobs.delete(key)


async def remember(connection: Connection, keys: Sequence[str]) -> None:
    """Note objects that nobody wants: what :func:`remove` cannot remove is swept one day."""
    for key in keys:
        await uploads.note(connection, key)


async def remove(blobs: Blobs, keys: Sequence[str]) -> None:
    """Remove objects that were noted; a store that is away keeps them for the sweep."""
    try:
        for key in keys:
            await delete_all(blobs, key)
    except TransientError as away:
        logger.warning("unwanted.kept", error=away.message)
