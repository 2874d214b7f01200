"""The secret that signs links to media."""

from __future__ import annotations

import secrets

from shared.db import Connection


async def signing_secret(connection: Connection) -> bytes:
    """Return the secret that signs media links, made once and shared by all replicas."""
    await connection.execute(
        "insert into secrets (name, value) values ('media_links', $1) on conflict (name) do nothing",
        secrets.token_bytes(32),
    )
    value: bytes = await connection.fetchval("select value from secrets where name = 'media_links'")
    return value
