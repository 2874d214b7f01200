"""Finding assets by what a file from another editor says of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.gateway.domain.records import Asset
from services.gateway.store.assets import COLUMNS
from shared.db import Connection

MOST = 500


async def matching(connection: Connection, account: str, wanted: Mapping[str, Sequence[str]]) -> list[Asset]:
    """Return the account's assets with one of the ``ids``, ``digests`` or ``names``, newest first, ``MOST`` at most."""
    rows = await connection.fetch(
        f"select {COLUMNS} from assets where account = $1 and (id = any($2::text[])"
        " or media ->> 'sha256' = any($3::text[]) or lower(title) = any($4::text[])"
        " or lower(regexp_replace(title, '[.][A-Za-z0-9]{1,5}$', '')) = any($4::text[]))"
        " order by id desc limit $5",
        account, wanted["ids"], wanted["digests"], wanted["names"], MOST,
    )  # fmt: skip
    return [Asset.model_validate(dict(row)) for row in rows]
