"""The analyzer as a service: the only place here that knows concrete things."""

from __future__ import annotations

import functools
import os
from pathlib import Path

from services.analyzer.engines.choose import no_server, not_offered, speech_model, switched_off
from services.analyzer.engines.listening import remote_engine
from services.analyzer.engines.models import Model, cache_folder
from services.analyzer.engines.speech import OnProgress, Speech, SpeechEngine
from services.analyzer.handlers.analyze import analyze_media
from services.analyzer.handlers.deps import Deps
from services.analyzer.handlers.grab import grab_frame
from services.analyzer.handlers.probe import probe_media
from services.analyzer.settings import AnalyzerSettings
from services.analyzer.tools.requests import SpokenAnswer, WhisperRequest
from services.analyzer.tools.speech import recognize, whisper
from services.analyzer.tools.staying import Staying
from services.analyzer.tools.transcription import Endpoint, Wanted, transcribe
from shared.contracts.commands import AnalyzeMedia, CancelStep, GrabFrame, ProbeMedia
from shared.contracts.topics import ANALYZER_COMMANDS
from shared.infra import Infra
from shared.service import Service, Subscription
from shared.step import Step

MIGRATIONS = Path(__file__).parent / "migrations"


def build(settings: AnalyzerSettings, infra: Infra) -> Service:
    """Return the analyzer."""
    staying = _whisper(settings)
    speech = functools.partial(speech_engine, settings, staying)
    deps = Deps(settings, infra.blobs, infra.pool, speech)

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
        background=[staying.keep],
    )


def _whisper(settings: AnalyzerSettings) -> Staying:
    return whisper(settings.whisper_idle_s, settings.whisper_memory_bytes, settings.whisper_device)


def speech_engine(settings: AnalyzerSettings, staying: Staying, hotwords: str = "", model: str = "") -> SpeechEngine:
    """Return what will find the words of media that come without subtitles; ``staying`` keeps the local model.

    ``model`` is the one that the order names, empty for the usual one.
    """
    offered = {name for each in settings.speech_choices.split(",") if (name := each.strip())}
    configured = bool(settings.speech_base_url or settings.speech_key.get_secret_value())
    if settings.speech == "none":
        return switched_off()
    if model and model not in offered:
        return not_offered(model, offered)
    if settings.speech == "remote" and not configured:
        return no_server()
    if settings.speech == "remote" or (settings.speech == "auto" and configured):
        served = model or settings.speech_model
        listen = functools.partial(_listen, settings, served, hotwords)
        return remote_engine(settings.speech_base_url, served, hotwords, listen)
    run = functools.partial(_recognize, settings, staying, hotwords)
    return speech_model(model or settings.whisper_model, cache_folder(os.environ), run, hotwords)


async def _recognize(
    settings: AnalyzerSettings,
    staying: Staying,
    hotwords: str,
    model: Model,
    speech: Speech,
    on_progress: OnProgress,
) -> SpokenAnswer:
    if speech.samples is None:
        return SpokenAnswer()
    request = WhisperRequest(
        path=speech.samples,
        folder=speech.folder,
        model=model.folder,
        language=speech.language.partition("-")[0] if speech.language else None,
        duration=speech.duration,
        threads=settings.whisper_threads,
        beam=settings.whisper_beam,
        hotwords=hotwords,
        batch=settings.whisper_batch,
        device=settings.whisper_device,
        compute=settings.whisper_compute,
    )
    return await recognize(staying, request, on_progress)


async def _listen(
    settings: AnalyzerSettings, model: str, hotwords: str, speech: Speech, on_progress: OnProgress
) -> SpokenAnswer:
    if speech.samples is None:
        return SpokenAnswer()
    wanted = Wanted(speech.samples, speech.folder, speech.duration, speech.language, hotwords)
    endpoint = Endpoint(
        base_url=settings.speech_base_url,
        key=settings.speech_key.get_secret_value(),
        model=model,
        timeout_s=settings.speech_timeout_s,
        retries=settings.speech_retries,
        part_bytes=settings.speech_part_bytes,
    )
    return await transcribe(wanted, endpoint, on_progress)
