"""Removing what nobody wants: uploads that became no asset, films of jobs that were called off."""

from __future__ import annotations

from collections.abc import Sequence

from services.gateway.domain.job import Job
from services.gateway.store import perishable
from shared import log
from shared.blobs import Blobs
from shared.db import Connection
from shared.errors import CutroomError
from shared.listing import delete_all

logger = log.get(__name__)
UPLOADS = ("ingest", "asset")
"""Kinds of job that make an asset of a file."""


def unused(job: Job) -> list[str]:
    """Return the keys of what was uploaded for a job that has made no asset of it."""
    probe = job.step("probe")
    if job.kind not in UPLOADS or probe is None or probe.status == "completed":
        return []
    sent = (blob for source in job.input.sources for blob in (source.media, source.captions))
    return [blob.key for blob in sent if blob is not None]


async def give_up(connection: Connection, job: Job) -> None:
    """Note that nobody wants the uploads of a cancelled job: what is not removed at once is swept one day."""
    await perishable.note(connection, unused(job), "upload")


async def remove_upload(blobs: Blobs, job: Job) -> None:
    """Remove what was uploaded for a job that made no asset."""
    for key in unused(job):
        await blobs.delete(key)


async def remember(connection: Connection, keys: Sequence[str]) -> None:
    """Note objects that nobody wants: what :func:`remove` cannot remove is swept one day."""
    await perishable.note(connection, keys, "upload")


async def remove(blobs: Blobs, keys: Sequence[str]) -> None:
    """Remove objects that were noted; what cannot be removed now is left to the sweep."""
    try:
        for key in keys:
            await delete_all(blobs, key)
    except CutroomError as kept:
        logger.warning("unwanted.kept", error=kept.message)
