"""What a consumer does with a delivery: accept it as an inbox row, or bury it. It never works on it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any

from pydantic import BaseModel

from shared import inbox, log, outbox
from shared.bus import Accept, Delivery
from shared.contracts.commands import CancelStep
from shared.contracts.envelope import Envelope, decode
from shared.contracts.events import StepCancelled, StepFailed
from shared.contracts.topics import STEP_EVENTS
from shared.db import AWAY, Connection, Pool, transaction
from shared.messages import answer

logger = log.get(__name__)

Models = Mapping[str, type[BaseModel]]
"""The message types that a service understands, by name."""


def acceptor(pool: Pool, service: str, models: Models, *, answers: bool, lanes: Collection[str] = ()) -> Accept:
    """Return the function that takes over deliveries for ``service``.

    It waits while the database is away, so that the offset is not committed and nothing is lost. ``answers``: a command
    that cannot be understood is answered with ``StepFailed``, because somebody waits for it. ``lanes``: the message
    names that each wait in a lane of their own.
    """

    async def take(delivery: Delivery) -> None:
        await _patiently(lambda: _take(pool, service, models, delivery, answers=answers, lanes=lanes))

    return take


async def _patiently(work: Callable[[], Awaitable[None]]) -> None:
    pause = 0.1
    while True:
        try:
            return await work()
        except (*AWAY, TimeoutError) as away:
            logger.warning("accept.waits", error=f"{type(away).__name__}: {away}")
            await asyncio.sleep(pause)
            pause = min(pause * 2, 2.0)


async def _take(
    pool: Pool, service: str, models: Models, delivery: Delivery, *, answers: bool, lanes: Collection[str]
) -> None:
    try:
        envelope = decode(delivery.body)
    except ValueError as bad:
        async with transaction(pool) as connection:
            await inbox.bury(connection, delivery, f"not an envelope: {bad}")
        logger.error("message.unreadable", topic=delivery.topic, partition=delivery.partition, offset=delivery.offset)
        return
    try:
        data = _parse(models, envelope)
    except ValueError as bad:
        async with transaction(pool) as connection:
            await inbox.bury(connection, delivery, f"not understood: {bad}")
            if answers:
                await _refuse(connection, service, envelope, str(bad))
        logger.error("message.invalid", topic=delivery.topic, message_id=envelope.id, type=envelope.type)
        return
    async with transaction(pool) as connection:
        if isinstance(data, CancelStep):
            await _cancel(connection, service, delivery.topic, envelope, data)
        elif await inbox.was_cancelled(connection, envelope.id):
            if await inbox.accept(connection, delivery.topic, envelope, state="cancelled"):
                await outbox.put(connection, STEP_EVENTS, answer(service, envelope, StepCancelled()))
        else:
            lane = envelope.name if envelope.name in lanes else ""
            await inbox.accept(connection, delivery.topic, envelope, lane=lane)


def _parse(models: Models, envelope: Envelope) -> Any:
    model = models.get(envelope.name)
    if model is None:
        raise ValueError(f"unknown message type {envelope.type!r}")
    return model.model_validate(envelope.data)


async def _cancel(connection: Connection, service: str, topic: str, envelope: Envelope, order: CancelStep) -> None:
    if not await inbox.accept(connection, topic, envelope, state="done"):
        return
    for stopped in await inbox.cancel(connection, order.command_ids):
        await outbox.put(connection, STEP_EVENTS, answer(service, stopped, StepCancelled()))


async def _refuse(connection: Connection, service: str, envelope: Envelope, reason: str) -> None:
    failed = StepFailed(
        code="message_invalid",
        message="The service does not understand this order.",
        remedy="Run the same version of all services.",
        attempts=0,
        details={"reason": reason[:500]},
    )
    await outbox.put(connection, STEP_EVENTS, answer(service, envelope, failed))
