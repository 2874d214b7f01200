"""SQL over the analyzer's own table; takes an open connection."""

from __future__ import annotations

from shared.contracts.events import MediaAnalyzed
from shared.db import Connection


async def find(connection: Connection, sha256: str, settings: str) -> MediaAnalyzed | None:
    """Return the fact that was published for a medium and settings, or None."""
    row = await connection.fetchrow("select fact from analyses where sha256 = $1 and settings = $2", sha256, settings)
    return MediaAnalyzed.model_validate(row["fact"]) if row else None


async def save(connection: Connection, sha256: str, settings: str, fact: MediaAnalyzed) -> None:
    """Remember an analysis; a second one of the same takes its place."""
    await connection.execute(
        "insert into analyses (sha256, settings, fact) values ($1, $2, $3)"
        " on conflict (sha256, settings) do update set fact = $3, made_at = now()",
        sha256,
        settings,
        fact.model_dump(mode="json"),
    )
