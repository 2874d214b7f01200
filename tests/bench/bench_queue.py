"""Claiming from a deep queue against claiming from a shallow one, in one run on one database."""

from __future__ import annotations

import time

import asyncpg

from shared import inbox
from shared.contracts.envelope import Envelope
from shared.contracts.ids import new_id
from tests.bench.studio import scratch_database
from tests.bench.table import Row, median, percentile

SHALLOW, DEEP, CLAIMS, TENANTS = 100, 100_000, 90, 50


async def _fill(connection: asyncpg.Connection, rows: int) -> None:
    await connection.execute("truncate inbox, inbox_tenants")
    await connection.execute("update inbox_clock set rank = 0")
    body = Envelope(source="/bench", type="cutroom.command.PlanEdit", subject=new_id(), tenant="t").encode()
    await connection.execute(
        "insert into inbox (id, topic, type, subject, tenant, priority, body, rank, state)"
        " select gen_random_uuid()::text, 't', 'x', 's', 't' || n % $2, 0, $3, n / $2, 'waiting'"
        " from generate_series(1, $1) n",
        rows, TENANTS, body,
    )  # fmt: skip
    await connection.execute("vacuum analyze inbox")


async def _claims(connection: asyncpg.Connection) -> list[float]:
    taken = []
    for _ in range(CLAIMS):
        start = time.perf_counter()
        async with connection.transaction():
            claimed = await inbox.claim(connection, 30, "bench")
        taken.append(time.perf_counter() - start)
        assert claimed is not None
    return taken


async def measure() -> list[Row]:
    """Medians of 90 claims each, the two depths in turn, three rounds."""
    async with scratch_database("planner") as pool, pool.acquire() as connection:
        shallow: list[float] = []
        deep: list[float] = []
        for _ in range(3):
            await _fill(connection, SHALLOW)
            shallow += await _claims(connection)
            await _fill(connection, DEEP)
            deep += await _claims(connection)
    return [
        Row(f"claim, {SHALLOW} rows waiting, median", median(shallow) * 1e3, "ms"),
        Row(f"claim, {DEEP:,} rows waiting, median", median(deep) * 1e3, "ms"),
        Row(f"claim, {DEEP:,} rows waiting, p99", percentile(deep, 0.99) * 1e3, "ms"),
        Row("deep against shallow", median(deep) / median(shallow), "x", "≤ 2"),
    ]
