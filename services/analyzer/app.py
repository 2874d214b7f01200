"""The analyzer as a service: the only place here that knows concrete things."""

from __future__ import annotations

import os
from pathlib import Path

from services.analyzer.engines.choose import speech_model
from services.analyzer.engines.models import Model, cache_folder
from services.analyzer.engines.speech import OnProgress, Speech, SpeechEngine
from services.analyzer.handlers.analyze import analyze_media
from services.analyzer.handlers.deps import Deps
from services.analyzer.handlers.grab import grab_frame
from services.analyzer.handlers.probe import probe_media
from services.analyzer.settings import AnalyzerSettings
from services.analyzer.tools.requests import SpokenAnswer, WhisperRequest
from services.analyzer.tools.speech import recognize
from shared.contracts.commands import AnalyzeMedia, CancelStep, GrabFrame, ProbeMedia
from shared.contracts.topics import ANALYZER_COMMANDS
from shared.infra import Infra
from shared.service import Service, Subscription
from shared.step import Step

MIGRATIONS = Path(__file__).parent / "migrations"


def build(settings: AnalyzerSettings, infra: Infra) -> Service:
    """Return the analyzer."""
    deps = Deps(settings, infra.blobs, infra.pool, lambda: speech_engine(settings))

    async def probe(command: ProbeMedia, step: Step) -> None:
        await probe_media(command, step, deps)

    async def analyze(command: AnalyzeMedia, step: Step) -> None:
        await analyze_media(command, step, deps)

    async def grab(command: GrabFrame, step: Step) -> None:
        await grab_frame(command, step, deps)

    return Service(
        name="analyzer",
        infra=infra,
        subscriptions=[
            Subscription(ANALYZER_COMMANDS, {c.__name__: c for c in (ProbeMedia, AnalyzeMedia, GrabFrame, CancelStep)})
        ],
        handlers={
            "ProbeMedia": (ProbeMedia, probe),
            "AnalyzeMedia": (AnalyzeMedia, analyze),
            "GrabFrame": (GrabFrame, grab),
        },
        migrations=MIGRATIONS,
        lanes={"ProbeMedia": settings.probes, "GrabFrame": settings.probes},
        concurrency=settings.concurrency,
    )


def speech_engine(settings: AnalyzerSettings) -> SpeechEngine:
    """Return what will find the words of media that come without subtitles."""

    async def run(model: Model, speech: Speech, on_progress: OnProgress) -> SpokenAnswer:
        if speech.samples is None:
            return SpokenAnswer()
        request = WhisperRequest(
            path=speech.samples,
            folder=speech.folder,
            model=model.folder,
            language=speech.language,
            duration=speech.duration,
            threads=settings.whisper_threads,
            beam=settings.whisper_beam,
        )
        return await recognize(request, settings.whisper_memory_bytes, on_progress)

    return speech_model(settings.whisper_model, cache_folder(os.environ), run)
