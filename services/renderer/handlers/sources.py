"""Fetching what an order needs: its timeline, judged, and its sources."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from pydantic import ValidationError

from services.renderer.domain.order import problems
from services.renderer.domain.sound import layout_of
from services.renderer.handlers.deps import Deps
from services.renderer.tools.encoders import hardware
from services.renderer.tools.ffmpeg import Bench
from services.renderer.tools.ranges import ranges
from shared.contracts.commands import RenderTimeline
from shared.contracts.timeline import Clip, Timeline
from shared.errors import BadRequest


async def timeline_of(command: RenderTimeline, deps: Deps) -> Timeline:
    """Return the timeline of an order, its sound as the order asks for it.

    Raises BadRequest that names every place where it is wrong.
    """
    try:
        timeline = Timeline.model_validate_json(await deps.blobs.get_bytes(command.timeline))
    except ValidationError as bad:
        fields = [".".join(map(str, error["loc"])) for error in bad.errors()[:20]]
        raise _invalid("The timeline document cannot be read.", {"fields": fields}) from None
    layout = layout_of(timeline, command.options.channels)
    timeline = timeline.model_copy(update={"layout": layout})
    found = problems(timeline, command.outputs, deps.settings.max_frames)
    if found:
        first = f"{found[0].field}: {found[0].message}"
        more = f" And {len(found) - 1} more." if len(found) > 1 else ""
        raise _invalid(first + more, {"violations": [violation.model_dump() for violation in found[:50]]})
    return timeline


def _invalid(message: str, details: dict[str, object]) -> BadRequest:
    remedy = "Correct the named places of the timeline and render again."
    return BadRequest(message, code="timeline_invalid", remedy=remedy, details=details)


async def bench_for(scratch: Path, command: RenderTimeline, deps: Deps) -> Bench:
    """Return what a render works with in ``scratch``, the encoders tried that its outputs ask for."""
    codecs = frozenset(output.codec for output in command.outputs)
    found = await hardware(deps.settings, codecs)
    return Bench(scratch, deps.settings, found, deps.blobs.remote, room=deps.room)


def drawn_from(timeline: Timeline, clips: Iterable[Clip]) -> set[str]:
    """Return the keys of the sources that pictures of ``clips``, and overlays over them, are drawn from."""
    over = {overlay.clip.source for overlay in timeline.overlays if overlay.clip is not None}
    return over | {clip.source for clip in clips}


@asynccontextmanager
async def opened(timeline: Timeline, keys: Iterable[str], deps: Deps) -> AsyncIterator[dict[str, Path]]:
    """Have the sources ``keys`` of ``timeline`` and its colour tables as files, to be read only, while in the block.

    Large ones of a store that is elsewhere are not fetched: their paths lead to our own server on loopback.
    """
    blobs = {key: timeline.sources[key].blob for key in sorted(keys)}
    far = [key for key, blob in blobs.items() if deps.blobs.remote and blob.size > deps.settings.range_bytes]
    blobs |= {f"lut:{name}": blob for name, blob in timeline.luts.items()}
    async with AsyncExitStack() as stack:
        paths: dict[str, Path] = {}
        if far:
            server = await stack.enter_async_context(ranges(deps.blobs, [blobs[key] for key in far]))
            paths = {key: server.path(number) for number, key in enumerate(far)}
        for key in blobs.keys() - paths.keys():
            paths[key] = await stack.enter_async_context(deps.blobs.local(blobs[key]))
        yield paths
