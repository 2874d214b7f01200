"""Slots: what runs at once, and who may begin while another is still busy with what needs none."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from services.renderer.domain.sound import Level
from services.renderer.tools.proof import Packets
from services.renderer.tools.shelf import Made, NoShelf, Voiced, Wanted, had
from tests.patience import LONG


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


async def test_a_failure_gives_the_slot_back_once() -> None:
    slots = asyncio.Semaphore(1)

    async def broken(keys: Sequence[str], free: Callable[[], None]) -> dict[str, Voiced]:
        free()
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        await had(NoShelf(), slots, Path(), Wanted(["a"], Voiced, broken, lambda key, one: None))
    await slots.acquire()
    assert slots.locked()
