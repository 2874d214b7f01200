"""Keys for accounts, made by whoever runs the gateway."""

from __future__ import annotations

from pathlib import Path

from services.gateway.domain.account import Tier
from services.gateway.store import accounts
from shared.db import migrate_service, open_pool, transaction


async def create_key(database_url: str, migrations: Path, account: str, tier: Tier) -> str:
    """Make a key in the gateway's database, which is brought up to date first, and return it."""
    pool = await open_pool(database_url, size=2)
    try:
        await migrate_service(pool, "gateway", [migrations])
        async with transaction(pool) as connection:
            return await accounts.create_key(connection, account, tier)
    finally:
        await pool.close()
