"""One function per command: fetch, decide, act, done."""

from __future__ import annotations

import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import ValidationError

from services.renderer import store
from services.renderer.domain.order import problems
from services.renderer.settings import RendererSettings
from services.renderer.tools.ffmpeg import Bench
from services.renderer.tools.film import Film, render
from services.renderer.tools.join import Tags
from services.renderer.tools.parts import Order
from shared.blobs import Blobs
from shared.contracts.commands import RenderTimeline
from shared.contracts.events import TimelineRendered
from shared.contracts.timeline import Rendered, Timeline
from shared.errors import BadRequest
from shared.step import Step


@dataclass(frozen=True, slots=True)
class Deps:
    """What the handlers work with."""

    blobs: Blobs
    settings: RendererSettings


async def render_timeline(command: RenderTimeline, step: Step, deps: Deps) -> None:
    """Render the timeline to every output, check the files, publish them."""
    began = time.monotonic()
    timeline = await _timeline(command, deps)
    async with AsyncExitStack() as opened:
        used = {c.source for c in timeline.video} | {s.source for s in timeline.sounds if s.source is not None}
        sources = {
            key: await opened.enter_async_context(deps.blobs.local(timeline.sources[key].blob)) for key in sorted(used)
        }
        tags = Tags(command.options.title, command.options.comment, datetime.now(UTC))
        order = Order(timeline, sources, command.outputs, command.options, tags)
        films = await render(Bench(step.scratch, deps.settings), order, step.progress)
    outputs = tuple([await _published(film, timeline, step, deps) for film in films])
    seconds = time.monotonic() - began
    step.log.info("render.done", frames=timeline.frames * len(outputs), seconds=round(seconds, 2))
    async with step.finish() as done:
        await store.save(
            done.connection, command_id=step.command_id, job_id=step.job_id, tenant=step.tenant,
            timeline_sha256=command.timeline.sha256, outputs=outputs, seconds=seconds,
        )  # fmt: skip
        await done.emit(TimelineRendered(outputs=outputs))


async def _timeline(command: RenderTimeline, deps: Deps) -> Timeline:
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


async def _published(film: Film, timeline: Timeline, step: Step, deps: Deps) -> Rendered:
    key = f"final/{step.job_id}/{step.command_id}/{film.output.name}.mp4"
    return Rendered(
        name=film.output.name,
        file=await deps.blobs.put_file(key, film.file, "video/mp4"),
        width=film.output.width,
        height=film.output.height,
        duration=film.seconds,
        frames=timeline.frames,
        loudness=film.loudness,
        check=film.check,
    )
