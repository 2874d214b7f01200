"""Slots: what runs at once, and who may begin while another is still busy with what needs none."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest

from services.renderer.domain.sound import Level
from services.renderer.tools.falling_back import render
from services.renderer.tools.ffmpeg import Bench
from services.renderer.tools.join import Tags
from services.renderer.tools.parts import Order
from services.renderer.tools.proof import Packets
from services.renderer.tools.shelf import Drawn, Made, NoShelf, Voiced, Wanted, had
from services.renderer.tools.slots import Slots
from shared.contracts.timeline import RenderOptions
from tests.patience import LONG, until
from tests.service.renderer_footage import clip, numbered, timeline
from tests.service.test_renderer_service import FAST, WIDE


@dataclass
class SlowStore(NoShelf):
    """Keeping waits until somebody lets it."""

    let: asyncio.Event = field(default_factory=asyncio.Event)
    keeping: list[str] = field(default_factory=list)

    async def keep(self, key: str, made: Made) -> None:
        """Wait."""
        self.keeping.append(key)
        await self.let.wait()


def voiced(key: str) -> Voiced:
    return Voiced(Path(key), Level(-14.0, -1.0), Packets(1, 1))


@dataclass
class Work:
    """Things that are made; each is ended by the test."""

    free_early: bool
    begun: dict[str, asyncio.Event] = field(default_factory=dict)

    def wanted(self, key: str) -> Wanted[Voiced]:
        """A key that this makes."""
        self.begun[key] = asyncio.Event()

        async def make(keys: Sequence[str], free: Callable[[], None]) -> dict[str, Voiced]:
            self.begun[key].set()
            if self.free_early:
                free()
                free()
            return {key: voiced(key) for key in keys}

        return Wanted([key], Voiced, make, lambda key, one: None)


async def _beside(
    free_early: bool, shelf: SlowStore, work: Work
) -> tuple[asyncio.Semaphore, list[asyncio.Task[object]]]:
    slots = asyncio.Semaphore(1)
    tasks: list[asyncio.Task[object]] = [
        asyncio.create_task(had(shelf, slots, Path(), work.wanted(key))) for key in ("a", "b")
    ]
    async with asyncio.timeout(LONG):
        while len(shelf.keeping) < (2 if free_early else 1):
            await asyncio.sleep(0)
    return slots, tasks


@pytest.mark.parametrize("free_early", [True, False])
async def test_the_next_begins_when_the_programs_of_one_have_ended(free_early: bool) -> None:
    """Given back early a slot lets the next begin while the first is still being kept; else it does not."""
    shelf, work = SlowStore(), Work(free_early)
    slots, tasks = await _beside(free_early, shelf, work)
    assert work.begun["b"].is_set() is free_early
    assert slots.locked() is not free_early
    shelf.let.set()
    async with asyncio.timeout(LONG):
        found = await asyncio.gather(*tasks)
    assert found == [{"a": voiced("a")}, {"b": voiced("b")}]
    await slots.acquire()
    assert slots.locked(), "a slot that was given back twice counts twice"


class Turns(asyncio.Semaphore):
    """Counts who has one, and how many did."""

    held = most = all = 0

    async def acquire(self) -> Literal[True]:
        """Count."""
        await super().acquire()
        self.held += 1
        self.most, self.all = max(self.most, self.held), self.all + 1
        return True

    def release(self) -> None:
        """Count."""
        self.held -= 1
        super().release()


async def test_programs_of_the_sound_of_two_renders_take_turns(tmp_path: Path) -> None:
    """Each render decodes, encodes and measures its sound: at least three programs."""
    footage = {"a": await numbered(tmp_path, 50, "25/1", sound=True)}
    slots, benches = Slots(asyncio.Semaphore(2), turns := Turns(1)), []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        benches.append(Bench(tmp_path / name, FAST))
    tags, paths = Tags("", "", datetime(2026, 1, 1, tzinfo=UTC)), {"a": footage["a"].path}
    orders = [
        Order(timeline(footage, [clip(i, i, i + 1)]), paths, (WIDE,), RenderOptions(loudness=None), tags)
        for i in range(2)
    ]
    films = await asyncio.gather(
        *(render(bench, order, lambda f, d: None, None, slots) for bench, order in zip(benches, orders, strict=True))
    )
    assert all(made.check.passed for (made,) in films)
    assert turns.most == 1 and turns.all >= 6 and not turns.locked()


async def test_a_failure_gives_the_slot_back_once() -> None:
    slots = asyncio.Semaphore(1)

    async def broken(keys: Sequence[str], free: Callable[[], None]) -> dict[str, Voiced]:
        free()
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        await had(NoShelf(), slots, Path(), Wanted(["a"], Voiced, broken, lambda key, one: None))
    await slots.acquire()
    assert slots.locked()


class SlowForPictures(SlowStore):
    """Only chunks wait."""

    async def keep(self, key: str, made: Made) -> None:
        """Wait with a chunk."""
        if isinstance(made, Drawn):
            await super().keep(key, made)


async def test_a_film_is_joined_while_its_chunks_are_still_kept(tmp_path: Path) -> None:
    """And it is not done before they are."""
    footage, shelf = {"a": await numbered(tmp_path, 50, "25/1", sound=True)}, SlowForPictures()
    tags, paths = Tags("", "", datetime(2026, 1, 1, tzinfo=UTC)), {"a": footage["a"].path}
    made = timeline(footage, [clip(0, 0, 2)])
    (tmp_path / "out").mkdir()
    order = Order(made, paths, (WIDE,), RenderOptions(captions=False, loudness=None), tags)
    rendering = asyncio.create_task(render(Bench(tmp_path / "out", FAST), order, lambda f, d: None, shelf))
    await until((tmp_path / "out" / f"film_{WIDE.name}.mp4").exists)
    assert shelf.keeping and not rendering.done()
    shelf.let.set()
    async with asyncio.timeout(LONG):
        (film,) = await rendering
    assert film.check.passed
