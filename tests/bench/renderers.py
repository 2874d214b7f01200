"""Renderers as they run: orders from a bus, leases in a database, chunks and films in a store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from deploy.database import EmbeddedDatabase
from services.renderer.settings import RendererSettings
from shared.blobs import FolderBlobs
from shared.bus import LocalBus
from shared.contracts.commands import RenderTimeline
from shared.contracts.envelope import Envelope
from shared.contracts.events import TimelineRendered
from shared.contracts.ids import new_id
from shared.contracts.timeline import Output, RenderOptions, Source, Timeline
from shared.contracts.topics import STEP_EVENTS
from shared.db import open_pool
from shared.infra import Infra
from shared.messages import order
from shared.settings import Settings
from tests.bench.edits import Spent, spent
from tests.service.queue_doubles import Heard
from tests.service.test_renderer_service import sent, serving


@dataclass(slots=True)
class Renderers:
    """Give them timelines over one source, one after the other."""

    infra: Infra
    facts: Heard
    source: Path
    done: int = 0

    async def spend(self, timeline: Timeline, outputs: Sequence[Output], options: RenderOptions) -> Spent:
        """Return what a render took, from the order to the fact; its check must pass."""
        blobs = self.infra.blobs
        ref = await blobs.put_file("ingest/a.mp4", self.source, "video/mp4")
        sources = {"a": Source(blob=ref, media=timeline.sources["a"].media)}
        document = timeline.model_copy(update={"sources": sources}).model_dump_json().encode()
        at = await blobs.put_bytes(f"timelines/{new_id()}.json", document, "application/json")
        command = RenderTimeline(timeline=at, outputs=tuple(outputs), options=options)
        return await spent(self._rendered(order("bench", new_id(), command, message_id=new_id(), tenant="a")))

    async def _rendered(self, envelope: Envelope) -> None:
        await sent(self.infra, envelope)
        self.done += 1
        facts = await self.facts.until(lambda all_: len(all_) >= self.done, 3600)
        assert facts[-1].name == "TimelineRendered", facts[-1].data
        made = TimelineRendered.model_validate(facts[-1].data)
        assert all(one.check.passed for one in made.outputs), [one.check.findings for one in made.outputs]


@asynccontextmanager
async def renderers(folder: Path, source: Path, count: int, settings: RendererSettings) -> AsyncIterator[Renderers]:
    """Have ``count`` renderers on one database and one store: the first gets the orders, the others help."""
    bus, database = LocalBus(), EmbeddedDatabase(folder / "postgres")
    facts = Heard(bus, STEP_EVENTS)
    await asyncio.to_thread(database.start)
    url = database.url("renderer")
    pool = await open_pool(url)
    knobs = Settings(bus="local", blobs_root=folder / "blobs", scratch_dir=folder / "scratch0")
    infra = Infra(knobs, url, pool, bus, FolderBlobs(knobs.blobs_root), knobs.scratch_dir)
    async with AsyncExitStack() as stack:
        for number in range(count):
            other = replace(infra, bus=LocalBus(), scratch=folder / f"scratch{number}")
            await stack.enter_async_context(serving(other if number else infra, settings))
        yield Renderers(infra, facts, source)
    pool.terminate()
    await asyncio.to_thread(database.stop)
