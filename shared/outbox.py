"""The outbox: messages are written in the transaction that makes them true, and relayed to the bus afterwards.

Publishing is at least once; what concerns one key leaves in the order of the table. One relay a database is at work at
a time, under a session-level advisory lock, whatever the number of replicas.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import asyncpg

from shared import log
from shared.bus import Bus, Message
from shared.contracts.envelope import MAX_BODY, Envelope
from shared.db import AWAY, Connection
from shared.errors import BadRequest, TransientError
from shared.signal import Signal

BATCH = 200
PUT = """
insert into outbox (topic, key, body) select topic, key, body
from unnest($1::text[], $2::text[], $3::bytea[]) with ordinality as message (topic, key, body, n) order by n
"""
LOCK = "select pg_try_advisory_lock(hashtext('cutroom.relay'))"
logger = log.get(__name__)


async def put(connection: Connection, topic: str, envelope: Envelope) -> None:
    """Add ``envelope`` to the outbox, inside the caller's transaction. Raises :class:`BadRequest` over 64 KiB."""
    await put_all(connection, [(topic, envelope)])


async def put_all(connection: Connection, messages: Sequence[tuple[str, Envelope]]) -> None:
    """Add envelopes with their topics, in this order and in one round trip. Raises :class:`BadRequest` over 64 KiB."""
    if messages:
        keys = [envelope.subject for _, envelope in messages]
        await connection.execute(PUT, [topic for topic, _ in messages], keys, [_body(e) for _, e in messages])


def _body(envelope: Envelope) -> bytes:
    body = envelope.encode()
    if len(body) > MAX_BODY:
        raise BadRequest(
            f"The message {envelope.name} has {len(body)} bytes; the bus carries {MAX_BODY}.",
            code="message_too_large",
            remedy="Put the document into the object store and send its reference.",
        )
    return body


async def relay_once(connection: Connection, bus: Bus) -> int:
    """Publish one batch and take it out of the table; return how many messages went."""
    rows = await connection.fetch("select id, topic, key, body from outbox order by id limit $1", BATCH)
    if rows:
        await bus.publish([Message(row["topic"], row["key"], row["body"]) for row in rows])
        await connection.execute("delete from outbox where id = any($1::bigint[])", [row["id"] for row in rows])
    return len(rows)


async def relay(url: str, bus: Bus, wake: Signal) -> None:
    """Relay for ever, on a connection of its own; survive a database and a broker that go and come back."""
    pause = 0.1
    while True:
        try:
            connection = await asyncpg.connect(url, timeout=10, command_timeout=60)
            try:
                await _relay_while_connected(connection, bus, wake)
            finally:
                connection.terminate()
        except (*AWAY, TimeoutError, TransientError) as away:
            logger.warning("relay.waits", error=f"{type(away).__name__}: {away}")
            await asyncio.sleep(pause)
            pause = min(pause * 2, 2.0)
        else:
            pause = 0.1


async def _relay_while_connected(connection: Connection, bus: Bus, wake: Signal) -> None:
    while not await connection.fetchval(LOCK):  # noqa: ASYNC110 nobody tells us when the lock is free
        await asyncio.sleep(1.0)
    while True:
        if await relay_once(connection, bus) == 0:
            await wake.wait(1.0)
