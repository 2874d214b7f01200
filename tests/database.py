"""Pytest plugin: one PostgreSQL a session, a fresh database a test, cloned from a service's migrated template."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from deploy.database import EmbeddedDatabase
from shared.blobs import FolderBlobs
from shared.bus import Bus, LocalBus
from shared.db import migrate_service, open_pool
from shared.infra import Infra
from shared.settings import Settings

SERVICES = Path(__file__).parents[1] / "services"
FreshDatabase = Callable[[str], Awaitable[str]]
MakeInfra = Callable[..., Awaitable[Infra]]


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedDatabase]:
    """A running server with a role for each service."""
    server = EmbeddedDatabase(tmp_path_factory.mktemp("postgres"))
    server.start()
    yield server
    server.stop()


def _named(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


@pytest.fixture
async def fresh_database(postgres: EmbeddedDatabase) -> AsyncIterator[FreshDatabase]:
    """``await fresh_database("planner")``: the url of an empty, migrated database that is dropped after the test."""
    made: list[str] = []

    async def make(service: str) -> str:
        name = f"t_{uuid.uuid4().hex}"
        url = _named(postgres.url(service), name)
        admin = await asyncpg.connect(_named(postgres.url("postgres"), "postgres"))
        try:
            await _ensure_template(admin, postgres, service)
            await admin.execute(f'create database "{name}" template "tpl_{service}" owner "{service}"')
        finally:
            await admin.close()
        made.append(name)
        return url

    yield make
    admin = await asyncpg.connect(_named(postgres.url("postgres"), "postgres"))
    for name in made:
        await admin.execute(f'drop database if exists "{name}" with (force)')
    await admin.close()


async def _ensure_template(admin: asyncpg.Connection, postgres: EmbeddedDatabase, service: str) -> None:
    template = f"tpl_{service}"
    if await admin.fetchval("select 1 from pg_database where datname = $1", template):
        return
    await admin.execute(f'create database "{template}" owner "{service}"')
    pool = await open_pool(_named(postgres.url(service), template), 2)
    folder = SERVICES / service / "migrations"
    await migrate_service(pool, service, [folder] if folder.is_dir() else [])
    await pool.close()


@pytest.fixture
async def make_infra(fresh_database: FreshDatabase, tmp_path: Path) -> AsyncIterator[MakeInfra]:
    """``await make_infra("planner", bus=..., lease_seconds=2)``: what one service stands on, embedded."""
    pools: list[asyncpg.Pool] = []

    async def make(service: str, *, bus: Bus | None = None, **knobs: object) -> Infra:
        url = await fresh_database(service)
        values: dict[str, object] = {
            "bus": "local",
            "blobs_root": tmp_path / "blobs",
            "scratch_dir": tmp_path / "scratch",
        }
        settings = Settings.model_validate({"database_url": url, **values, **knobs})
        pool = await open_pool(url, 6)
        pools.append(pool)
        return Infra(settings, url, pool, bus or LocalBus(), FolderBlobs(settings.blobs_root), settings.scratch_dir)

    yield make
    for pool in pools:
        with contextlib.suppress(Exception):
            pool.terminate()
