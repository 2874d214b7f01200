"""Consent for assets, and the log of it, which only grows."""

from __future__ import annotations

from collections.abc import Collection

from services.gateway.domain.records import Consent, ConsentAction, ConsentEntry
from services.gateway.store.assets import plain
from shared.contracts.blob import BlobRef
from shared.db import Connection


async def find(connection: Connection, asset_id: str) -> Consent:
    """Return what was said about an asset; nothing was said is a consent that was not given."""
    row = await connection.fetchrow(
        "select asset_id, has_checkbox, document, updated_at from consents where asset_id = $1", asset_id
    )
    return Consent.model_validate(dict(row)) if row else Consent(asset_id=asset_id)


async def missing(connection: Connection, asset_ids: Collection[str]) -> list[str]:
    """Return those assets, in order, that may not be rendered; given consents are held for this transaction."""
    rows = await connection.fetch(
        "select asset_id from consents where has_checkbox and asset_id = any($1::text[]) for share", list(asset_ids)
    )
    given = {row["asset_id"] for row in rows}
    return [asset for asset in dict.fromkeys(asset_ids) if asset not in given]


async def set_checkbox(connection: Connection, asset_id: str, account: str, *, accepted: bool) -> None:
    """Give consent or take it back, and log it."""
    await connection.execute(
        "insert into consents (asset_id, has_checkbox) values ($1, $2)"
        " on conflict (asset_id) do update set has_checkbox = $2, updated_at = now()",
        asset_id, accepted,
    )  # fmt: skip
    await _log(connection, asset_id, account, "accepted" if accepted else "withdrawn", None)


async def set_document(connection: Connection, asset_id: str, account: str, document: BlobRef) -> None:
    """Add the signed document as evidence, and log it with its hash."""
    await connection.execute(
        "insert into consents (asset_id, document) values ($1, $2)"
        " on conflict (asset_id) do update set document = $2, updated_at = now()",
        asset_id, plain(document),
    )  # fmt: skip
    await _log(connection, asset_id, account, "document_uploaded", document.sha256)


async def log(connection: Connection, asset_id: str, *, limit: int, before: int | None) -> list[ConsentEntry]:
    """Return up to ``limit`` entries, newest first, older than the entry ``before``."""
    rows = await connection.fetch(
        "select id, at, account, action, document_sha256 from consent_log"
        " where asset_id = $1 and ($2::bigint is null or id < $2) order by id desc limit $3",
        asset_id, before, limit,
    )  # fmt: skip
    return [ConsentEntry.model_validate(dict(row)) for row in rows]


async def _log(connection: Connection, asset_id: str, account: str, action: ConsentAction, sha256: str | None) -> None:
    await connection.execute(
        "insert into consent_log (asset_id, account, action, document_sha256) values ($1, $2, $3, $4)",
        asset_id, account, action, sha256,
    )  # fmt: skip
