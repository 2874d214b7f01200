"""SQL over accounts and their keys."""

from __future__ import annotations

import hashlib
import secrets

from services.gateway.domain.account import Account, Tier
from shared.contracts.ids import new_id
from shared.db import Connection

PREFIX = "cutroom_"


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()


async def by_key(connection: Connection, key: str) -> Account | None:
    """Return the account that ``key`` opens."""
    row = await connection.fetchrow(
        "select a.id, a.name, a.tier from api_keys k join accounts a on a.id = k.account where k.sha256 = $1",
        _digest(key),
    )
    return Account.model_validate(dict(row)) if row else None


async def create_key(connection: Connection, name: str, tier: Tier) -> str:
    """Make a key for the account ``name``, and the account where there is none yet; its tier becomes ``tier``.

    The key is returned here and nowhere again: only its digest is kept.
    """
    account = await connection.fetchval(
        "insert into accounts (id, name, tier) values ($1, $2, $3)"
        " on conflict (name) do update set tier = excluded.tier returning id",
        new_id(), name, tier,
    )  # fmt: skip
    key = PREFIX + secrets.token_urlsafe(32)
    await connection.execute("insert into api_keys (sha256, account) values ($1, $2)", _digest(key), account)
    return key
