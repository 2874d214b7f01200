"""The planner as a service: from an order on the bus to a plan in the store, or a clear refusal."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.planner.app import build
from services.planner.settings import PlannerSettings
from shared.bus import LocalBus, Message
from shared.contracts.blob import BlobRef
from shared.contracts.commands import Command, ExportTimeline, ImportTimeline, PlanEdit, PlanSource
from shared.contracts.envelope import Envelope
from shared.contracts.events import EditPlanned, Event, StepFailed, TimelineExported, TimelineImported
from shared.contracts.ids import new_id
from shared.contracts.interchange import ImportedEdit
from shared.contracts.plan import EditPlan, Wishes
from shared.contracts.topics import PLANNER_COMMANDS, STEP_EVENTS
from shared.infra import Infra
from shared.messages import order
from tests.database import MakeInfra
from tests.service.queue_doubles import Heard
from tests.unit.planner_material import edit, material, said


@asynccontextmanager
async def serving(infra: Infra) -> AsyncIterator[Heard]:
    """The planner at work, and what it says."""
    assert isinstance(infra.bus, LocalBus)
    heard = Heard(infra.bus, STEP_EVENTS)
    service = build(PlannerSettings(), infra)
    await service.prepare()
    task = asyncio.create_task(service.run())
    try:
        yield heard
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def ordered(infra: Infra, analysis: bytes | None = None, **wishes: object) -> Envelope:
    """Send an order for one analysed film."""
    film = material(duration=12.0, transcript=said(("Hello there.", 2.0)), silences=[(0.0, 1.9), (2.8, 12.0)])
    body = film.analysis.model_dump_json().encode() if analysis is None else analysis
    ref = await infra.blobs.put_bytes("analyses/one.json", body, "application/json")
    source = PlanSource(asset_id="one", media=film.media, analysis=ref)
    command = PlanEdit(sources=(source,), wishes=Wishes.model_validate(wishes))
    envelope = order("test", new_id(), command, message_id=new_id(), tenant="a")
    await infra.bus.publish([Message(PLANNER_COMMANDS, envelope.subject, envelope.encode())])
    return envelope


async def answers(heard: Heard, count: int = 1) -> list[Envelope]:
    return await heard.until(lambda all_: len(all_) >= count)


async def test_an_order_gives_a_plan_named_by_its_content(make_infra: MakeInfra) -> None:
    infra = await make_infra("planner")
    async with serving(infra) as heard:
        envelope = await ordered(infra)
        (answer,) = await answers(heard)
        fact = answer.event()
        assert isinstance(fact, EditPlanned)
        assert answer.commandid == envelope.id
        body = await infra.blobs.get_bytes(fact.plan)
        assert fact.plan.key == f"plans/{hashlib.sha256(body).hexdigest()}.json"
        made = EditPlan.model_validate_json(body)
        assert (fact.clips, fact.planner) == (len(made.timeline.video), made.planner)
        assert fact.duration == made.timeline.frames / 25
        row = await infra.pool.fetchrow("select command_id, plan_key, clips from plans")
        assert tuple(row or ()) == (envelope.id, fact.plan.key, fact.clips)


async def test_the_same_order_twice_is_one_plan_object(make_infra: MakeInfra) -> None:
    infra = await make_infra("planner")
    async with serving(infra) as heard:
        await ordered(infra, target_duration=0.8)
        await ordered(infra, target_duration=0.8)
        first, second = await answers(heard, 2)
        assert first.data["plan"] == second.data["plan"]
        assert await infra.pool.fetchval("select count(*) from plans") == 2


async def failure(infra: Infra, heard: Heard) -> StepFailed:
    (answer,) = await answers(heard)
    fact = answer.event()
    assert isinstance(fact, StepFailed)
    assert await infra.pool.fetchval("select count(*) from plans") == 0
    return fact


async def test_an_unknown_template_names_the_known_ones(make_infra: MakeInfra) -> None:
    infra = await make_infra("planner")
    async with serving(infra) as heard:
        await ordered(infra, template_name="vaporwave")
        fact = await failure(infra, heard)
        assert (fact.code, fact.attempts) == ("template_unknown", 1)
        assert "realistic_chaos" in fact.remedy


async def test_an_analysis_that_is_none_is_refused(make_infra: MakeInfra) -> None:
    infra = await make_infra("planner")
    async with serving(infra) as heard:
        await ordered(infra, b'{"version": 1}')
        fact = await failure(infra, heard)
        assert (fact.code, fact.attempts) == ("analysis_invalid", 1)
        assert "media" in str(fact.details["fields"])


async def test_a_missing_analysis_is_told(make_infra: MakeInfra) -> None:
    infra = await make_infra("planner")
    async with serving(infra) as heard:
        gone = BlobRef(key="analyses/none.json", sha256="", size=1, content_type="application/json")
        source = PlanSource(asset_id="one", media=gone, analysis=gone)
        command = PlanEdit(sources=(source,), wishes=Wishes())
        envelope = order("test", new_id(), command, message_id=new_id(), tenant="a")
        await infra.bus.publish([Message(PLANNER_COMMANDS, envelope.subject, envelope.encode())])
        assert (await failure(infra, heard)).code == "blob_missing"


async def sent(infra: Infra, heard: Heard, command: Command) -> Event:
    """Send an order and return the planner's answer to it."""
    envelope = order("test", new_id(), command, message_id=new_id(), tenant="a")
    await infra.bus.publish([Message(PLANNER_COMMANDS, envelope.subject, envelope.encode())])
    found = await heard.until(lambda all_: any(a.commandid == envelope.id for a in all_))
    return next(a for a in found if a.commandid == envelope.id).event()


async def test_a_timeline_is_written_for_another_editor_and_read_again(make_infra: MakeInfra) -> None:
    film = material(duration=12.0)
    made = edit(film, edit="all").timeline
    infra = await make_infra("planner")
    async with serving(infra) as heard:
        document = await infra.blobs.put_bytes("timelines/t.json", made.model_dump_json().encode(), "application/json")
        told = await sent(infra, heard, ExportTimeline(timeline=document, form="fcpxml", key="exports/t.fcpxml"))
        assert isinstance(told, TimelineExported)
        assert (await infra.blobs.get_bytes("exports/t.fcpxml")).startswith(b"<?xml") and told.document.size > 500
        back = await sent(infra, heard, ImportTimeline(document=told.document))
        assert isinstance(back, TimelineImported) and (back.form, back.clips) == ("fcpxml", 1)
        edit_read = ImportedEdit.model_validate_json(await infra.blobs.get_bytes(back.edit))
        assert edit_read.clips[0].frames == made.frames
        junk = await infra.blobs.put_bytes("imports/junk.bin", b"\0" * 100, "application/octet-stream")
        refused = await sent(infra, heard, ImportTimeline(document=junk))
        assert isinstance(refused, StepFailed)
        assert (refused.code, refused.attempts) == ("interchange_invalid", 1)
