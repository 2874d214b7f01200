"""Helping: a replica with nothing to do draws what others offer, as soon as they do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.renderer.domain.sound import Level
from services.renderer.handlers.deps import Deps
from services.renderer.handlers.helping import help_others
from services.renderer.handlers.shelf import KeptChunks
from services.renderer.store import chunks
from services.renderer.tools.ffmpeg import Bench
from services.renderer.tools.join import Tags
from services.renderer.tools.parts import Order, places
from services.renderer.tools.proof import Packets
from services.renderer.tools.shelf import Voiced
from services.renderer.tools.slots import Slots
from shared.contracts.commands import RenderTimeline
from shared.contracts.ids import new_id
from shared.contracts.timeline import RenderOptions
from shared.db import transaction
from shared.infra import Infra
from shared.signal import Bell, Signal, listen
from tests.database import MakeInfra
from tests.patience import LONG, until_told
from tests.service.renderer_footage import clip, numbered, timeline
from tests.service.test_renderer_service import FAST, WIDE, stored

NEVER = 100 * LONG
SHOTS = 6
OURS = FAST.model_copy(update={"chunk_seconds": 0.4, "parallel": 1, "max_inputs": 3})
LISTENERS = "select pid from pg_stat_activity where datname = current_database() and query like 'LISTEN%'"


def deps_of(infra: Infra, wake: Signal) -> Deps:
    """One replica."""
    slots = Slots.of(OURS.parallel, wake.set)
    return Deps(infra.blobs, OURS, infra.pool, infra.scratch, infra.settings.lease_seconds, slots)


@asynccontextmanager
async def hearing(infra: Infra, told: Callable[[], None]) -> AsyncIterator[None]:
    """Have ``told`` called for every change among the chunks."""
    task = asyncio.create_task(listen(infra.database_url, {"chunks": lambda _: told()}))
    try:
        await until_told(lambda: _listens(infra))
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def helper(infra: Infra, idle_s: float, *, told: bool) -> AsyncIterator[None]:
    """A replica that only helps; ``told``: it hears of new work."""
    wake = Signal()
    task = asyncio.create_task(help_others(deps_of(infra, wake), wake, idle_s))
    try:
        async with hearing(infra, wake.set) if told else nullcontext():
            yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _listens(infra: Infra) -> bool:
    return bool(await _listeners(infra))


async def _deaf(infra: Infra) -> bool:
    return not await _listeners(infra)


async def _listeners(infra: Infra) -> set[int]:
    return {row["pid"] for row in await infra.pool.fetch(LISTENERS)}


async def offered(infra: Infra, folder: Path, late: float = 0.0) -> tuple[str, int]:
    """Somebody's render that he draws nothing of: its command, and how many chunks it has.

    It shows what is ``late`` seconds behind the beginning of the source, at most half of one.
    """
    footage = {"a": await numbered(folder, SHOTS * 10 + 15, "25/1", sound=False)}
    made = timeline(footage, [clip(i, 0.4 * i + late, 0.4 * i + 0.4 + late) for i in range(SHOTS)])
    options = RenderOptions(captions=False, loudness=None)
    command = RenderTimeline(timeline=await stored(infra, made, footage), outputs=(WIDE,), options=options)
    order = Order(made, {}, (WIDE,), options, Tags("", "", datetime.now(UTC)))
    cut = places(Bench(folder, OURS), order.timeline, order.outputs, order.options, OURS.parallel)
    at = new_id()
    async with transaction(infra.pool) as connection:
        await chunks.begin(connection, at, command, owner="somebody", priority=0, parallel=1, lease_s=NEVER)
    shelf = KeptChunks(infra.pool, infra.blobs, "somebody", NEVER, at)
    await shelf.offer([tuple(place.parts) for place in cut])
    return at, len(cut)


async def _all_kept(infra: Infra, count: int) -> bool:
    kept = await infra.pool.fetchval("select count(*) from chunks where state = 'kept' and attempts = 1")
    return bool(kept == count)


async def test_a_helper_is_told_of_work_and_goes_on_without_looking(make_infra: MakeInfra, tmp_path: Path) -> None:
    """It would look by itself in some hours only: the offer wakes it, and so does every chunk that it has drawn."""
    infra = await make_infra("renderer")
    async with helper(infra, NEVER, told=True):
        _, count = await offered(infra, tmp_path)
        assert count >= 3
        await until_told(lambda: _all_kept(infra, count))
    await until_told(lambda: _deaf(infra))


async def test_a_helper_whom_nobody_tells_looks_by_itself(make_infra: MakeInfra, tmp_path: Path) -> None:
    infra = await make_infra("renderer")
    async with helper(infra, 0.05, told=False):
        _, count = await offered(infra, tmp_path)
        await until_told(lambda: _all_kept(infra, count))


async def test_a_helper_comes_back_when_its_connections_were_cut(make_infra: MakeInfra, tmp_path: Path) -> None:
    infra = await make_infra("renderer")
    async with helper(infra, NEVER, told=True):
        before = await _listeners(infra)
        await infra.pool.execute(f"select pg_terminate_backend(pid) from ({LISTENERS}) as listening")
        await until_told(lambda: _others_listen(infra, before))
        _, count = await offered(infra, tmp_path)
        await until_told(lambda: _all_kept(infra, count))


async def _others_listen(infra: Infra, before: set[int]) -> bool:
    return bool(await _listeners(infra) - before)


async def test_what_no_helper_can_make_is_given_up_and_not_tried_without_end(
    make_infra: MakeInfra, tmp_path: Path
) -> None:
    """A place that this version's cut does not have."""
    infra = await make_infra("renderer")
    async with helper(infra, 0.02, told=True):
        at, count = await offered(infra, tmp_path)
        async with transaction(infra.pool) as connection:
            await chunks.offer(connection, at, ["strange"], [count])
        strange = "select attempts >= 3 from chunks where key = 'strange'"
        await until_told(lambda: infra.pool.fetchval(strange))
        await until_told(lambda: _all_kept(infra, count))
    assert await infra.pool.fetchval("select attempts from chunks where key = 'strange'") == 3


@pytest.mark.parametrize("end", ["kept", "given back"])
async def test_who_waits_for_a_chunk_is_told_how_it_ended(make_infra: MakeInfra, tmp_path: Path, end: str) -> None:
    infra = await make_infra("renderer")
    bell = Bell()
    at, _ = await offered(infra, tmp_path)
    key = await infra.pool.fetchval("select key from chunks order by key limit 1")
    (tmp_path / "file.mp4").write_bytes(b"drawn")
    made = Voiced(tmp_path / "file.mp4", Level(-14.0, -1.0), Packets(1, 1))
    async with hearing(infra, bell.ring), KeptChunks(infra.pool, infra.blobs, "he who draws", NEVER) as drawing:
        assert (await drawing.take([key])).mine == {key}
        shelf = KeptChunks(infra.pool, infra.blobs, "he who waits", NEVER, at, bell)
        waiting = asyncio.create_task(shelf.changed(NEVER))
        await asyncio.sleep(0)
        assert not waiting.done()
        await (drawing.keep(key, made) if end == "kept" else drawing.release([key]))
        async with asyncio.timeout(LONG):
            await waiting
    state = await infra.pool.fetchval("select state from chunks where key = $1", key)
    assert state == ("kept" if end == "kept" else "waiting")
