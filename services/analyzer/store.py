"""SQL over the analyzer's own tables; takes an open connection."""

from __future__ import annotations

from collections.abc import Mapping

from shared.contracts.blob import BlobRef
from shared.contracts.events import MediaAnalyzed
from shared.db import Connection


async def parts(connection: Connection, sha256: str, keys: Mapping[str, str]) -> dict[str, BlobRef]:
    """Return the documents of those parts of a medium that are kept under just these settings (``keys`` by part)."""
    rows = await connection.fetch(
        "select part, document from parts where sha256 = $1"
        " and (part, settings) in (select * from unnest($2::text[], $3::text[]))",
        sha256,
        list(keys.keys()),
        list(keys.values()),
    )
    return {row["part"]: BlobRef.model_validate(row["document"]) for row in rows}


async def keep_part(
    connection: Connection, sha256: str, part: str, settings: str, document: BlobRef, lost: BlobRef | None = None
) -> None:
    """Remember where a part lies. A second one of the same only takes the place of a ``lost`` document."""
    await connection.execute(
        "insert into parts (sha256, part, settings, document) values ($1, $2, $3, $4)"
        " on conflict (sha256, part, settings) do update set document = $4, made_at = now()"
        " where parts.document ->> 'key' = $5",
        sha256,
        part,
        settings,
        document.model_dump(mode="json"),
        lost.key if lost else None,
    )


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
