"""Where plans are reckoned: small analyses in a thread, large ones in a process of their own that can be ended.

Reading JSON holds the interpreter's lock, so that a large analysis read in a thread would stop the event loop.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

import services
from services.planner.domain.desk import DeskAnswer, DeskOrder, reckon
from services.planner.domain.footage import Material
from services.planner.domain.template import Template
from services.planner.settings import PlannerSettings
from services.planner.tools.desk_child import ANSWER, PLAN, DeskRequest, DeskSource, Left
from shared.blobs import Blobs
from shared.contracts.blob import BlobRef
from shared.contracts.commands import PlanSource
from shared.contracts.media import Analysis
from shared.errors import BadMedia, BadRequest, PermanentError
from shared.process import Limits, ProcessFailed, run

_CODE_ROOT = str(Path(services.__file__).parent.parent)
_ERRORS: dict[str, type[PermanentError]] = {"BadMedia": BadMedia, "BadRequest": BadRequest}
WALL_S = 300.0


@dataclass(frozen=True, slots=True)
class Desk:
    """The sources of one edit. ``materials`` are read when they are small, else they lie at ``files``."""

    settings: PlannerSettings
    templates: Mapping[str, Template]
    blobs: Blobs
    folder: Path
    sources: Sequence[PlanSource]
    materials: Sequence[Material]
    files: Sequence[Path]

    async def reckon(self, order: DeskOrder) -> tuple[DeskAnswer, BlobRef | None]:
        """Do what ``order`` says and store the plan under its hash. Raises BadRequest and BadMedia as planning does."""
        if self.materials:
            answer, body = await asyncio.to_thread(reckon, order, self.materials, self.templates)
            if answer.made is None:
                return answer, None
            return answer, await self.blobs.put_bytes(_key(answer.made.sha256), body, "application/json")
        left = await self._child(order)
        if left.error is not None:
            kind = _ERRORS.get(left.error.kind, PermanentError)
            raise kind(
                left.error.message, code=left.error.code, remedy=left.error.remedy, details=dict(left.error.details)
            )
        answer = left.answer
        if answer.made is None:
            return answer, None
        return answer, await self.blobs.put_file(_key(answer.made.sha256), self.folder / PLAN, "application/json")

    async def _child(self, order: DeskOrder) -> Left:
        places = [
            DeskSource(asset_id=s.asset_id, media=s.media, path=path)
            for s, path in zip(self.sources, self.files, strict=True)
        ]
        request = DeskRequest(order=order, sources=tuple(places))
        limits = Limits(wall_s=WALL_S, cpu_s=int(WALL_S), memory_bytes=self.settings.child_memory_bytes)
        try:
            await run(
                [sys.executable, "-m", "services.planner.tools.desk_child"],
                limits=limits,
                cwd=self.folder,
                env={"PYTHONPATH": _CODE_ROOT},
                stdin=request.model_dump_json().encode(),
            )
        except ProcessFailed as failed:
            if failed.reason in {"wall_limit", "cpu_limit"} or "MemoryError" in failed.stderr_tail:
                raise BadRequest(
                    "The footage is too much to plan at once.",
                    code="plan_too_large",
                    remedy="Plan with fewer or shorter sources, or raise CUTROOM_PLANNER_CHILD_MEMORY_BYTES.",
                ) from None
            raise
        return Left.model_validate_json(await asyncio.to_thread((self.folder / ANSWER).read_bytes))


@asynccontextmanager
async def desk(
    sources: Sequence[PlanSource],
    *,
    blobs: Blobs,
    settings: PlannerSettings,
    templates: Mapping[str, Template],
    folder: Path,
) -> AsyncIterator[Desk]:
    """Have the analyses at hand while in the block. Raises BadRequest for one that cannot be read or is too large."""
    for source in sources:
        if source.analysis.size > settings.max_analysis_bytes:
            raise unreadable(source.asset_id, f"it is larger than {settings.max_analysis_bytes} bytes")
    together = sum(s.analysis.size for s in sources)
    async with AsyncExitStack() as stack:
        if together < settings.child_from_bytes:
            materials = [await _material(source, blobs, settings) for source in sources]
            yield Desk(settings, templates, blobs, folder, sources, materials, ())
            return
        files = [await stack.enter_async_context(blobs.local(source.analysis)) for source in sources]
        yield Desk(settings, templates, blobs, folder, sources, (), files)


async def _material(source: PlanSource, blobs: Blobs, settings: PlannerSettings) -> Material:
    body = await blobs.get_bytes(source.analysis, limit=settings.max_analysis_bytes)
    try:
        return Material(source.asset_id, source.media, Analysis.model_validate_json(body))
    except ValidationError as bad:
        fields = [".".join(map(str, error["loc"])) for error in bad.errors()[:20]]
        raise unreadable(source.asset_id, "its form is not known", fields) from None


def unreadable(asset_id: str, why: str, fields: Sequence[str] = ()) -> BadRequest:
    """Return the error for an analysis that is none."""
    return BadRequest(
        f"The analysis of asset {asset_id} cannot be read: {why}.",
        code="analysis_invalid",
        remedy="Analyse the asset again.",
        details={"fields": list(fields)},
    )


def _key(sha256: str) -> str:
    return f"plans/{sha256}.json"
