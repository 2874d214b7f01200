"""``AnalyzeMedia``: what can be known of a medium, each part once for its content and settings."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.analyzer.domain.keys import part_keys
from services.analyzer.domain.parts import Found
from services.analyzer.engines.captions import CaptionsEngine
from services.analyzer.engines.speech import SpeechEngine
from services.analyzer.handlers.deps import Deps, content_hash
from services.analyzer.handlers.holding import analyze_held
from services.analyzer.handlers.measuring import Measuring
from services.analyzer.handlers.shelf import Shelf
from services.analyzer.tools.speech import read_captions
from shared.contracts.commands import AnalyzeMedia
from shared.contracts.events import MediaAnalyzed
from shared.contracts.media import Part
from shared.step import Step


async def analyze_media(command: AnalyzeMedia, step: Step, deps: Deps) -> None:
    """Answer with the analysis document: the wanted parts, and all others that are known. Raises BadMedia."""
    sha256 = await content_hash(deps.blobs, command.media)
    if held := await analyze_held(command, sha256, step, deps):
        async with step.finish() as done:
            await done.emit(held.model_copy(update={"asset_id": command.asset_id}))
        return
    language = command.language or deps.settings.language or None
    async with _speech(command, deps) as engine:
        shelf = Shelf(deps, sha256, part_keys(deps.bounds, engine.identity, language, deps.settings.beat_tracker))
        await shelf.look()
        fact = None if shelf.missing(command.parts) else await shelf.published()
        if fact is None:
            fact = await _measured(command, shelf, engine, language, step, deps)
    async with step.finish() as done:
        await shelf.keep(done.connection, fact)
        await done.emit(fact.model_copy(update={"asset_id": command.asset_id}))


async def _measured(
    command: AnalyzeMedia, shelf: Shelf, engine: SpeechEngine, language: str | None, step: Step, deps: Deps
) -> MediaAnalyzed:
    facts, missing = await shelf.facts(), shelf.missing(command.parts)
    if facts is not None and not missing:
        return await shelf.publish(facts, {})

    async def keep(part: Part, found: Found) -> None:
        if not found.failed:
            await shelf.put(part, found)
        step.log.info("analysis.part", part=part)

    async with deps.blobs.local(command.media) as path:
        measuring = Measuring(path, shelf.sha256, engine, language, step, deps, keep)
        if facts is None:
            facts = await measuring.probe()
            await shelf.put("facts", facts)
        made = await measuring.measure(facts, missing)
    return await shelf.publish(facts, made)


@asynccontextmanager
async def _speech(command: AnalyzeMedia, deps: Deps) -> AsyncIterator[SpeechEngine]:
    captions = command.captions
    if captions is None:
        yield deps.speech(command.hotwords or deps.settings.hotwords, command.speech_model)
        return
    async with deps.blobs.local(captions) as file:
        yield CaptionsEngine(file, await content_hash(deps.blobs, captions), read_captions)
