"""How much memory drawing is thought to take, and who waits for it."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.renderer.domain.chunks import chunks
from services.renderer.domain.holding import groups, held, staying
from services.renderer.settings import RendererSettings
from services.renderer.tools.room import Room
from shared.allowance import bytes_allowed
from tests.bench.memory_cases import CASES, SHAPES, WIDE, line_of

MB = 10**6
MEASURED = {
    "one shot": 225, "20 cuts": 258, "60 short cuts with an effect": 346, "effects": 259, "three shapes": 528,
    "three shapes with effects": 626,
}  # fmt: skip
"""The largest ffmpeg that ``python -m tests.bench memory`` met, in MB."""

STAYING = {
    (720, 1, True): 158, (720, 4, True): 173, (1080, 1, False): 102, (1080, 4, False): 190, (1080, 4, True): 304,
    (2160, 1, False): 264,
}  # fmt: skip
"""The most that a program had which stays, by lines, sources and whether it decodes onwards, in MB."""


def _largest(name: str) -> int:
    case = CASES[name]
    line = line_of(case, 10**7, "1920x1080", 30, 40)
    return max(held(line, chunk, case.outputs, 1) for chunk in chunks(line.video, 60, 5))


@pytest.mark.parametrize("name", MEASURED)
def test_what_is_reckoned_is_not_less_than_what_was_measured_nor_much_more(name: str) -> None:
    assert MEASURED[name] <= _largest(name) / MB <= 1.5 * MEASURED[name]


@pytest.mark.parametrize(("height", "sources", "onwards"), STAYING)
def test_programs_that_stay_are_reckoned_too(height: int, sources: int, *, onwards: bool) -> None:
    output = WIDE.model_copy(update={"width": height * 16 // 9, "height": height})
    measured = STAYING[height, sources, onwards]
    assert measured <= staying(output, sources, 1, onwards=onwards) / MB <= 1.5 * measured


def test_outputs_that_do_not_fit_together_are_drawn_apart() -> None:
    case = CASES["three shapes with effects and dissolves"]
    line = line_of(case, 10**7, "1920x1080", 30, 40)
    chunk = max(chunks(line.video, 60, 5), key=lambda one: len(one.pieces))
    assert groups(line, chunk, SHAPES, 1, 10**12) == ((0, 1, 2),)
    assert groups(line, chunk, SHAPES, 1, 1) == ((0,), (1,), (2,))
    room = held(line, chunk, SHAPES[:2], 1)
    assert groups(line, chunk, SHAPES, 1, room) == ((0, 1), (2,))


def test_more_inputs_effects_and_pixels_take_more() -> None:
    assert _largest("one shot") < _largest("60 short cuts with an effect")
    assert _largest("effects") < _largest("effects and dissolves")
    line = line_of(CASES["one shot"], 10**7, "1920x1080", 30, 40)
    chunk = chunks(line.video, 60, 5)[0]
    large = WIDE.model_copy(update={"width": 3840, "height": 2160})
    assert held(line, chunk, [large], 1) > 2 * held(line, chunk, [WIDE], 1)


@given(needs=st.lists(st.integers(1, 120), min_size=1, max_size=30), total=st.integers(1, 100))
def test_nobody_is_forgotten_and_no_more_is_taken_than_there_is(needs: list[int], total: int) -> None:
    asyncio.run(_all_have_their_turn(needs, total))


async def _all_have_their_turn(needs: list[int], total: int) -> None:
    room, order, inside = Room(), list[int](), dict[int, int]()

    async def take(number: int, need: int) -> None:
        async with room.taken(need, total):
            order.append(number)
            inside[number] = need
            assert sum(inside.values()) <= total or len(inside) == 1
            await asyncio.sleep(0)
            del inside[number]

    async with asyncio.TaskGroup() as group:
        for number, need in enumerate(needs):
            group.create_task(take(number, need))
    assert order == list(range(len(needs))) and room.used == 0


@given(needs=st.lists(st.integers(1, 120), min_size=1, max_size=20), total=st.integers(1, 100), data=st.data())
def test_who_stays_idle_keeps_nobody_waiting(needs: list[int], total: int, data: st.DataObject) -> None:
    asyncio.run(_some_stay(needs, [data.draw(st.booleans()) for _ in needs], total))


async def _some_stay(needs: list[int], stays: list[bool], total: int) -> None:
    """Those that stay lend what they hold three times and take it back, unless somebody has wanted it."""
    room, held = Room(), dict[int, int]()

    def look() -> None:
        assert sum(held.values()) <= room.used and (room.used <= total or len(held) <= 1)

    async def work(number: int, need: int, *, stay: bool) -> None:
        for _ in range(3 if stay else 1):
            if number not in held or not room.back(leaves[number]):
                await room.take(need, total)
                held[number] = need
            look()
            await asyncio.sleep(0)
            room.lend(need, leaves[number])
            look()
            await asyncio.sleep(0)
        if not stay and room.back(leaves[number]):
            del held[number]
            room.free(need)

    leaves = [partial(held.__delitem__, number) for number in range(len(needs))]
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        for number, need in enumerate(needs):
            group.create_task(work(number, need, stay=stays[number]))
    async with asyncio.timeout(60), room.taken(total, total):
        assert held == {} and room.used == total


def test_room_that_is_lent_is_taken_back_where_nobody_wants_it() -> None:
    room, left = Room(), list[int]()
    asyncio.run(room.take(4, 10))
    asyncio.run(room.take(4, 10))
    first, second = partial(left.append, 1), partial(left.append, 2)
    room.lend(4, first)
    assert room.back(first) and not room.back(first), "it is lent once"
    room.lend(4, first)
    room.lend(4, second)
    asyncio.run(room.take(6, 10))
    assert left == [1] and room.used == 10, "no more leave than have to, those first that were idle first"
    assert not room.back(first) and room.back(second)


@pytest.mark.parametrize("given_up", [0, 1, 2])
async def test_who_gives_up_waiting_leaves_no_hole(given_up: int) -> None:
    room, begun = Room(), asyncio.Event()

    async def take(need: int) -> None:
        async with room.taken(need, 10):
            await begun.wait()

    first = asyncio.create_task(take(10))
    await asyncio.sleep(0)
    others = [asyncio.create_task(take(4)) for _ in range(3)]
    await asyncio.sleep(0)
    others[given_up].cancel()
    begun.set()
    await asyncio.gather(first, *others, return_exceptions=True)
    assert [one.cancelled() for one in others] == [number == given_up for number in range(3)]
    assert room.used == 0
    async with asyncio.timeout(30), room.taken(10, 10):
        assert room.used == 10


def test_room_follows_the_memory_of_the_container_unless_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    assert bytes_allowed("536870912\n") == 512 * 1024**2
    assert bytes_allowed("max\n") is bytes_allowed("") is bytes_allowed("0") is None
    assert RendererSettings(parallel=2, drawing_bytes=5 * MB).drawing_room() == 5 * MB
    assert RendererSettings(parallel=2).drawing_room() <= 800 * MB
