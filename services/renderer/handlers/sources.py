"""Fetching what an order needs: its timeline, judged, and its sources."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from pydantic import ValidationError

from services.renderer.domain.order import problems
from services.renderer.handlers.deps import Deps
from shared.contracts.commands import RenderTimeline
from shared.contracts.timeline import Timeline
from shared.errors import BadRequest


async def timeline_of(command: RenderTimeline, deps: Deps) -> Timeline:
    """Return the timeline of an order. Raises BadRequest that names every place where it is wrong."""
    try:
        timeline = Timeline.model_validate_json(await deps.blobs.get_bytes(command.timeline))
    except ValidationError as bad:
        fields = [".".join(map(str, error["loc"])) for error in bad.errors()[:20]]
        raise _invalid("The timeline document cannot be read.", {"fields": fields}) from None
    found = problems(timeline, command.outputs, deps.settings.max_frames)
    if found:
        first = f"{found[0].field}: {found[0].message}"
        more = f" And {len(found) - 1} more." if len(found) > 1 else ""
        raise _invalid(first + more, {"violations": [violation.model_dump() for violation in found[:50]]})
    return timeline


def _invalid(message: str, details: dict[str, object]) -> BadRequest:
    remedy = "Correct the named places of the timeline and render again."
    return BadRequest(message, code="timeline_invalid", remedy=remedy, details=details)


@asynccontextmanager
async def opened(timeline: Timeline, keys: Iterable[str], deps: Deps) -> AsyncIterator[dict[str, Path]]:
    """Have the sources ``keys`` of ``timeline`` as files, to be read only, while in the block."""
    async with AsyncExitStack() as stack:
        yield {
            key: await stack.enter_async_context(deps.blobs.local(timeline.sources[key].blob)) for key in sorted(keys)
        }
