"""How much memory drawing is thought to take, and who waits for it."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.renderer.domain.chunks import chunks
from services.renderer.domain.holding import groups, held
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


def _largest(name: str) -> int:
    case = CASES[name]
    line = line_of(case, 10**7, "1920x1080", 30, 40)
    return max(held(line, chunk, case.outputs, 1) for chunk in chunks(line.video, 60, 5))


@pytest.mark.parametrize("name", MEASURED)
def test_what_is_reckoned_is_not_less_than_what_was_measured_nor_much_more(name: str) -> None:
    assert MEASURED[name] <= _largest(name) / MB <= 1.5 * MEASURED[name]


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
