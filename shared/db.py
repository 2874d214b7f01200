"""PostgreSQL: pools, forward-only migrations, and waiting for a database that is away."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeAlias

import asyncpg

from shared import log
from shared.errors import PermanentError, Unavailable

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

MADE_OTHERWISE = "Run the version that made it, or begin with an empty database or data folder."
QUEUE_SQL = Path(__file__).parent / "sql"
AWAY = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
)
"""What the driver raises while the database is stopped, starting or unreachable.

``InternalClientError`` comes in the moment between the server's farewell on an idle connection and its end.
"""

logger = log.get(__name__)


async def _prepare(connection: Connection) -> None:
    await connection.set_type_codec("jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")


async def _reset(connection: Connection) -> None:
    """Leave the session as it is: we set nothing on it, and the default reset costs a round trip for each use."""
    if connection.is_in_transaction():
        await connection.reset()


async def open_pool(url: str, size: int = 6, patience_s: float = 60.0) -> Pool:
    """Open a pool on ``url``, waiting up to ``patience_s`` for the server. Raises :class:`Unavailable`."""
    deadline = asyncio.get_running_loop().time() + patience_s
    pause = 0.1
    while True:
        try:
            return await asyncpg.create_pool(
                url, min_size=1, max_size=size, init=_prepare, reset=_reset, timeout=10, command_timeout=60
            )
        except AWAY as away:
            if asyncio.get_running_loop().time() > deadline:
                raise Unavailable(
                    f"The database does not answer: {type(away).__name__}.", code="database_unavailable"
                ) from away
            logger.warning("database.away", error=str(away))
            await asyncio.sleep(pause)
            pause = min(pause * 2, 2.0)


async def migrate(pool: Pool, room: str, folder: Path) -> list[str]:
    """Apply the ``*.sql`` files of ``folder`` that ``room`` has not had yet, in order; return their names.

    Safe when several replicas start at once. Raises ``PermanentError`` with code
    ``database_made_otherwise`` when a file that was applied has changed since.
    """
    applied: list[str] = []
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("select pg_advisory_xact_lock(hashtext('cutroom.migrations'))")
        await connection.execute(
            "create table if not exists schema_migrations (room text, name text, digest text not null,"
            " at timestamptz not null default now(), primary key (room, name))"
        )
        rows = await connection.fetch("select name, digest from schema_migrations where room = $1", room)
        known = {row["name"]: row["digest"] for row in rows}
        for file in sorted(folder.glob("*.sql")):
            text = file.read_text("utf-8")
            digest = hashlib.sha256(text.encode()).hexdigest()
            if file.name in known:
                if known[file.name] != digest:
                    message = f"The database was made by another version: {room}/{file.name} was different."
                    raise PermanentError(message, code="database_made_otherwise", remedy=MADE_OTHERWISE)
                continue
            await connection.execute(text)
            await connection.execute(
                "insert into schema_migrations (room, name, digest) values ($1, $2, $3)", room, file.name, digest
            )
            applied.append(file.name)
    return applied


async def migrate_service(pool: Pool, service: str, folders: Sequence[Path]) -> None:
    """Bring a service's database up to date: the queue's tables first, then the service's own."""
    await migrate(pool, "queue", QUEUE_SQL)
    for folder in folders:
        await migrate(pool, service, folder)


@asynccontextmanager
async def transaction(pool: Pool, patience_s: float = 0.0) -> AsyncIterator[Connection]:
    """Open a connection and a transaction on it; wait up to ``patience_s`` for a database that is away."""
    connection = await _acquire(pool, patience_s)
    try:
        async with connection.transaction():
            yield connection
    finally:
        await pool.release(connection)


async def _acquire(pool: Pool, patience_s: float) -> Connection:
    deadline = asyncio.get_running_loop().time() + patience_s
    while True:
        connection = None
        try:
            connection = await pool.acquire(timeout=10)
            if patience_s > 0:
                await connection.execute("select 1")
        except (*AWAY, TimeoutError):
            if connection is not None:
                await pool.release(connection)
            if asyncio.get_running_loop().time() >= deadline:
                raise
            await asyncio.sleep(0.2)
        else:
            return connection
