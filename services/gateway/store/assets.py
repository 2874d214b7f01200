"""Assets: what was uploaded and what is known of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from pydantic import BaseModel

from services.gateway.domain.records import Asset
from shared.contracts.blob import BlobRef
from shared.contracts.media import MediaInfo, Part, SpriteSheet
from shared.db import Connection

COLUMNS = (
    "id, account, title, media, info, thumbnail, sprites, analysis, known, captions, language, hotwords,"
    " speech_model, created_at, updated_at"
)


async def add(
    connection: Connection,
    *,
    asset_id: str,
    account: str,
    title: str,
    media: BlobRef,
    info: MediaInfo,
    thumbnail: BlobRef | None,
    captions: BlobRef | None,
) -> None:
    """Store a probed upload; an asset that is there already stays as it is."""
    await connection.execute(
        "insert into assets (id, account, title, media, info, thumbnail, captions) values ($1, $2, $3, $4, $5, $6, $7)"
        " on conflict (id) do nothing",
        asset_id, account, title, plain(media), plain(info), plain(thumbnail), plain(captions),
    )  # fmt: skip


async def find(connection: Connection, account: str, asset_id: str, *, lock: bool = False) -> Asset | None:
    """Return the account's asset; with ``lock`` its row is held to the end of the transaction."""
    row = await connection.fetchrow(
        f"select {COLUMNS} from assets where account = $1 and id = $2" + (" for update" if lock else ""),
        account, asset_id,
    )  # fmt: skip
    return Asset.model_validate(dict(row)) if row else None


async def find_all(connection: Connection, account: str, ids: Collection[str]) -> dict[str, Asset]:
    """Return those of the account's assets whose ids are given."""
    rows = await connection.fetch(
        f"select {COLUMNS} from assets where account = $1 and id = any($2::text[])", account, list(ids)
    )
    return {row["id"]: Asset.model_validate(dict(row)) for row in rows}


async def newest(connection: Connection, account: str, *, limit: int, before: str | None) -> list[Asset]:
    """Return up to ``limit`` assets, newest first, older than the id ``before``."""
    rows = await connection.fetch(
        f"select {COLUMNS} from assets where account = $1 and ($2::text is null or id < $2) order by id desc limit $3",
        account, before, limit,
    )  # fmt: skip
    return [Asset.model_validate(dict(row)) for row in rows]


async def owners(connection: Connection, account: str, references: Collection[str]) -> Mapping[str, str]:
    """Return the asset id for each of ``references`` (asset ids or object keys of media) that is the account's."""
    rows = await connection.fetch(
        "select id, media ->> 'key' as key from assets where account = $1"
        " and (id = any($2::text[]) or media ->> 'key' = any($2::text[]))",
        account, list(references),
    )  # fmt: skip
    wanted = set(references)
    return {name: row["id"] for row in rows for name in (row["id"], row["key"]) if name in wanted}


async def set_known(
    connection: Connection,
    asset_id: str,
    known: Mapping[Part, BlobRef],
    *,
    whole: BlobRef | None,
    thumbnail: BlobRef | None,
    sprites: SpriteSheet | None,
) -> None:
    """Store where each part is known, and the newest document that has all; a better thumbnail replaces the probe's."""
    await connection.execute(
        "update assets set known = $2, analysis = coalesce($3, analysis), thumbnail = coalesce($4, thumbnail),"
        " sprites = coalesce($5, sprites), updated_at = now() where id = $1",
        asset_id, {part: plain(ref) for part, ref in known.items()}, plain(whole), plain(thumbnail), plain(sprites),
    )  # fmt: skip


async def set_heard(
    connection: Connection, asset_id: str, language: str | None, hotwords: str, speech_model: str
) -> None:
    """Remember what the known words were heard with: later orders that wish nothing else mean the same."""
    await connection.execute(
        "update assets set language = $2, hotwords = $3, speech_model = $4 where id = $1",
        asset_id, language, hotwords, speech_model,
    )  # fmt: skip


async def set_captions(connection: Connection, asset_id: str, captions: BlobRef) -> None:
    """Replace the subtitles; the words that were known without them count no longer, all else does."""
    await connection.execute(
        "update assets set captions = $2, analysis = null, known = known - 'speech', updated_at = now() where id = $1",
        asset_id, plain(captions),
    )  # fmt: skip


def plain(value: BaseModel | None) -> Any:
    """Return a value as the JSON column takes it."""
    return value.model_dump(mode="json") if value is not None else None
