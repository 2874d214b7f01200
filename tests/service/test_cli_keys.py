"""``cutroom keys create`` makes a key that the gateway's own store knows, and shows it once."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from services.gateway.store.accounts import by_key
from tests.database import FreshDatabase
from tests.patience import LONG


async def cutroom(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "cutroom", "keys", "create", *map(str, arguments)]
    env = {name: value for name, value in os.environ.items() if not name.startswith("CUTROOM_")}
    return await asyncio.to_thread(
        subprocess.run, argv, capture_output=True, text=True, timeout=LONG, env={**env, **environment}, check=False
    )


async def test_the_key_opens_its_account(fresh_database: FreshDatabase) -> None:
    url = await fresh_database("gateway")
    made = [await cutroom("--account", "anna", "--tier", tier, CUTROOM_DATABASE_URL=url) for tier in ("free", "pro")]
    assert [each.returncode for each in made] == [0, 0]
    first, second = (each.stdout.strip() for each in made)
    assert first.startswith("cutroom_")
    assert first != second
    connection = await asyncpg.connect(url)
    accounts = [await by_key(connection, key) for key in (first, second)]
    kept = await connection.fetch("select * from api_keys")
    await connection.close()
    assert [(account.name, account.tier) for account in accounts if account] == [("anna", "pro")] * 2
    assert accounts[0] == accounts[1]
    assert first.encode() not in b"".join(row["sha256"] for row in kept)


@pytest.mark.parametrize("wrong", [("--tier", "gold"), ("--account", ""), ("--no-such",)])
async def test_wrong_use(tmp_path: Path, wrong: tuple[str, ...]) -> None:
    refused = await cutroom("--account", "anna", *wrong, "--data", tmp_path / "data")
    assert refused.returncode == 2
    assert not (tmp_path / "data").exists()


async def test_a_database_of_another_kind_is_told(fresh_database: FreshDatabase) -> None:
    refused = await cutroom("--account", "anna", "--database-url", await fresh_database("planner"))
    assert refused.returncode == 2
    assert "error [database_wrong]" in refused.stderr


async def test_a_refused_login_is_told_without_the_password(fresh_database: FreshDatabase) -> None:
    parts = urlsplit(await fresh_database("gateway"))
    url = parts._replace(netloc=f"gateway:wrong-secret@{parts.hostname}:{parts.port}").geturl()
    refused = await cutroom("--account", "anna", "--database-url", url)
    assert refused.returncode == 2
    assert "error [database_refused]" in refused.stderr
    assert "wrong-secret" not in refused.stderr


async def test_the_embedded_studio_keeps_its_keys(tmp_path: Path) -> None:
    made = await cutroom("--account", "anna", "--data", tmp_path / "data")
    assert made.returncode == 0, made.stderr
    assert made.stdout.startswith("cutroom_")
