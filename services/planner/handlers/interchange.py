"""Timelines on their way to and from other editors."""

from __future__ import annotations

from services.planner.handlers.deps import Deps
from services.planner.tools.exchange import exported, imported
from shared.contracts.commands import ExportTimeline, ImportTimeline
from shared.contracts.events import TimelineExported, TimelineImported
from shared.contracts.interchange import EXPORTS
from shared.step import Step

MAX_DOCUMENT = 64 * 1024**2


async def export_timeline(command: ExportTimeline, step: Step, deps: Deps) -> None:
    """Write the file and keep it under the command's key."""
    made = await exported(command, deps.blobs, step.scratch, deps.settings.child_memory_bytes)
    # the same key is the same file: it is not written again under somebody who reads it
    known = await deps.blobs.stat(command.key)
    ref = known or await deps.blobs.put_bytes(command.key, made.text.encode(), EXPORTS[command.form][1])
    step.log.info("export.done", form=command.form, mode=command.mode, losses=[loss.code for loss in made.losses])
    async with step.finish() as done:
        await done.emit(TimelineExported(document=ref, losses=made.losses))


async def import_timeline(command: ImportTimeline, step: Step, deps: Deps) -> None:
    """Read the file and keep what was read beside it."""
    edit = await imported(command, deps.blobs, step.scratch, deps.settings.child_memory_bytes)
    body = edit.model_dump_json().encode()
    ref = await deps.blobs.put_bytes(f"imports/read/{step.command_id}.json", body, "application/json")
    step.log.info("import.done", form=edit.format, clips=len(edit.clips), losses=[loss.code for loss in edit.losses])
    async with step.finish() as done:
        await done.emit(TimelineImported(edit=ref, form=edit.format, clips=len(edit.clips), losses=edit.losses))
