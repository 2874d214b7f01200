"""The outbox and its relay: at least once, in order, one relay a database."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import asyncpg
import pytest

from shared import outbox, signal
from shared.bus import LocalBus, Message
from shared.contracts.commands import PlanEdit
from shared.contracts.events import StepFailed
from shared.contracts.topics import PLANNER_COMMANDS, STEP_EVENTS
from shared.db import transaction
from shared.errors import BadRequest, Unavailable
from shared.messages import answer
from shared.step import Step
from tests.database import MakeInfra
from tests.patience import LONG
from tests.service.queue_doubles import Heard, accept, command, running, state_of, succeed

RELAYS = """
select count(*) from pg_locks join pg_database on pg_database.oid = database
where locktype = 'advisory' and granted and datname = current_database()
"""


class FlakyBus(LocalBus):
    """Takes nothing for a while, and once loses the answer to a batch that it took."""

    def __init__(self, refusals: int) -> None:
        super().__init__()
        self.refusals = refusals
        self.lose_answer = True
        self.published: list[Message] = []

    async def publish(self, messages: Sequence[Message]) -> None:
        if self.refusals > 0:
            self.refusals -= 1
            raise Unavailable("The bus is away.")
        self.published += messages
        await super().publish(messages)
        if self.lose_answer:
            self.lose_answer = False
            raise Unavailable("The answer was lost.")


async def test_nothing_is_lost_and_the_order_holds_while_the_bus_is_away(make_infra: MakeInfra) -> None:
    bus = FlakyBus(refusals=2)
    infra = await make_infra("planner", bus=bus)
    sent = [command() for _ in range(5)]
    for one in sent:
        async with transaction(infra.pool) as connection:
            await outbox.put(connection, STEP_EVENTS, one)
    relay = asyncio.create_task(outbox.relay(infra.database_url, bus, signal.Signal()))
    async with asyncio.timeout(LONG):
        while await infra.pool.fetchval("select count(*) from outbox"):
            await asyncio.sleep(0.05)
    relay.cancel()
    ids = [one.encode() for one in sent]
    assert [m.body for m in bus.published] == ids + ids, "published again after the lost answer, in order both times"


async def test_a_rolled_back_transaction_publishes_nothing(make_infra: MakeInfra) -> None:
    infra = await make_infra("planner")
    with pytest.raises(ZeroDivisionError):
        async with transaction(infra.pool) as connection:
            await outbox.put(connection, STEP_EVENTS, command())
            raise ZeroDivisionError
    assert await infra.pool.fetchval("select count(*) from outbox") == 0


async def test_one_relay_works_and_another_takes_over(make_infra: MakeInfra) -> None:
    infra = await make_infra("planner")
    first, second = FlakyBus(0), FlakyBus(0)
    first.lose_answer = second.lose_answer = False
    one = asyncio.create_task(outbox.relay(infra.database_url, first, signal.Signal()))
    while not await infra.pool.fetchval(RELAYS):
        await asyncio.sleep(0.02)
    two = asyncio.create_task(outbox.relay(infra.database_url, second, signal.Signal()))
    for stop in (False, True):
        async with transaction(infra.pool) as connection:
            await outbox.put(connection, STEP_EVENTS, command())
        async with asyncio.timeout(LONG):
            while await infra.pool.fetchval("select count(*) from outbox"):
                await asyncio.sleep(0.05)
        if not stop:
            assert (len(first.published), len(second.published)) == (1, 0)
            one.cancel()
    assert (len(first.published), len(second.published)) == (1, 1)
    two.cancel()


async def test_a_body_over_64_kib_is_refused(make_infra: MakeInfra) -> None:
    infra = await make_infra("planner")
    big = StepFailed(code="x", message="m" * 70_000, remedy="r", attempts=1)
    with pytest.raises(BadRequest) as refused:
        async with transaction(infra.pool) as connection:
            await outbox.put(connection, STEP_EVENTS, answer("test", command(), big))
    assert refused.value.code == "message_too_large"
    with pytest.raises(asyncpg.CheckViolationError):
        await infra.pool.execute("insert into outbox (topic, key, body) values ('t', 'k', $1)", b"x" * 65_537)


async def test_every_message_twice_changes_nothing(make_infra: MakeInfra) -> None:
    """A bus that delivers everything twice, in both directions."""
    bus = LocalBus()

    class Twice(LocalBus):
        async def publish(self, messages: Sequence[Message]) -> None:
            await bus.publish([m for m in messages for _ in range(2)])

    twice = Twice()
    infra = await make_infra("planner", bus=bus)
    heard = Heard(bus, STEP_EVENTS)
    handled: list[str] = []

    async def count(order: PlanEdit, step: Step) -> None:
        handled.append(step.command_id)
        await succeed(order, step)

    sent = [command() for _ in range(10)]
    async with running(infra, count):
        await twice.publish([Message(PLANNER_COMMANDS, one.subject, one.encode()) for one in sent])
        await heard.until(lambda all_: len(all_) >= 10)
        await accept(infra, *sent)
        await asyncio.sleep(0.3)
    assert sorted(handled) == sorted(one.id for one in sent)
    assert len({e.id for e in heard.all}) == 10
    assert {await state_of(infra, one) for one in sent} == {"done"}
