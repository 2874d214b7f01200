"""Drawing chunks of renders that other replicas have taken on, while this one has slots free."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine
from datetime import UTC, datetime
from functools import partial
from typing import Any

from services.renderer.handlers.deps import Deps
from services.renderer.handlers.shelf import KeptChunks, folder_for
from services.renderer.handlers.sources import bench_for, drawn_from, opened, timeline_of
from services.renderer.store import chunks
from services.renderer.store.chunks import Open
from services.renderer.tools.drawing import draw
from services.renderer.tools.ffmpeg import Bench
from services.renderer.tools.film import prepared
from services.renderer.tools.join import Tags
from services.renderer.tools.parts import Order, Place, places
from services.renderer.tools.slots import Slot
from shared import log
from shared.contracts.ids import new_id
from shared.contracts.timeline import Timeline
from shared.db import AWAY, transaction
from shared.signal import Signal

MOST_ATTEMPTS = 3
"""A chunk that failed so often is left to the render's own worker, who tells of its failure."""
IDLE_S = 1.0
"""How often to look for work where nobody tells of it: leases that ran out, and what a lost connection missed."""
LOOK_S = 0.5
"""How often to look whether the render still lives."""
logger = log.get(__name__)


async def help_others(deps: Deps, wake: Signal, idle_s: float = IDLE_S) -> None:
    """Draw what others wait for, for ever.

    ``wake`` comes when there may be such work, or a slot for it; without, it is looked for every ``idle_s``.
    """
    at_work: set[tuple[str, int]] = set()
    async with asyncio.TaskGroup() as group:
        while True:
            found = None if deps.slots.pictures.locked() else await _found(deps, at_work)
            if found is None:
                await wake.wait(idle_s)
                continue
            slot = await Slot(deps.slots.pictures).taken()
            at_work.add(found.at)
            task = group.create_task(_while_open(found, _help(found, deps, slot.free), deps))
            task.add_done_callback(partial(_ended, found, slot, at_work))


def _ended(found: Open, slot: Slot, at_work: set[tuple[str, int]], _: asyncio.Task[None]) -> None:
    at_work.discard(found.at)
    slot.free()


async def _found(deps: Deps, at_work: Collection[tuple[str, int]]) -> Open | None:
    try:
        async with deps.pool.acquire() as connection:
            return await chunks.others(connection, deps.owner, MOST_ATTEMPTS, at_work)
    except (*AWAY, TimeoutError) as away:
        logger.warning("help.waits", error=f"{type(away).__name__}: {away}")
        return None


async def _while_open(found: Open, work: Coroutine[Any, Any, None], deps: Deps) -> None:
    """Do ``work`` as long as the render lives: one that was cancelled must keep no program running anywhere."""
    drawing = asyncio.create_task(work)
    try:
        while not (await asyncio.wait([drawing], timeout=LOOK_S))[0]:
            if not await _open(found, deps):
                logger.info("help.unwanted", command=found.command_id, place=found.place)
                return
    finally:
        drawing.cancel()
        await asyncio.wait([drawing])


async def _open(found: Open, deps: Deps) -> bool:
    try:
        async with deps.pool.acquire() as connection:
            return await chunks.is_open(connection, found.command_id)
    except (*AWAY, TimeoutError):
        return True  # the database will say when it is back


async def _help(found: Open, deps: Deps, free: Callable[[], None]) -> None:
    try:
        timeline, command = await timeline_of(found.command, deps), found.command
        async with folder_for(deps.scratch / "renderer", f"help.{new_id()}") as folder:
            bench = await bench_for(folder, command, deps)
            cut = await asyncio.to_thread(places, bench, timeline, command.outputs, command.options, found.parallel)
            if found.place < len(cut):
                await _draw(bench, found, timeline, cut[found.place], deps, free)
            else:
                await _pass_over(found, deps)
    except Exception as failed:
        logger.warning("help.failed", command=found.command_id, place=found.place, error=repr(failed))
        free()
        await asyncio.sleep(IDLE_S)  # what fails at once is not to be tried again at once


async def _pass_over(found: Open, deps: Deps) -> None:
    async with transaction(deps.pool) as connection:
        await chunks.pass_over(connection, found)


async def _draw(
    bench: Bench, found: Open, timeline: Timeline, place: Place, deps: Deps, free: Callable[[], None]
) -> None:
    """Keys that another version or another encoder makes are not ours to draw: nothing is claimed then."""
    used = drawn_from(timeline, [timeline.video[piece.clip] for piece in place.chunk.pieces])
    async with (
        KeptChunks(deps.pool, deps.blobs, deps.owner, deps.lease_s) as shelf,
        opened(timeline, used, deps) as sources,
    ):
        taken = await shelf.take(sorted(place.parts))
        if not taken.mine:
            if not taken.ready:
                await _pass_over(found, deps)
            return
        tags = Tags("", "", datetime.now(UTC))
        order = Order(timeline, sources, found.command.outputs, found.command.options, tags)
        parts = [place.parts[key] for key in sorted(taken.mine)]
        made = await draw(bench, await prepared(bench, order), place.chunk, parts, lambda frame: None, free)
        for key, drawn in made.items():
            await shelf.keep(key, drawn)
        logger.info("help.drawn", command=found.command_id, place=found.place)
