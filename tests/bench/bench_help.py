"""How soon a second renderer begins to help, and how long it idles between its chunks: short renders at 360p.

One chunk at once each. What is told of are the moments at which the database knows of a claim, looked up every few
milliseconds. ``CUTROOM_BENCH_ROUNDS`` renders, 5 without: some seconds each.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from services.renderer.settings import RendererSettings
from shared.contracts.timeline import Output, RenderOptions
from shared.db import Pool
from tests.bench.edits import RATE, edit, make
from tests.bench.renderers import Renderers, renderers
from tests.bench.table import Row, median

ROUNDS = int(os.environ.get("CUTROOM_BENCH_ROUNDS", "5"))
SIZE, SHOTS, SECONDS, FRAMES = (640, 360), 10, 24, 2 * RATE
SETTINGS = RendererSettings(parallel=1, chunk_seconds=2.0)
LOOK_S = 0.004
STATES = "select key, state, owner from chunks where place >= 0"


@dataclass(slots=True)
class Watch:
    """When chunks were first seen offered, drawn by somebody, and kept."""

    offered: float = 0.0
    drawn: dict[str, tuple[float, str]] = field(default_factory=dict)
    kept: dict[str, float] = field(default_factory=dict)

    async def look(self, pool: Pool, known: set[str]) -> None:
        """Watch for ever what is not ``known``."""
        while True:
            rows = [row for row in await pool.fetch(STATES) if row["key"] not in known]
            now = time.perf_counter()
            if rows:
                self.offered = self.offered or now
            for row in rows:
                if row["state"] != "waiting":
                    self.drawn.setdefault(row["key"], (now, row["owner"]))
                if row["state"] == "kept":
                    self.kept.setdefault(row["key"], now)
            await asyncio.sleep(LOOK_S)

    def spans(self, owner: str) -> list[tuple[float, float]]:
        """From when to when ``owner`` had his chunks, in order."""
        return sorted((at, self.kept[key]) for key, (at, whose) in self.drawn.items() if whose == owner)


async def measure() -> list[Row]:
    """Renders that two share, one after the other."""
    with tempfile.TemporaryDirectory(prefix="cutroom-bench-") as name:
        folder, source = Path(name), Path(name) / "source.mp4"
        await make(source, SIZE, SECONDS, 60)
        alone = await _alone(folder / "alone", source)
        begun, idle, shares, walls = [], [], [], []
        async with renderers(folder / "shared", source, 2, SETTINGS) as at_work:
            first = await _first(at_work)
            for number in range(ROUNDS):
                watch, wall = await _round(at_work, number + 1)
                owners = {owner for _, owner in watch.drawn.values()} - {first}
                spans = [span for owner in owners for span in watch.spans(owner)]
                shares.append(len(spans) / len(watch.drawn))
                walls.append(wall)
                begun += [spans[0][0] - watch.offered] if spans else []
                idle += [max(0.0, after[0] - before[1]) for before, after in pairwise(spans)]
    return [
        Row("from the offer to the second renderer's first claim, median", 1000 * median(begun), "ms"),
        Row("the same, at most", 1000 * max(begun), "ms"),
        Row("from one of its chunks being kept to the next claim, median", 1000 * median(idle or [0.0]), "ms"),
        Row("the same, at most", 1000 * max(idle or [0.0]), "ms"),
        Row("chunks that it drew", 100 * sum(shares) / len(shares), "%"),
        Row("two renderers against one, wall, median", median(walls) / alone, "x"),
    ]


async def _alone(folder: Path, source: Path) -> float:
    async with renderers(folder, source, 1, SETTINGS) as at_work:
        await _round(at_work, 0)
        return median([(await _round(at_work, number + 1))[1] for number in range(ROUNDS)])


async def _first(at_work: Renderers) -> str:
    """The owner of orders: everybody's first render is drawn by him in part."""
    watching = asyncio.create_task(_round(at_work, 0))
    owner = None
    while owner is None:
        owner = await at_work.infra.pool.fetchval("select owner from chunk_orders")
        await asyncio.sleep(LOOK_S)
    await watching
    return str(owner)


async def _round(at_work: Renderers, number: int) -> tuple[Watch, float]:
    pool, watch = at_work.infra.pool, Watch()
    known = {row["key"] for row in await pool.fetch(STATES)}
    looking = asyncio.create_task(watch.look(pool, known))
    cuts = [(i * 66 + 5 * number, FRAMES) for i in range(SHOTS)]
    output = Output(name="wide", width=SIZE[0], height=SIZE[1])
    plain = RenderOptions(captions=False, loudness=None)
    took = await at_work.spend(edit(at_work.source, SIZE, SECONDS, cuts), [output], plain)
    await asyncio.sleep(0.1)
    looking.cancel()
    return watch, took.wall
