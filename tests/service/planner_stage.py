"""The planner at work with a played language model behind it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from services.planner.app import build
from services.planner.domain.footage import Material
from services.planner.settings import PlannerSettings
from shared.bus import LocalBus, Message
from shared.contracts.brief import StoryBrief
from shared.contracts.commands import Command, PlanEdit, PlanSource
from shared.contracts.envelope import Envelope
from shared.contracts.events import EditPlanned, Event
from shared.contracts.ids import new_id
from shared.contracts.plan import EditPlan, Wishes
from shared.contracts.topics import PLANNER_COMMANDS, STEP_EVENTS
from shared.infra import Infra
from shared.messages import order
from tests.patience import LONG
from tests.service.queue_doubles import Heard
from tests.unit.planner_material import material, said

BRIEF = StoryBrief(key_message="Learn editing", tone="warm")


def talk() -> Material:
    """Forty seconds in which five sentences are spoken."""
    lines = [(f"This is sentence number {n} about editing.", 1.0 + 8 * n) for n in range(5)]
    return material(duration=40.0, transcript=said(*lines), cuts=(16.0,))


def edit(*cuts: tuple[float, float], **more: object) -> str:
    """A model's answer with these cuts of the first video."""
    made = [{"video": "v1", "start": a, "end": b, "reason": f"because {a:g}", "role": "body"} for a, b in cuts]
    return json.dumps({"cuts": made, "tone": "warm", "summary": "A lesson.", "key_moments": [], **more})


@dataclass
class PlannerStage:
    """The planner and what it says."""

    infra: Infra
    heard: Heard
    count: int = 0

    async def send(self, command: Command, message_id: str | None = None) -> Envelope:
        """Send an order."""
        envelope = order("test", new_id(), command, message_id=message_id or new_id(), tenant="a")
        await self.infra.bus.publish([Message(PLANNER_COMMANDS, envelope.subject, envelope.encode())])
        return envelope

    async def answer(self) -> Event:
        """Return the next answer."""
        self.count += 1
        return (await self.heard.until(lambda all_: len(all_) >= self.count))[self.count - 1].event()

    async def command(
        self, films: Sequence[Material] = (), *, brief: StoryBrief | None = BRIEF, **wishes: object
    ) -> PlanEdit:
        """An order about ``films``."""
        sources = []
        for film in films or (talk(),):
            body = film.analysis.model_dump_json().encode()
            ref = await self.infra.blobs.put_bytes(f"analyses/{film.asset_id}.json", body, "application/json")
            sources.append(PlanSource(asset_id=film.asset_id, media=film.media, analysis=ref))
        return PlanEdit(sources=tuple(sources), wishes=Wishes.model_validate(wishes), brief=brief)

    async def planned(
        self, *films: Material, brief: StoryBrief | None = BRIEF, **wishes: object
    ) -> tuple[EditPlanned, EditPlan]:
        """Order a plan and return it."""
        await self.send(await self.command(films, brief=brief, **wishes))
        fact = await self.answer()
        assert isinstance(fact, EditPlanned), fact
        return fact, EditPlan.model_validate_json(await self.infra.blobs.get_bytes(fact.plan))


@asynccontextmanager
async def planner(infra: Infra, **knobs: object) -> AsyncIterator[PlannerStage]:
    """Run the planner while in the block."""
    assert isinstance(infra.bus, LocalBus)
    heard = Heard(infra.bus, STEP_EVENTS)
    service = build(PlannerSettings.model_validate({"llm_timeout_s": LONG, **knobs}), infra)
    await service.prepare()
    task = asyncio.create_task(service.run())
    try:
        yield PlannerStage(infra, heard)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
