"""The bus as a port, and the embedded adapter: the relay hands each message straight to its subscribers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from shared import log

logger = log.get(__name__)


@dataclass(frozen=True, slots=True)
class Message:
    """What is published: ``key`` is the job id, so that what concerns one job stays in order."""

    topic: str
    key: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is received, with where it stood. Embedded there is no log: the partition is -1 and the offset a counter."""

    topic: str
    partition: int
    offset: int
    body: bytes


Accept = Callable[[Delivery], Awaitable[None]]
"""Takes over a delivery durably. When it raises, the message is delivered again."""


class Bus(Protocol):
    """Publish at least once, deliver at least once, in order for a key."""

    async def start(self) -> None:
        """Connect and begin delivering; waits for a broker that is away."""
        ...

    async def stop(self) -> None:
        """Finish deliveries under way and disconnect."""
        ...

    async def publish(self, messages: Sequence[Message]) -> None:
        """Return when every message is safe with the broker. Raises ``Unavailable``."""
        ...

    async def publish_lossy(self, message: Message) -> None:
        """Send without waiting or promise; never raises for a broker that is away."""
        ...

    def subscribe(self, topic: str, group: str, accept: Accept) -> None:
        """Deliver ``topic`` to ``accept``; one delivery for each ``group``. Only before :meth:`start`."""
        ...

    def subscribe_lossy(self, topic: str, group: str, accept: Accept) -> None:
        """Deliver what comes from now on, with no promise. Only before :meth:`start`."""
        ...

    def ready(self) -> bool:
        """Tell whether the broker is connected."""
        ...


class LocalBus:
    """All services in one process: ``publish`` returns when every subscriber's inbox has its row."""

    def __init__(self) -> None:
        self._subscribers: dict[str, list[Accept]] = defaultdict(list)
        self._lossy: dict[str, list[Accept]] = defaultdict(list)
        self._offset = 0

    async def start(self) -> None:
        """Nothing to connect to."""

    async def stop(self) -> None:
        """Nothing to disconnect from."""

    async def publish(self, messages: Sequence[Message]) -> None:
        """Hand over in order; a subscriber's error leaves the rest unpublished, to be relayed again."""
        for message in messages:
            delivery = self._deliver(message)
            for accept in self._subscribers[message.topic]:
                await accept(delivery)

    async def publish_lossy(self, message: Message) -> None:
        """Hand over; log and forget what fails."""
        delivery = self._deliver(message)
        for accept in self._lossy[message.topic]:
            try:
                await accept(delivery)
            except Exception as error:
                logger.warning("bus.lossy_dropped", topic=message.topic, error=repr(error))

    def subscribe(self, topic: str, group: str, accept: Accept) -> None:
        """Add a subscriber; groups do not matter where each service runs once."""
        self._subscribers[topic].append(accept)

    def subscribe_lossy(self, topic: str, group: str, accept: Accept) -> None:
        """Add a subscriber of a lossy topic."""
        self._lossy[topic].append(accept)

    def ready(self) -> bool:
        """Always."""
        return True

    def _deliver(self, message: Message) -> Delivery:
        self._offset += 1
        return Delivery(message.topic, -1, self._offset, message.body)
