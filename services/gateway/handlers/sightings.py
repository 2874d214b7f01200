"""What is known of the films of a timeline, read from their analyses, so that the renderer can follow faces."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from services.gateway.domain.records import Asset
from shared import log
from shared.blobs import Blobs
from shared.contracts.timeline import Timeline
from shared.errors import BlobMissing
from shared.framing.sightings import Sightings, sighted

MAX_DOCUMENT = 256 * 1024 * 1024
logger = log.get(__name__)


async def with_sightings(blobs: Blobs, timeline: Timeline, media: Mapping[str, Asset]) -> Timeline:
    """Return the timeline with the faces of its films; one that was not analysed, or lost its analysis, has none."""
    known: dict[str, Sightings] = {}
    for key in sorted({clip.source for clip in timeline.video}):
        asset = media.get(key)
        if asset is None or "faces" not in asset.known:
            continue
        try:
            data = await blobs.get_bytes(asset.known["faces"], MAX_DOCUMENT)
        except BlobMissing as gone:
            logger.warning("analysis.gone", asset=key, error=gone.message)
            continue
        known[key] = await asyncio.to_thread(Sightings.model_validate_json, data)
    return sighted(timeline, known)
