"""How soon a renderer with nothing to do helps with another's render, and how long it idles between two chunks.

It is told of work by the database. Some chunks of 192x108, one at once, in ``CUTROOM_BENCH_ROUNDS`` renders (5
without): half a minute. Moments are those at which the database knows of a claim and of a kept chunk, looked up every
few milliseconds.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from services.renderer.app import build
from services.renderer.handlers.helping import IDLE_S
from services.renderer.settings import RendererSettings
from shared.infra import Infra
from tests.bench.renderers import renderers
from tests.bench.table import Row, median
from tests.service.test_renderer_helping import helper, offered

ROUNDS = int(os.environ.get("CUTROOM_BENCH_ROUNDS", "5"))
LOOK_S = 0.003
Span = tuple[float, float]


async def measure() -> list[Row]:
    """Renders of somebody who draws nothing of them, one after the other; the first one is not counted."""
    begun, idle, whole = list[float](), list[float](), list[float]()
    with tempfile.TemporaryDirectory(prefix="cutroom-bench-") as name:
        folder = Path(name)
        async with renderers(folder, folder, 0, RendererSettings()) as at_work:
            infra = at_work.infra
            await _migrated(infra)
            async with helper(infra, IDLE_S, told=True):
                for number in range(ROUNDS + 1):
                    # Neither in step with its own looks, nor while it is at them because of the last render's end.
                    await asyncio.sleep(0.7 * IDLE_S + 0.13 * number)
                    offer, spans = await _watched(infra, folder, number)
                    if number:
                        begun.append(spans[0][0] - offer)
                        idle += [after[0] - before[1] for before, after in pairwise(spans)]
                        whole.append(max(end for _, end in spans) - offer)
    return [
        Row("from the offer to the first claim, median", 1000 * median(begun), "ms"),
        Row("the same, at most", 1000 * max(begun), "ms"),
        Row("from a chunk being kept to the next claim (below 0: before it), median", 1000 * median(idle), "ms"),
        Row("the same, at most", 1000 * max(idle), "ms"),
        Row("all chunks, median", median(whole), "s"),
    ]


async def _migrated(infra: Infra) -> None:
    await build(RendererSettings(), infra).prepare()


async def _watched(infra: Infra, folder: Path, number: int) -> tuple[float, list[Span]]:
    """Return when chunks were offered, and for each from when to when it was drawn, in order."""
    at, count = await offered(infra, folder, late=0.04 * number)
    offer = time.perf_counter()
    begun, kept = dict[str, float](), dict[str, float]()
    while len(kept) < count:
        for row in await infra.pool.fetch("select key, state from chunks where command_id = $1", at):
            now = time.perf_counter()
            if row["state"] != "waiting":
                begun.setdefault(row["key"], now)
            if row["state"] == "kept":
                kept.setdefault(row["key"], now)
        await asyncio.sleep(LOOK_S)
    return offer, sorted((begun[key], kept[key]) for key in kept)
