"""``AnalyzeMedia``: everything that can be known of a medium, once for each content and settings."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.analyzer import store
from services.analyzer.domain.describe import frame_notes
from services.analyzer.domain.keys import analysis_key, settings_key
from services.analyzer.engines.captions import CaptionsEngine
from services.analyzer.engines.speech import SpeechEngine
from services.analyzer.handlers.deps import Deps, content_hash, put_picture
from services.analyzer.handlers.measuring import Measured, Measuring
from services.analyzer.tools.speech import read_captions
from shared.contracts.blob import BlobRef
from shared.contracts.commands import AnalyzeMedia
from shared.contracts.events import MediaAnalyzed
from shared.contracts.media import Analysis, SpriteSheet
from shared.db import transaction
from shared.step import Step


async def analyze_media(command: AnalyzeMedia, step: Step, deps: Deps) -> None:
    """Answer with the analysis document; made now, or before for the same content and settings. Raises BadMedia."""
    sha256 = await content_hash(deps.blobs, command.media)
    language = command.language or deps.settings.language or None
    async with _speech(command.captions, deps) as engine:
        settings = settings_key(engine.identity, language)
        fact = await _known(deps, sha256, settings)
        if fact is None:
            async with deps.blobs.local(command.media) as path:
                found = await Measuring(path, engine, language, step, deps).measure()
            fact = await _known(deps, sha256, settings) or await _publish(found, sha256, settings, deps)
    async with step.finish() as done:
        if not fact.cached and fact.transcript != "failed":
            await store.save(done.connection, sha256, settings, fact)
        await done.emit(fact.model_copy(update={"asset_id": command.asset_id}))


@asynccontextmanager
async def _speech(captions: BlobRef | None, deps: Deps) -> AsyncIterator[SpeechEngine]:
    if captions is None:
        yield deps.speech()
        return
    async with deps.blobs.local(captions) as file:
        yield CaptionsEngine(file, await content_hash(deps.blobs, captions), read_captions)


async def _known(deps: Deps, sha256: str, settings: str) -> MediaAnalyzed | None:
    """Return what was published for this content and settings, if its document is still there."""
    async with transaction(deps.pool) as connection:
        fact = await store.find(connection, sha256, settings)
    if fact is None or await deps.blobs.stat(fact.analysis.key) is None:
        return None
    return fact.model_copy(update={"cached": True})


async def _publish(found: Measured, sha256: str, settings: str, deps: Deps) -> MediaAnalyzed:
    """Store the pictures and the document; nobody knows of them before the fact is published."""
    seen = found.pictures.found if found.pictures else None
    still = await put_picture(deps.blobs, sha256, "still", found.pictures.still if found.pictures else None)
    sheet = await put_picture(deps.blobs, sha256, "sprites", found.pictures.sprites if found.pictures else None)
    sprites = None
    if seen and sheet:
        sprites = SpriteSheet(
            image=sheet,
            columns=seen.columns,
            rows=seen.rows,
            tile_width=seen.tile_width,
            tile_height=seen.tile_height,
            interval=seen.interval,
            count=seen.tiles,
        )
    analysis = _document(found, sha256, still, sprites)
    data = analysis.model_dump_json().encode()
    stored = await deps.blobs.put_bytes(analysis_key(sha256, settings), data, "application/json")
    return MediaAnalyzed(
        asset_id="",
        analysis=stored,
        thumbnail=still,
        sprites=sprites,
        shots=len(analysis.shots),
        words=sum(len(line.words) for line in analysis.transcript.captions),
        tempo=analysis.beats.tempo,
        transcript=analysis.transcript.status,
    )


def _document(found: Measured, sha256: str, still: BlobRef | None, sprites: SpriteSheet | None) -> Analysis:
    seen, heard = found.pictures.found if found.pictures else None, found.heard
    notes = (*found.info.notes, *frame_notes(found.info, seen.frames if seen else 0), *heard.notes)
    return Analysis(
        sha256=sha256,
        media=found.info.model_copy(update={"notes": notes}),
        transcript=heard.transcript,
        shots=seen.shots if seen else (),
        silences=heard.silences,
        blacks=seen.blacks if seen else (),
        freezes=seen.freezes if seen else (),
        loudness=heard.loudness,
        energy=heard.energy,
        motion=seen.motion if seen else None,
        beats=heard.beats,
        thumbnail=still,
        sprites=sprites,
    )
