"""docs/operating.md is true: what it names is there, and databases come back from the copy that it takes."""

from __future__ import annotations

import asyncio
import re
import shlex
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
import yaml

from deploy.stack import StackServers
from deploy.stack.install import install
from deploy.stack.state import new_state
from shared.process import run
from tests.stack import obtained

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/operating.md").read_text()
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SUPERUSER = "postgres"


def commands() -> list[list[str]]:
    """The words of each command of the page."""
    lines = [line.strip() for line in PAGE.splitlines() if line.startswith("    ")]
    return [shlex.split(line, comments=True) for line in lines if line.startswith(("docker", "sql ", "make", "git"))]


def test_every_variable_is_a_setting_or_one_of_the_compose_file() -> None:
    known = (ROOT / "docs/settings.md").read_text() + (ROOT / "docker-compose.yml").read_text()
    named = set(re.findall(r"\bCUTROOM_[A-Z0-9_]+\b", PAGE))
    assert named and [name for name in named if not re.search(rf"\b{name}\b", known)] == []


def test_every_code_is_one() -> None:
    codes = (ROOT / "docs/codes.md").read_text()
    named = {"render_short", "speech_memory", "worker_crashed", "database_made_otherwise"}
    assert all(f"`{code}`" in codes and f"`{code}`" in PAGE for code in named)


def test_every_command_names_services_volumes_and_folders_that_are_there() -> None:
    services = set(COMPOSE["services"])
    for words in commands():
        if words[:2] == ["docker", "compose"] and words[2] in ("stop", "start"):
            assert set(words[3:]) == services - {"kafka", "postgres", "minio"}
        if words[:2] == ["docker", "compose"] and words[2] == "exec":
            assert words[3] in services and (ROOT / words[6].replace(".", "/")).is_dir()
        if words[:2] == ["docker", "run"]:
            volume = words[words.index("-v") + 1].partition(":")[0]
            assert volume.removeprefix(f"{COMPOSE['name']}_") in COMPOSE["volumes"]
    kept = {name for name in COMPOSE["volumes"] if f"`{name}`" in PAGE or f"cutroom_{name}" in PAGE}
    assert kept | {"postgres"} == set(COMPOSE["volumes"]), "each is copied, or said to need no copy"


def test_the_gateway_s_address_and_the_health_port_are_those_of_the_page() -> None:
    assert "`127.0.0.1:8000`" in PAGE and "port 8081" in PAGE
    (port,) = COMPOSE["services"]["gateway"]["ports"]
    assert port == "${CUTROOM_BIND:-127.0.0.1}:${CUTROOM_PORT:-8000}:8000"
    assert COMPOSE["x-environment"]["CUTROOM_HEALTH_PORT"] == "8081"


def databases(words: list[str], tool: str) -> bool:
    return words[:2] == ["sql", tool]


async def test_databases_come_back_from_the_copy_that_is_taken(tmp_path: Path) -> None:
    (dump,) = [words[1 : words.index(">")] for words in commands() if databases(words, "pg_dumpall")]
    (load,) = [words[1 : words.index("<")] for words in commands() if databases(words, "psql") and "<" in words]
    with obtained():
        programs = (await asyncio.to_thread(install)).postgres
    state = new_state()
    old = beginning(tmp_path / "old", state.passwords)
    new = beginning(tmp_path / "new", state.passwords)  # with the .env of the backup

    async def tool(words: list[str], servers: StackServers, stdin: bytes = b"") -> tuple[bytes, str]:
        address = urlsplit(url(servers, "gateway"))
        env = {
            "PGUSER": SUPERUSER,
            "PGPASSWORD": state.passwords[SUPERUSER],
            "PGHOST": "127.0.0.1",
            "PGPORT": str(address.port),
        }
        done = await run([str(programs / words[0]), *words[1:]], env=env, stdin=stdin)
        return done.stdout, done.stderr_tail

    try:
        for servers in (old, new):
            await asyncio.to_thread(servers.start_server, "postgres")
        await execute(old, "create table kept (n int)", "insert into kept values (7)")
        copy, _ = await tool(dump, old)
        _, said = await tool(load, new, copy)
        wrong = [line for line in said.splitlines() if "ERROR" in line]
        assert all('role "postgres"' in line or "current user" in line for line in wrong), wrong
        address = urlsplit(url(new, "gateway"))
        old_password = urlsplit(url(old, "gateway")).password
        back = await asyncpg.connect(f"postgresql://gateway:{old_password}@127.0.0.1:{address.port}/gateway")
        assert await back.fetchval("select n from kept") == 7
        with pytest.raises(asyncpg.PostgresError):
            await asyncpg.connect(f"postgresql://gateway:{old_password}@127.0.0.1:{address.port}/renderer")
        await back.close()
    finally:
        for servers in (old, new):
            await asyncio.to_thread(servers.stop)


def beginning(folder: Path, passwords: dict[str, str]) -> StackServers:
    folder.mkdir()
    state = new_state()
    state.passwords = passwords
    state.save(folder / "state.json")
    return StackServers(folder)


def url(servers: StackServers, service: str) -> str:
    return servers.environment(service)["CUTROOM_DATABASE_URL"]


async def execute(servers: StackServers, *statements: str) -> None:
    connection = await asyncpg.connect(url(servers, "gateway"))
    for statement in statements:
        await connection.execute(statement)
    await connection.close()
