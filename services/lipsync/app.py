"""Lip-sync as a service: the only place here that knows concrete things."""

from __future__ import annotations

from pathlib import Path

from services.lipsync.engines.engine import Engine
from services.lipsync.engines.voice_only import VoiceOnly
from services.lipsync.handlers import Deps, sync_lips
from services.lipsync.settings import LipsyncSettings
from shared.contracts.commands import CancelStep, SyncLips
from shared.contracts.topics import LIPSYNC_COMMANDS
from shared.infra import Infra
from shared.process import Limits
from shared.service import Service, Subscription
from shared.step import Step


def build(settings: LipsyncSettings, infra: Infra) -> Service:
    """Return lip-sync on what ``infra`` gives."""
    deps = Deps(infra.blobs, engines(settings))

    async def on_sync(command: SyncLips, step: Step) -> None:
        await sync_lips(command, step, deps)

    return Service(
        name="lipsync",
        infra=infra,
        subscriptions=[Subscription(LIPSYNC_COMMANDS, {"SyncLips": SyncLips, "CancelStep": CancelStep})],
        handlers={"SyncLips": (SyncLips, on_sync)},
        migrations=Path(__file__).parent / "migrations",
        concurrency=settings.concurrency,
    )


def engines(settings: LipsyncSettings) -> dict[str, Engine]:
    """Return the engines that work here, by name."""
    limits = Limits(wall_s=settings.wall_s, memory_bytes=settings.memory_bytes)
    return {"voice_only": VoiceOnly(limits, settings.max_pixels, settings.max_seconds)}
