"""Pictures between copies: the program that stays draws the very frames that ffmpeg draws, or leaves them to it."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np
import pytest

from services.renderer.domain.chunks import Chunk, Piece
from services.renderer.domain.h264 import sets_of
from services.renderer.domain.holding import staying
from services.renderer.settings import RendererSettings
from services.renderer.tools import picture
from services.renderer.tools.copying import plan
from services.renderer.tools.edges import Edges
from services.renderer.tools.ffmpeg import Bench
from services.renderer.tools.join import Tags
from services.renderer.tools.parts import Order
from services.renderer.tools.picture import Drawing
from services.renderer.tools.room import Room
from services.renderer.tools.spans import Source
from shared.process import ProcessFailed
from tests.patience import until
from tests.service.renderer_footage import Footage, clip, numbers, pictures, timeline
from tests.service.test_renderer_copy import COPY, PYRAMID, SIZE, WIDE, coded

CUTS = [(7, 60), (93, 70), (201, 40)]
BETWEEN = Chunk(0, 0, 16, (Piece(0, 57, 3), Piece(1, 0, 13)))
"""The end of the first clip, and of the second what comes before its first key frame."""
WANTED = [*range(64, 67), *range(93, 106)]
OPEN = ("-g", "30", "-bf", "3", "-x264-params", "open-gop=1")


def ordered(folder: Path, source: Footage) -> tuple[Bench, Order]:
    """What renders ``CUTS`` of a source."""
    clips = [clip(i, a / 25, (a + n) / 25) for i, (a, n) in enumerate(CUTS)]
    line, tags = timeline({"a": source}, clips), Tags("", "", datetime(2026, 1, 2, tzinfo=UTC))
    return Bench(folder, RendererSettings(crf=16)), Order(line, {"a": source.path}, (WIDE,), COPY, tags)


def sets(path: Path) -> object:
    """The parameter sets of a film."""
    with av.open(str(path)) as container:
        return sets_of(container.streams.video[0].codec_context.extradata or b"")


def programs(folder: Path) -> list[str]:
    """The programs that work in a folder; the launcher forks before it becomes one, so it is none."""
    found = []
    for one in Path("/proc").glob("[0-9]*/cwd"):
        try:
            if one.readlink() == folder:
                found.append((one.parent / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return [words for words in found if "launcher.py" not in words]


@pytest.mark.parametrize("options", [("-g", "25", "-bf", "0"), ("-g", "50", "-bf", "3"), PYRAMID])
async def test_edges_are_the_frames_that_ffmpeg_draws(tmp_path: Path, options: tuple[str, ...]) -> None:
    bench, order = ordered(tmp_path, await coded(tmp_path, "25/1", *options, frames=260))
    found = await plan(bench, order, WIDE)
    here, there = (Drawing(WIDE, None, f"{name}.mp4", f"{name}.grey", found.encoder) for name in ("here", "there"))
    async with Edges(bench, order, found.sources) as edges:
        assert await edges.drew(bench, BETWEEN, [here])
        assert await edges.drew(bench, BETWEEN, [here]), "again: what was left of the last one is gone"
    await bench.ffmpeg(picture.arguments(bench, order.timeline, order.sources, [there], BETWEEN))
    assert (tmp_path / here.small).read_bytes() == (tmp_path / there.small).read_bytes()
    assert sets(tmp_path / here.target) == sets(tmp_path / there.target)
    shown = [await pictures(tmp_path / one.target, SIZE) for one in (here, there)]
    assert numbers(shown[0]) == numbers(shown[1]) == WANTED
    assert np.abs(shown[0].astype(int) - shown[1]).mean() < 1


async def test_what_the_program_cannot_tell_apart_ffmpeg_draws(tmp_path: Path) -> None:
    """Key frames of open groups, and sources that are not what was said of them, are left to it."""
    bench, order = ordered(tmp_path, await coded(tmp_path, "25/1", *OPEN, frames=260))
    target = Drawing(WIDE, None, "one.mp4", "one.grey", {"preset": "ultrafast"})
    sources = {"a": Source(url=f"file:{order.sources['a']}", stream=0, rate="25/1", spans={})}
    async with Edges(bench, order, sources) as edges:
        assert not await edges.drew(bench, BETWEEN, [target])
        assert await edges.drew(bench, Chunk(0, 0, 5, (Piece(0, 0, 5),)), [target]), "the first key frame is an IDR"
        past = Chunk(0, 0, 80, (Piece(2, 0, 80),))
        assert not await edges.drew(bench, past, [target]), "there are not so many frames"
        small = Drawing(WIDE.model_copy(update={"width": 160}), None, "one.mp4", "one.grey", target.own)
        assert not await edges.drew(bench, Chunk(0, 0, 5, (Piece(0, 0, 5),)), [small])
        assert not await edges.drew(bench, BETWEEN, [target, target]), "several at once are one decoding"
        assert await edges.drew(bench, Chunk(0, 0, 5, (Piece(0, 0, 5),)), [target]), "it goes on after all that"


async def test_a_picture_over_the_bound_is_not_decoded(tmp_path: Path) -> None:
    bench, order = ordered(tmp_path, await coded(tmp_path, "25/1", "-g", "25", frames=260))
    found = await plan(bench, order, WIDE)
    target = Drawing(WIDE, None, "one.mp4", "one.grey", found.encoder)
    for most, drawn in ((SIZE[0] * SIZE[1] // 2, False), (4 * SIZE[0] * SIZE[1], True)):
        bounded = replace(bench, settings=RendererSettings(crf=16, max_pixels=most))
        async with Edges(bounded, order, found.sources) as edges:
            assert await edges.drew(bounded, BETWEEN, [target]) is drawn


async def test_a_cancelled_edge_leaves_no_program(tmp_path: Path) -> None:
    bench, order = ordered(tmp_path, await coded(tmp_path, "25/1", "-g", "25", frames=260))
    found = await plan(bench, order, WIDE)
    os.mkfifo(tmp_path / "never.mp4")
    sources = {"a": found.sources["a"].model_copy(update={"url": f"file:{tmp_path / 'never.mp4'}"})}
    target = Drawing(WIDE, None, "one.mp4", "one.grey", found.encoder)

    async def work() -> None:
        async with Edges(bench, order, sources) as edges:
            await edges.drew(bench, BETWEEN, [target])

    task = asyncio.create_task(work())
    await until(lambda: any("edging" in one for one in programs(tmp_path)))
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled() and programs(tmp_path) == []


async def test_a_program_that_dies_is_told(tmp_path: Path) -> None:
    bench, order = ordered(tmp_path, await coded(tmp_path, "25/1", "-g", "25", frames=260))
    found = await plan(bench, order, WIDE)
    target = Drawing(WIDE, None, "nowhere/one.mp4", "nowhere/one.grey", found.encoder)
    async with Edges(bench, order, found.sources) as edges:
        with pytest.raises(ProcessFailed):
            await edges.drew(bench, BETWEEN, [target])
        here = Drawing(WIDE, None, "one.mp4", "one.grey", found.encoder)
        assert await edges.drew(bench, BETWEEN, [here]), "the next one has another program"


async def test_an_idle_program_gives_way_to_what_needs_its_memory(tmp_path: Path) -> None:
    bench, order = ordered(tmp_path, await coded(tmp_path, "25/1", "-g", "25", frames=260))
    found, total = await plan(bench, order, WIDE), bench.settings.drawing_room()
    target = Drawing(WIDE, None, "one.mp4", "one.grey", found.encoder)
    async with Edges(bench, order, found.sources) as edges:
        assert await edges.drew(bench, BETWEEN, [target])
        held = bench.room.used
        assert 0 < held < total and len(programs(tmp_path)) == 1
        async with bench.room.taken(total - held, total):
            assert await edges.drew(bench, BETWEEN, [target]), "there is room for both"
        async with bench.room.taken(total, total):
            await until(lambda: programs(tmp_path) == [])
            again = asyncio.create_task(edges.drew(bench, BETWEEN, [target]))
            for _ in range(20):
                await asyncio.sleep(0)
            assert not again.done() and bench.room.used == total and programs(tmp_path) == []
        assert await again and len(programs(tmp_path)) == 1
    assert bench.room.used == 0 and programs(tmp_path) == []


async def test_there_are_no_more_programs_than_there_is_room_for(tmp_path: Path) -> None:
    bench, order = ordered(tmp_path, await coded(tmp_path, "25/1", "-g", "25", frames=260))
    found = await plan(bench, order, WIDE)
    targets = [Drawing(WIDE, None, f"{n}.mp4", f"{n}.grey", found.encoder) for n in range(6)]
    for room, most in ((1, 1), (2 * staying(WIDE, 1, 1, onwards=False), 2)):
        settings = RendererSettings(crf=16, drawing_bytes=room, threads=1)
        small = replace(bench, settings=settings, room=Room())
        seen = 0
        async with Edges(small, order, found.sources) as edges:
            assert edges.most == most
            asked = [asyncio.ensure_future(edges.drew(small, BETWEEN, [target])) for target in targets]
            while not all(one.done() for one in asked):
                seen = max(seen, len(programs(tmp_path)))
                assert seen <= most
                await asyncio.sleep(0.01)
            assert all(one.result() for one in asked) and len(programs(tmp_path)) <= most
        assert seen > 0 and small.room.used == 0
