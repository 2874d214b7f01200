"""One contract for every bus: the embedded one and Kafka."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable

import pytest

from deploy.stack import StackServers
from shared.bus import Bus, Delivery, LocalBus, Message
from shared.contracts import topics
from shared.contracts.ids import new_id
from shared.kafka import KafkaBus
from tests.patience import LONG

MakeBus = Callable[[str], Bus]


@pytest.fixture(params=["local", "kafka"])
async def make_bus(request: pytest.FixtureRequest) -> AsyncIterator[MakeBus]:
    """``make_bus(client)``: a bus that is stopped after the test; embedded, all clients are on one."""
    made: list[Bus] = []
    local = LocalBus()
    if request.param == "kafka":
        stack: StackServers = request.getfixturevalue("stack")
        bootstrap = stack.environment("gateway")["CUTROOM_KAFKA_BOOTSTRAP"]

    def make(client: str) -> Bus:
        bus: Bus = local if request.param == "local" else KafkaBus(bootstrap, client, partitions=3)
        made.append(bus)
        return bus

    yield make
    for bus in made:
        await bus.stop()


class Got:
    """What a subscriber got, and waiting for more."""

    def __init__(self, wanted: set[str] | None = None) -> None:
        self.bodies: list[bytes] = []
        self.deliveries: list[Delivery] = []
        self._more = asyncio.Condition()
        self.mine = f"{os.getpid()}.{new_id()}"

    async def take(self, delivery: Delivery) -> None:
        async with self._more:
            if delivery.body.startswith(self.mine.encode()):
                self.bodies.append(delivery.body)
                self.deliveries.append(delivery)
            self._more.notify_all()

    async def until(self, n: int, within_s: float = LONG) -> list[bytes]:
        async with asyncio.timeout(within_s), self._more:
            await self._more.wait_for(lambda: len(self.bodies) >= n)
        return self.bodies

    def message(self, key: str, text: str) -> Message:
        return Message(topics.STEP_EVENTS, key, f"{self.mine} {text}".encode())


async def test_what_is_published_arrives_in_order_for_a_key(make_bus: MakeBus) -> None:
    bus, got = make_bus("a"), Got()
    bus.subscribe(topics.STEP_EVENTS, f"g.{got.mine}", got.take)
    await bus.start()
    assert bus.ready()
    sent = [got.message(f"job{i % 3}", f"job{i % 3} {i:03}") for i in range(60)]
    await bus.publish(sent)
    bodies = await got.until(60)
    for key in ("job0", "job1", "job2"):
        mine = [b for b in bodies if f" {key} ".encode() in b]
        assert mine == sorted(mine) and len(mine) == 20


async def test_every_group_gets_every_message(make_bus: MakeBus) -> None:
    bus, one, two = make_bus("a"), Got(), Got()
    two.mine = one.mine
    bus.subscribe(topics.STEP_EVENTS, f"one.{one.mine}", one.take)
    bus.subscribe(topics.STEP_EVENTS, f"two.{one.mine}", two.take)
    await bus.start()
    await bus.publish([one.message("k", "x")])
    assert await one.until(1) == await two.until(1)


async def test_a_message_that_was_not_accepted_comes_again(make_bus: MakeBus) -> None:
    """Kafka delivers again by itself; embedded the relay does, because publishing fails."""
    bus, got = make_bus("a"), Got()
    refused = 0

    async def stumble(delivery: Delivery) -> None:
        nonlocal refused
        if delivery.body.startswith(got.mine.encode()) and refused < 2:
            refused += 1
            raise RuntimeError("not stored")
        await got.take(delivery)

    bus.subscribe(topics.STEP_EVENTS, f"g.{got.mine}", stumble)
    await bus.start()
    for _ in range(3):
        try:
            await bus.publish([got.message("k", "x")])
            break
        except RuntimeError:
            continue
    assert len(await got.until(1)) == 1
    assert refused == 2


async def test_bytes_arrive_as_they_were_sent(make_bus: MakeBus) -> None:
    bus, got = make_bus("a"), Got()
    bus.subscribe(topics.STEP_EVENTS, f"g.{got.mine}", got.take)
    await bus.start()
    body = got.mine.encode() + b" \xff\x00 not json {"
    await bus.publish([Message(topics.STEP_EVENTS, "k", body)])
    assert await got.until(1) == [body]
    assert got.deliveries[0].topic == topics.STEP_EVENTS


async def test_lossy_messages_arrive_and_never_raise(make_bus: MakeBus) -> None:
    bus, got = make_bus("a"), Got()
    bus.subscribe_lossy(topics.JOB_PROGRESS, f"g.{got.mine}", got.take)
    await bus.start()

    async def keep_telling() -> None:
        while True:
            await bus.publish_lossy(Message(topics.JOB_PROGRESS, "k", f"{got.mine} x".encode()))
            await asyncio.sleep(0.1)

    teller = asyncio.create_task(keep_telling())
    try:
        await got.until(1)
    finally:
        teller.cancel()


async def test_a_lossy_subscriber_that_fails_hurts_nobody(make_bus: MakeBus) -> None:
    bus = make_bus("a")

    async def stumble(delivery: Delivery) -> None:
        raise RuntimeError("no")

    bus.subscribe_lossy(topics.JOB_PROGRESS, f"g.{new_id()}", stumble)
    await bus.start()
    await bus.publish_lossy(Message(topics.JOB_PROGRESS, "k", b"x"))
