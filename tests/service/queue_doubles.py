"""What the tests of the plumbing share: a service that does as it is told, and messages for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from shared.bus import Delivery, LocalBus
from shared.consumer import acceptor
from shared.contracts.blob import BlobRef
from shared.contracts.commands import CancelStep, PlanEdit
from shared.contracts.envelope import Envelope, decode
from shared.contracts.events import EditPlanned
from shared.contracts.ids import new_id
from shared.contracts.plan import Wishes
from shared.contracts.topics import PLANNER_COMMANDS
from shared.infra import Infra
from shared.messages import order
from shared.service import Service, Subscription
from shared.step import Step
from tests.patience import LONG

PLAN = BlobRef(key="plans/x.json", sha256="0" * 64, size=2, content_type="application/json")
Act = Callable[[PlanEdit, Step], Awaitable[None]]


def command(tenant: str = "a", priority: int = 0, message_id: str | None = None) -> Envelope:
    """An order to plan for a job of its own."""
    made = PlanEdit(sources=(), wishes=Wishes())
    return order("test", new_id(), made, message_id=message_id or new_id(), tenant=tenant, priority=priority)


def cancel(envelope: Envelope) -> Envelope:
    """An order to stop that command."""
    made = CancelStep(command_ids=(envelope.id,))
    return order("test", envelope.subject, made, message_id=new_id(), tenant=envelope.tenant)


def delivery(envelope: Envelope, offset: int = 0) -> Delivery:
    """The envelope as a consumer gets it."""
    return Delivery(PLANNER_COMMANDS, 0, offset, envelope.encode())


async def accept(infra: Infra, *envelopes: Envelope) -> None:
    """Hand messages to the service's consumer."""
    take = acceptor(infra.pool, "planner", {"PlanEdit": PlanEdit, "CancelStep": CancelStep}, answers=True)
    for i, envelope in enumerate(envelopes):
        await take(delivery(envelope, i))


async def succeed(order_: PlanEdit, step: Step) -> None:
    """Answer at once."""
    async with step.finish() as done:
        await done.emit(EditPlanned(plan=PLAN, clips=1, duration=1.0, planner="test"))


@asynccontextmanager
async def running(infra: Infra, act: Act, concurrency: int = 1) -> AsyncIterator[Service]:
    """The planner's runtime with ``act`` as its only handler."""
    service = Service(
        name="planner", infra=infra, handlers={"PlanEdit": (PlanEdit, act)}, concurrency=concurrency,
        subscriptions=[Subscription(PLANNER_COMMANDS, {"PlanEdit": PlanEdit, "CancelStep": CancelStep})],
        migrations=infra.scratch / "none",
    )  # fmt: skip
    await service.prepare()
    task = asyncio.create_task(service.run())
    try:
        yield service
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class Heard:
    """Collects what a topic carries."""

    def __init__(self, bus: LocalBus, topic: str) -> None:
        self.all: list[Envelope] = []
        self._more = asyncio.Condition()
        bus.subscribe(topic, "test", self._take)

    async def _take(self, got: Delivery) -> None:
        async with self._more:
            self.all.append(decode(got.body))
            self._more.notify_all()

    async def until(self, enough: Callable[[list[Envelope]], bool], within_s: float = LONG) -> list[Envelope]:
        """Wait for messages."""
        async with asyncio.timeout(within_s), self._more:
            await self._more.wait_for(lambda: enough(self.all))
        return self.all

    def names(self) -> list[str]:
        """The message names in the order of arrival."""
        return [e.name for e in self.all]


async def state_of(infra: Infra, envelope: Envelope) -> str:
    """The state of the message's row."""
    return str(await infra.pool.fetchval("select state from inbox where id = $1", envelope.id))
