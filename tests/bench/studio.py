"""What the measurements stand on."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

from deploy.database import EmbeddedDatabase
from shared.db import migrate_service, open_pool

SERVICES = Path(__file__).parents[2] / "services"


@asynccontextmanager
async def scratch_database(service: str) -> AsyncIterator[asyncpg.Pool]:
    """A pool on an empty, migrated database of ``service``."""
    with tempfile.TemporaryDirectory(prefix="cutroom-bench-") as folder:
        database = EmbeddedDatabase(Path(folder) / "postgres")
        await asyncio.to_thread(database.start)
        try:
            pool = await open_pool(database.url(service))
            await migrate_service(pool, service, [SERVICES / service / "migrations"])
            yield pool
            pool.terminate()
        finally:
            await asyncio.to_thread(database.stop)
