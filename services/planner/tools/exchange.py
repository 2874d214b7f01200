"""Writing and reading files of other editors in a process of its own: it may be long, or hostile."""

from __future__ import annotations

import asyncio
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import services
from services.planner.tools.exchange_child import ANSWER, ExchangeOrder, Exported, Left
from shared.blobs import Blobs
from shared.contracts.blob import BlobRef
from shared.contracts.commands import ExportTimeline, ImportTimeline
from shared.contracts.interchange import ImportedEdit
from shared.errors import BadRequest
from shared.process import Limits, ProcessFailed, run

_CODE_ROOT = str(Path(services.__file__).parent.parent)
WALL_S = 120.0
MAX_DOCUMENT = 64 * 1024**2
MAX_FILE = 32 * 1024**2


async def exported(command: ExportTimeline, blobs: Blobs, folder: Path, memory: int) -> Exported:
    """Return the file of ``command`` with its losses. Raises ``BadRequest`` for an unreadable timeline document."""
    async with AsyncExitStack() as stack:
        timeline = await _near(stack, blobs, command.timeline, MAX_DOCUMENT)
        plan = await _near(stack, blobs, command.plan, MAX_DOCUMENT) if command.plan else None
        analyses = {key: await _near(stack, blobs, ref, 4 * MAX_DOCUMENT) for key, ref in command.analyses.items()}
        order = ExchangeOrder(
            form=command.form, mode=command.mode, title=command.title, file=timeline, plan=plan, analyses=analyses
        )
        left = await _apart(order, folder, memory)
    if left.exported is None:
        raise _failed(left)
    return left.exported


async def imported(command: ImportTimeline, blobs: Blobs, folder: Path, memory: int) -> ImportedEdit:
    """Return what the file of ``command`` holds. Raises ``BadRequest`` for one that cannot be read."""
    async with AsyncExitStack() as stack:
        file = await _near(stack, blobs, command.document, MAX_FILE)
        left = await _apart(ExchangeOrder(file=file, rate=command.rate), folder, memory)
    if left.imported is None:
        raise _failed(left)
    return left.imported


async def _near(stack: AsyncExitStack, blobs: Blobs, ref: BlobRef, limit: int) -> Path:
    if ref.size > limit:
        raise BadRequest(
            f"The document has more than {limit} bytes.",
            code="interchange_invalid",
            remedy="Export a shorter sequence.",
        )
    return await stack.enter_async_context(blobs.local(ref))


async def _apart(order: ExchangeOrder, folder: Path, memory: int) -> Left:
    try:
        await run(
            [sys.executable, "-m", "services.planner.tools.exchange_child"],
            limits=Limits(wall_s=WALL_S, cpu_s=int(WALL_S), memory_bytes=memory),
            cwd=folder,
            env={"PYTHONPATH": _CODE_ROOT},
            stdin=order.model_dump_json().encode(),
        )
    except ProcessFailed as failed:
        if order.form is None and (failed.reason != "exit" or "MemoryError" in failed.stderr_tail):
            raise BadRequest(
                "Reading the file takes too much, or it breaks the reader.",
                code="interchange_invalid",
                remedy="Export a shorter sequence from your editor.",
            ) from None
        raise
    return Left.model_validate_json(await asyncio.to_thread((folder / ANSWER).read_bytes))


def _failed(left: Left) -> BadRequest:
    message, code, remedy = left.error or ("The file cannot be read.", "interchange_invalid", "Export it again.")
    return BadRequest(message, code=code, remedy=remedy)
