"""The runtime around handlers: retries, failure, cancel, lost leases, shutdown."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import BaseModel

from shared.bus import LocalBus, Message
from shared.contracts.commands import PlanEdit, ProbeMedia
from shared.contracts.events import StepCancelled
from shared.contracts.ids import new_id
from shared.contracts.topics import JOB_PROGRESS, PLANNER_COMMANDS, STEP_EVENTS
from shared.errors import BadMedia, BadRequest, Unavailable
from shared.messages import order
from shared.service import Service, Subscription
from shared.step import PROGRESS_EVERY_S, Step
from tests.database import MakeInfra
from tests.patience import LONG, slack
from tests.service.queue_doubles import PLAN, Heard, accept, cancel, command, running, state_of, succeed


async def test_a_message_handled_twice_answers_once(make_infra: MakeInfra) -> None:
    bus = LocalBus()
    heard = Heard(bus, STEP_EVENTS)
    infra = await make_infra("planner", bus=bus)
    one, last = command(), command()
    async with running(infra, succeed):
        await accept(infra, one, one)
        await heard.until(lambda all_: len(all_) == 1)
        await accept(infra, one, last)
        got = await heard.until(lambda all_: any(e.commandid == last.id for e in all_))
    assert [e.commandid for e in got] == [one.id, last.id]
    assert got[0].subject == one.subject and got[0].tenant == one.tenant
    assert got[0].traceparent is not None and one.traceparent is not None
    assert got[0].traceparent.split("-")[1] == one.traceparent.split("-")[1]


async def test_a_permanent_error_ends_at_once(make_infra: MakeInfra) -> None:
    bus = LocalBus()
    heard = Heard(bus, STEP_EVENTS)
    infra = await make_infra("planner", bus=bus)
    calls = 0

    async def refuse(order: PlanEdit, step: Step) -> None:
        nonlocal calls
        calls += 1
        raise BadMedia("This is a playlist.", details={"detected": "hls"})

    one = command()
    async with running(infra, refuse):
        await accept(infra, one)
        (fact,) = await heard.until(lambda all_: bool(all_))
    assert calls == 1 and await state_of(infra, one) == "dead"
    assert fact.name == "StepFailed"
    assert fact.data["code"] == "media_unsupported" and fact.data["attempts"] == 1
    assert fact.data["remedy"] and fact.data["details"] == {"detected": "hls"}


async def test_a_transient_error_is_retried_until_the_attempts_are_used_up(
    make_infra: MakeInfra, caplog: pytest.LogCaptureFixture
) -> None:
    bus = LocalBus()
    heard = Heard(bus, STEP_EVENTS)
    infra = await make_infra("planner", bus=bus, retry_base_seconds=0.01, lease_seconds=2)
    attempts: list[int] = []

    async def stumble(order: PlanEdit, step: Step) -> None:
        attempts.append(step.attempt)
        if order.wishes.seed == 1 and step.attempt == 3:
            return await succeed(order, step)
        raise ConnectionResetError("gone")

    one = command()
    two = command().model_copy(update={"data": PlanEdit(sources=(), wishes={"seed": 1}).model_dump(mode="json")})
    async with running(infra, stumble):
        await accept(infra, one)
        (fact,) = await heard.until(lambda all_: bool(all_))
        assert attempts == [1, 2, 3, 4, 5]
        assert fact.data["code"] == "internal_error" and "gone" not in str(fact.data)
        await accept(infra, two)
        await heard.until(lambda all_: len(all_) == 2)
    assert heard.names() == ["StepFailed", "EditPlanned"]


async def test_cancel_stops_a_running_handler_within_two_seconds(make_infra: MakeInfra) -> None:
    bus = LocalBus()
    heard = Heard(bus, STEP_EVENTS)
    infra = await make_infra("planner", bus=bus)
    begun, stopped = asyncio.Event(), asyncio.Event()

    async def dawdle(order: PlanEdit, step: Step) -> None:
        begun.set()
        try:
            await asyncio.sleep(1000)
        finally:
            stopped.set()

    one = command()
    async with running(infra, dawdle):
        await accept(infra, one)
        await asyncio.wait_for(begun.wait(), LONG)
        soon = slack(2)
        await accept(infra, cancel(one))
        await asyncio.wait_for(stopped.wait(), soon)
        (fact,) = await heard.until(lambda all_: bool(all_))
    assert fact.name == "StepCancelled" and fact.commandid == one.id
    assert await state_of(infra, one) == "cancelled"
    assert not list(infra.scratch.glob("planner/*")), "the scratch folder is gone"


async def test_a_worker_that_lost_its_lease_publishes_nothing(make_infra: MakeInfra) -> None:
    bus = LocalBus()
    heard = Heard(bus, STEP_EVENTS)
    infra = await make_infra("planner", bus=bus, lease_seconds=30)
    begun, go = asyncio.Event(), asyncio.Event()

    async def late(order: PlanEdit, step: Step) -> None:
        if step.attempt == 1:
            begun.set()
            await go.wait()
        await succeed(order, step)

    one = command()
    async with running(infra, late, concurrency=2):
        await accept(infra, one)
        await asyncio.wait_for(begun.wait(), LONG)
        while await infra.pool.fetchval("select attempts from inbox where id = $1", one.id) == 1:
            await infra.pool.execute(
                "update inbox set lease_until = now() - interval '1 second' where attempts = 1 and state = 'running'"
            )
            await asyncio.sleep(0.02)
        await heard.until(lambda all_: bool(all_))
        go.set()
        await asyncio.sleep(0.3)
    assert heard.names() == ["EditPlanned"]
    assert await infra.pool.fetchval("select attempts from inbox where id = $1", one.id) == 2


async def test_a_silent_worker_uses_up_its_attempts(make_infra: MakeInfra) -> None:
    bus = LocalBus()
    heard = Heard(bus, STEP_EVENTS)
    infra = await make_infra("planner", bus=bus)
    one = command()
    await accept(infra, one)
    await infra.pool.execute(
        "update inbox set state = 'running', attempts = 5, lease = 1, lease_until = now() - interval '1 second'"
    )
    async with running(infra, succeed):
        (fact,) = await heard.until(lambda all_: bool(all_))
    assert fact.data["code"] == "worker_crashed" and fact.data["attempts"] == 5
    assert await state_of(infra, one) == "dead"


async def test_an_orderly_stop_gives_the_step_back(make_infra: MakeInfra) -> None:
    infra = await make_infra("planner")
    begun = asyncio.Event()

    async def dawdle(order: PlanEdit, step: Step) -> None:
        begun.set()
        await asyncio.sleep(1000)

    one = command()
    async with running(infra, dawdle):
        await accept(infra, one)
        await asyncio.wait_for(begun.wait(), LONG)
    row = await infra.pool.fetchrow("select state, attempts from inbox where id = $1", one.id)
    assert (row["state"], row["attempts"]) == ("waiting", 0)


async def test_own_rows_events_and_end_are_one_transaction(make_infra: MakeInfra) -> None:
    bus = LocalBus()
    heard = Heard(bus, STEP_EVENTS)
    infra = await make_infra("planner", bus=bus)
    await infra.pool.execute("create table own (n int)")

    async def refuse_after_writing(order: PlanEdit, step: Step) -> None:
        async with step.finish() as done:
            await done.connection.execute("insert into own values (1)")
            raise BadRequest("no")

    async with running(infra, refuse_after_writing):
        await accept(infra, command())
        await heard.until(lambda all_: bool(all_))
    assert heard.names() == ["StepFailed"]
    assert await infra.pool.fetchval("select count(*) from own") == 0


async def test_progress_is_lossy_and_reaches_the_bus(make_infra: MakeInfra) -> None:
    bus = LocalBus()
    heard = Heard(bus, STEP_EVENTS)
    told: list[bytes] = []
    lasted = 0.0

    async def take(got: object) -> None:
        told.append(got.body)  # type: ignore[attr-defined]

    bus.subscribe_lossy(JOB_PROGRESS, "test", take)
    infra = await make_infra("planner", bus=bus)

    async def busy(order: PlanEdit, step: Step) -> None:
        nonlocal lasted
        begun = time.monotonic()
        for i in range(1000):
            step.progress(i / 1000, {"frame": i})
        step.progress(1.0)
        lasted = time.monotonic() - begun
        await asyncio.sleep(0)
        await succeed(order, step)

    async with running(infra, busy):
        await accept(infra, command())
        await heard.until(lambda all_: bool(all_))
    assert 2 <= len(told) <= 3 + lasted / PROGRESS_EVERY_S
    assert b'"fraction":1.0' in told[-1]


async def test_quick_work_does_not_wait_behind_long_work(make_infra: MakeInfra) -> None:
    bus = LocalBus()
    heard = Heard(bus, STEP_EVENTS)
    infra = await make_infra("planner", bus=bus)
    long_ones = [command() for _ in range(3)]
    probe = ProbeMedia(asset_id="a", media=PLAN)
    quick = order("test", new_id(), probe, message_id=new_id(), tenant="a")
    forever = asyncio.Event()

    async def dawdle(order: PlanEdit, step: Step) -> None:
        await forever.wait()

    async def look(order: ProbeMedia, step: Step) -> None:
        async with step.finish() as done:
            await done.emit(StepCancelled())

    models: dict[str, type[BaseModel]] = {"PlanEdit": PlanEdit, "ProbeMedia": ProbeMedia}
    service = Service(
        name="planner", infra=infra, subscriptions=[Subscription(PLANNER_COMMANDS, models)], lanes={"ProbeMedia": 1},
        handlers={"PlanEdit": (PlanEdit, dawdle), "ProbeMedia": (ProbeMedia, look)}, migrations=infra.scratch / "none",
    )  # fmt: skip
    await service.prepare()
    task = asyncio.create_task(service.run())
    try:
        await bus.publish([Message(PLANNER_COMMANDS, e.subject, e.encode()) for e in (*long_ones, quick)])
        (fact,) = await heard.until(lambda all_: bool(all_))
        assert fact.commandid == quick.id
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_server_that_is_away_uses_up_no_attempt(make_infra: MakeInfra) -> None:
    bus = LocalBus()
    heard = Heard(bus, STEP_EVENTS)
    infra = await make_infra("planner", bus=bus, retry_base_seconds=0.01, lease_seconds=2)
    tries = 0

    async def wait(order: PlanEdit, step: Step) -> None:
        nonlocal tries
        tries += 1
        if tries <= 8:
            raise Unavailable("The object store does not answer.")
        await succeed(order, step)

    async with running(infra, wait):
        await accept(infra, command())
        (fact,) = await heard.until(lambda all_: bool(all_))
    assert fact.name == "EditPlanned" and tries == 9
    old = command().model_copy(update={"time": datetime.now(UTC) - timedelta(hours=2)})
    tries = -100
    async with running(infra, wait):
        await accept(infra, old)
        got = await heard.until(lambda all_: any(e.commandid == old.id for e in all_))
    (gave_up,) = [e for e in got if e.commandid == old.id]
    assert gave_up.data["code"] == "dependency_unavailable" and gave_up.data["attempts"] == 5
