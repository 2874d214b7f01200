"""Planning three hours of talk: time and memory of the child that reckons, and how long the event loop stood still."""

from __future__ import annotations

import asyncio
import random
import resource
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from deploy.database import EmbeddedDatabase
from services.planner.domain.footage import Material
from shared.blobs import FolderBlobs
from shared.bus import LocalBus
from shared.contracts.commands import CancelStep
from shared.contracts.events import EditPlanned, StepCancelled
from shared.contracts.hearing import Beats, Curve
from shared.db import open_pool
from shared.infra import Infra
from shared.settings import Settings
from tests.bench.table import Row, median
from tests.providers.chat import Said, chat_server
from tests.service.planner_stage import PlannerStage, edit, planner
from tests.service.test_planner_long import talk
from tests.unit.planner_material import material

SECONDS = 3 * 3600.0
ROUNDS = 3


def long_talk() -> Material:
    """Three hours with about 5,000 shots, 12,000 pauses, 25,000 words and a curve of 108,000 values."""
    dice = random.Random(1)
    transcript, pauses = talk(SECONDS, dice)
    cuts, frame = [], 0
    while (frame := frame + dice.randint(30, 200)) < SECONDS * 25 - 25:
        cuts.append(round(frame / 25, 3))
    made = material("long", SECONDS, cuts=cuts, silences=pauses, transcript=transcript)
    update = {
        "motion": Curve(step=0.1, values=tuple(dice.random() for _ in range(round(SECONDS * 10)))),
        "beats": Beats(times=tuple(i * 0.5 for i in range(round(SECONDS * 2))), tempo=120, confidence=0.9),
    }
    return Material(made.asset_id, made.media, made.analysis.model_copy(update=update))


@dataclass
class Lag:
    """How late a timer of 5 ms came, in seconds."""

    late: list[float] = field(default_factory=list)

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Watch the loop while in the block."""
        task = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            task.cancel()

    async def _watch(self) -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.005)
            self.late.append(time.perf_counter() - before - 0.005)


async def _planned(stage: PlannerStage, film: Material, **more: object) -> float:
    command = await stage.command([film], **more)  # type: ignore[arg-type]
    started = time.perf_counter()
    await stage.send(command)
    fact = await stage.answer()
    assert isinstance(fact, EditPlanned), fact
    return time.perf_counter() - started


async def _cancelled(stage: PlannerStage, film: Material) -> float:
    envelope = await stage.send(await stage.command([film], brief=None))
    await asyncio.sleep(1.0)
    started = time.perf_counter()
    await stage.send(CancelStep(command_ids=(envelope.id,)))
    assert isinstance(await stage.answer(), StepCancelled)
    return time.perf_counter() - started


async def measure() -> list[Row]:
    """Medians of three rounds; the model answers at once, so that only our own work is measured."""
    film, lag = long_talk(), Lag()
    answer = edit(*((100.0 * i, 100.0 * i + 6) for i in range(1, 11)))
    with tempfile.TemporaryDirectory(prefix="cutroom-bench-") as folder:
        home = Path(folder)
        database = EmbeddedDatabase(home / "postgres")
        await asyncio.to_thread(database.start)
        url = database.url("planner")
        async with chat_server(Said(answer)) as server:
            pool = await open_pool(url)
            infra = Infra(Settings(bus="local"), url, pool, LocalBus(), FolderBlobs(home / "blobs"), home / "scratch")
            knobs = {"llm_provider": "openai", "llm_base_url": server.base_url, "llm_model": "some-model"}
            async with planner(infra, **knobs) as stage:
                size = len(film.analysis.model_dump_json())
                before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
                async with lag.watched():
                    rules = [await _planned(stage, film, brief=None, target_duration=60, seed=n) for n in range(ROUNDS)]
                    modelled = [await _planned(stage, film, target_duration=60, seed=n) for n in range(ROUNDS)]
                    cancel = await _cancelled(stage, film)
                memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
            pool.terminate()
        await asyncio.to_thread(database.stop)
    assert memory >= before
    return [
        Row("analysis document", size / 1e6, "MB"),
        Row("planned by rules", median(rules), "s", "< 5"),
        Row("planned by a model that answers at once", median(modelled), "s"),
        Row("memory of the planning process, peak", memory / 1e3, "MB", "< 500"),
        Row("event loop late, worst", max(lag.late) * 1e3, "ms", "< 100"),
        Row("cancel while it plans", cancel, "s", "< 2"),
    ]
