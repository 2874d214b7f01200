"""One function per command: fetch, decide, act, done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.lipsync import store
from services.lipsync.engines.choose import chosen
from services.lipsync.engines.engine import Engine
from shared.blobs import Blobs
from shared.contracts.commands import SyncLips
from shared.contracts.events import LipsSynced
from shared.step import Step


@dataclass(frozen=True, slots=True)
class Deps:
    """What the handlers work with."""

    blobs: Blobs
    engines: Mapping[str, Engine]


async def sync_lips(command: SyncLips, step: Step, deps: Deps) -> None:
    """Make the film speak the voice with the engine that was asked for, and publish it whole."""
    engine = chosen(deps.engines, command.engine)
    async with deps.blobs.local(command.video) as video, deps.blobs.local(command.audio) as voice:
        step.progress(0.05)
        spoken = await engine.sync(video, voice, step.scratch)
    step.progress(0.9)
    ref = await deps.blobs.put_file(f"lipsync/{step.job_id}/{step.command_id}.mp4", spoken, "video/mp4")
    async with step.finish() as done:
        await store.save(
            done.connection, command_id=step.command_id, job_id=step.job_id, tenant=step.tenant,
            asset_id=command.asset_id, engine=engine.name, video=ref,
        )  # fmt: skip
        await done.emit(LipsSynced(asset_id=command.asset_id, video=ref, engine=engine.name))
