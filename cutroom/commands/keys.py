"""``cutroom keys``: who may use a studio that asks for keys."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from cutroom.commands.options import Data
from cutroom.exits import Exit, Stopped, misuse
from cutroom.places import data_folder, logged_to
from cutroom.running import run
from cutroom.screen import Screen
from shared.errors import CutroomError

if TYPE_CHECKING:
    from services.gateway.domain.account import Tier
    from shared.db import Pool

keys = typer.Typer(help="Make keys for a studio that asks for them (CUTROOM_AUTH=keys).", no_args_is_help=True)


@keys.callback()
def root() -> None:
    """Keep `create` a command of its own: with one command alone Typer would leave its name out."""


@keys.command()
def create(
    account: Annotated[str, typer.Option(help="Name of the account; made when there is none yet.")],
    *,
    tier: Annotated[
        str, typer.Option(help="free, pro or enterprise: who comes first when there is much to do.")
    ] = "free",
    database_url: Annotated[
        str | None,
        typer.Option(help="Database of the gateway. Also: CUTROOM_DATABASE_URL. Default: that of the embedded studio."),
    ] = None,
    data: Data = None,
) -> None:
    """Make a key for an account and print it, this once. The embedded studio must not run meanwhile."""
    from services.gateway.domain.account import Account

    if not account.strip() or len(account) > 200:
        raise misuse("An account needs a name of 1 to 200 characters.", "Give it with --account.")
    if tier not in get_args(Account.model_fields["tier"].annotation):
        raise misuse(f"There is no tier {tier}.", "Take one of free, pro, enterprise.")
    wanted = Account(id="", name=account.strip(), tier=tier)
    url = database_url or os.environ.get("CUTROOM_DATABASE_URL")
    work = (
        _in_database(url, wanted.name, wanted.tier) if url else _embedded(data_folder(data), wanted.name, wanted.tier)
    )
    try:
        Screen().result(run(work))
    except CutroomError as error:
        raise Stopped(Exit.UNREACHABLE, error.code, error.message, error.remedy) from error


async def _embedded(data: Path, name: str, tier: Tier) -> str:
    from deploy.embedded import Studio

    with logged_to(data):
        async with Studio(data) as studio:
            return await _create(studio.services["gateway"].infra.pool, name, tier)


async def _in_database(url: str, name: str, tier: Tier) -> str:
    import asyncpg

    from shared.db import open_pool

    try:
        pool = await open_pool(url, 1, patience_s=5)
    except (asyncpg.PostgresError, ValueError) as refused:
        remedy = "Check --database-url: postgresql://user:password@host:port/database."
        raise misuse(f"The database refuses: {refused}.", remedy, "database_refused") from refused
    try:
        return await _create(pool, name, tier)
    except asyncpg.UndefinedTableError as other:
        remedy = "Give the gateway's own database, and start the gateway on it once."
        raise misuse("This is not the database of a gateway.", remedy, "database_wrong") from other
    finally:
        await pool.close()


async def _create(pool: Pool, name: str, tier: Tier) -> str:
    from services.gateway.store.accounts import create_key
    from shared.db import transaction

    async with transaction(pool) as connection:
        return await create_key(connection, name, tier)
