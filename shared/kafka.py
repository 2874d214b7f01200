"""Apache Kafka through FastStream and aiokafka: the only place that knows either.

FastStream's defaults would lose messages (it acknowledges first, starts at the latest offset without a group, and skips
what it cannot decode); everything that matters is set here. A handler only accepts, and waits for its database inside,
so an offset is committed when the row is safe.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Literal

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage

from shared import log
from shared.bus import Accept, Delivery, Message
from shared.contracts.topics import DURABLE, LOSSY
from shared.errors import Unavailable

logger = log.get(__name__)


class KafkaBus:
    """The cluster's bus. ``partitions`` and ``replication`` count for topics that do not exist yet."""

    def __init__(self, bootstrap: str, client: str, *, partitions: int = 6, replication: int = 1) -> None:
        self._bootstrap = bootstrap
        self._partitions = partitions
        self._replication = replication
        self._broker = KafkaBroker(
            bootstrap,
            client_id=client,
            acks="all",
            enable_idempotence=True,
            allow_auto_create_topics=False,
            request_timeout_ms=10_000,
            retry_backoff_ms=200,
            logger=None,
            graceful_timeout=10.0,
        )
        self._lossy_pending: set[asyncio.Future[object]] = set()
        self._started = False

    async def start(self) -> None:
        """Create missing topics, connect and begin delivering; wait for a broker that is away."""
        pause = 0.2
        while True:
            try:
                await self._create_topics()
                await self._broker.start()
            except (KafkaError, OSError) as away:
                logger.warning("kafka.away", error=f"{type(away).__name__}: {away}")
                await asyncio.sleep(pause)
                pause = min(pause * 2, 3.0)
            else:
                self._started = True
                return

    async def stop(self) -> None:
        """Finish deliveries under way, commit and leave the group."""
        self._started = False
        await self._broker.stop()

    async def publish(self, messages: Sequence[Message]) -> None:
        """Send all and wait for every acknowledgement; the order within a key is kept. Raises :class:`Unavailable`."""
        try:
            sent = [await self._broker.publish(m.body, m.topic, key=m.key.encode(), no_confirm=True) for m in messages]
            await asyncio.gather(*sent)
        except (KafkaError, OSError) as away:
            raise Unavailable(f"Kafka does not take messages: {type(away).__name__}.", code="bus_unavailable") from away

    async def publish_lossy(self, message: Message) -> None:
        """Send without waiting; drop it when the producer is not connected or its queue is full."""
        if not self._started or len(self._lossy_pending) > 200:
            return
        try:
            async with asyncio.timeout(0.5):
                future = await self._broker.publish(
                    message.body, message.topic, key=message.key.encode(), no_confirm=True
                )
        except (KafkaError, OSError, TimeoutError):
            return
        self._lossy_pending.add(future)
        future.add_done_callback(self._forget)

    def _forget(self, future: asyncio.Future[object]) -> None:
        self._lossy_pending.discard(future)
        if not future.cancelled():
            future.exception()

    def subscribe(self, topic: str, group: str, accept: Accept) -> None:
        """Deliver every message of ``topic`` once or more to the consumer group ``group``."""
        self._add(topic, group, accept, AckPolicy.NACK_ON_ERROR, "earliest")

    def subscribe_lossy(self, topic: str, group: str, accept: Accept) -> None:
        """Deliver what comes from now on, at most once."""
        self._add(topic, group, accept, AckPolicy.ACK_FIRST, "latest")

    def ready(self) -> bool:
        """Tell whether :meth:`start` has connected."""
        return self._started

    def _add(
        self, topic: str, group: str, accept: Accept, policy: AckPolicy, reset: Literal["earliest", "latest"]
    ) -> None:
        async def handle(message: KafkaMessage) -> None:
            record = message.raw_message
            if isinstance(record, tuple):
                raise TypeError("subscribed one by one, yet a batch came")
            await accept(Delivery(record.topic, record.partition, record.offset, record.value or b""))

        subscriber = self._broker.subscriber(
            topic,
            group_id=group,
            auto_offset_reset=reset,
            ack_policy=policy,
            decoder=_raw,
            max_poll_interval_ms=600_000,
            session_timeout_ms=15_000,
        )
        subscriber(handle)

    async def _create_topics(self) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self._bootstrap, request_timeout_ms=10_000)
        await admin.start()
        try:
            topics = [
                NewTopic(name, self._partitions, self._replication, topic_configs={"retention.ms": retention})
                for names, retention in ((DURABLE, str(14 * 86_400_000)), (LOSSY, "3600000"))
                for name in names
            ]
            answer = await admin.create_topics(topics)
            for _, code, text in (error[:3] for error in answer.topic_errors):
                if code and for_code(code) is not TopicAlreadyExistsError:
                    raise for_code(code)(text)
        finally:
            await admin.close()


async def _raw(message: KafkaMessage) -> bytes:
    """Leave the body alone: what is malformed must reach the dead letters as it came."""
    return message.body
