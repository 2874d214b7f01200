"""What is known of an asset: remembered when an analysis is done, and read as one document."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from services.gateway.domain.job import Job
from services.gateway.domain.knowledge import PARTS, documents, learnt, merged
from services.gateway.domain.records import Asset
from services.gateway.store import assets
from shared.blobs import Blobs
from shared.contracts.events import MediaAnalyzed
from shared.contracts.media import Analysis, Part
from shared.db import Connection

MAX_DOCUMENT = 256 * 1024 * 1024


async def learn(connection: Connection, job: Job, fact: MediaAnalyzed) -> None:
    """Remember what an analysis found, beside what was known of its asset. Safe to do again."""
    asset = await assets.find(connection, job.account, fact.asset_id, lock=True)
    if asset is None:
        return
    source = next((each for each in job.input.sources if each.asset_id == asset.id), None)
    reworded = source is not None and source.captions != asset.captions
    found = learnt(asset.known, fact, job.input.parts, reworded=reworded)
    await assets.set_known(
        connection, asset.id, found.known, whole=found.whole, thumbnail=fact.thumbnail, sprites=fact.sprites
    )
    if found.heard and source is not None:
        await assets.set_heard(connection, asset.id, source.language, source.hotwords, source.speech_model)


async def known_analysis(blobs: Blobs, asset: Asset, wanted: Sequence[Part] = PARTS) -> Analysis | None:
    """Return what is known of the wanted parts as one analysis; None where none of them is."""
    places = documents(asset.known, wanted)
    refs = {ref.key: ref for ref in places.values()}
    texts = {key: await blobs.get_bytes(ref, MAX_DOCUMENT) for key, ref in refs.items()}

    def put_together() -> Analysis:
        read = {key: Analysis.model_validate_json(text) for key, text in texts.items()}
        return merged({part: read[ref.key] for part, ref in places.items()})

    return await asyncio.to_thread(put_together) if places else None
