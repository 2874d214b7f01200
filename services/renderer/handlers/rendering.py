"""Rendering a timeline: fetch, render with what is kept, publish, done."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path

from services.renderer.domain import formats
from services.renderer.domain.sound import layout_of
from services.renderer.handlers.deps import Deps
from services.renderer.handlers.shelf import KeptChunks
from services.renderer.handlers.sources import bench_for, drawn_from, opened, timeline_of
from services.renderer.handlers.withdrawing import base_of
from services.renderer.store import chunks, renders
from services.renderer.tools.extras import Sheet
from services.renderer.tools.falling_back import render
from services.renderer.tools.film import Film
from services.renderer.tools.join import Tags
from services.renderer.tools.packaging import MASTER, Laddered
from services.renderer.tools.parts import Order
from shared.contracts.blob import BlobRef
from shared.contracts.commands import RenderTimeline
from shared.contracts.events import TimelineRendered
from shared.contracts.media import SpriteSheet
from shared.contracts.timeline import Ladder, Rendered, Timeline
from shared.db import transaction
from shared.listing import put_listing
from shared.step import Step

HANDS = 8
"""Files of a ladder that are stored at once."""


async def render_timeline(command: RenderTimeline, step: Step, deps: Deps) -> None:
    """Render the timeline to every output, check the files, publish them."""
    began = time.monotonic()
    timeline = await timeline_of(command, deps)
    films = await _films(command, timeline, step, deps)
    outputs = tuple([await _published(film, timeline, command.timeline.sha256, step, deps) for film in films])
    seconds = time.monotonic() - began
    step.log.info("render.done", frames=timeline.frames * len(outputs), seconds=round(seconds, 2))
    async with step.finish() as done:
        await renders.save(
            done.connection, command_id=step.command_id, job_id=step.job_id, tenant=step.tenant,
            timeline_sha256=command.timeline.sha256, outputs=outputs, seconds=seconds,
        )  # fmt: skip
        await done.emit(TimelineRendered(outputs=outputs))


async def _films(command: RenderTimeline, timeline: Timeline, step: Step, deps: Deps) -> list[Film]:
    async with transaction(deps.pool) as connection:
        await chunks.begin(
            connection, step.command_id, command, owner=deps.owner, priority=step.envelope.priority,
            parallel=deps.settings.parallel, lease_s=deps.lease_s,
        )  # fmt: skip
    used = drawn_from(timeline, timeline.video) | {s.source for s in timeline.sounds if s.source is not None}
    bench = await bench_for(step.scratch, command, deps)
    shelf = KeptChunks(deps.pool, deps.blobs, deps.owner, deps.lease_s, step.command_id, deps.bell)
    async with shelf, opened(timeline, used, deps) as sources:
        tags = Tags(command.options.title, command.options.comment, datetime.now(UTC))
        order = Order(timeline, sources, command.outputs, command.options, tags)
        return await render(bench, order, step.progress, shelf, deps.slots)


async def _published(film: Film, timeline: Timeline, plan: str, step: Step, deps: Deps) -> Rendered:
    output = film.output
    base = base_of(step.job_id, step.command_id, output)
    put = deps.blobs.put_file
    return Rendered(
        name=output.name,
        file=await put(f"{base}.{formats.ending(output)}", film.file, formats.content_type(output)),
        width=output.width,
        height=output.height,
        duration=film.seconds,
        frames=formats.frames_in(output, timeline.frames, timeline.rate),
        loudness=film.loudness,
        check=film.check,
        codec=output.codec,
        audio_codec=formats.sound_of(output),
        channels=layout_of(timeline, output.channels),
        draft=output.draft,
        plan=plan,
        poster=await put(f"{base}.poster.jpg", film.poster, "image/jpeg") if film.poster else None,
        subtitles=await put(f"{base}.srt", film.subtitles, "application/x-subrip") if film.subtitles else None,
        sprites=await _sheet(film.sprites, f"{base}.sprites.jpg", deps) if film.sprites else None,
        hls=await _ladder(film.ladder, f"{base}.hls", deps) if film.ladder else None,
    )


async def _ladder(made: Laddered, base: str, deps: Deps) -> Ladder:
    """Store everything in one folder, several files at once, the playlists last, so that what they name is there."""
    files = await asyncio.to_thread(lambda: sorted(made.folder.iterdir()))
    listing = await put_listing(deps.blobs, base, [f"{base}/{file.name}" for file in files])
    hands = asyncio.Semaphore(HANDS)

    async def put(file: Path) -> BlobRef:
        async with hands:
            return await deps.blobs.put_file(f"{base}/{file.name}", file, formats.STREAMED[file.suffix])

    refs: list[BlobRef] = []
    for named in (False, True):
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(put(file)) for file in files if (file.suffix == ".m3u8") is named]
        refs += [task.result() for task in tasks]
    size = sum(ref.size for ref in refs)
    master = next(ref for ref in refs if ref.key.endswith(f"/{MASTER}"))
    return Ladder(master=master, listing=listing, files=len(refs), size=size, renditions=made.renditions)


async def _sheet(sheet: Sheet, key: str, deps: Deps) -> SpriteSheet:
    image = await deps.blobs.put_file(key, sheet.file, "image/jpeg")
    width, height = sheet.tile
    return SpriteSheet(
        image=image, columns=sheet.columns, rows=sheet.rows, tile_width=width, tile_height=height,
        interval=sheet.interval, count=sheet.count,
    )  # fmt: skip
