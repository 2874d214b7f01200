"""Servers die with whoever started them, unless they shall outlive him; the cache shows whole entries only."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.stack import StackServers, StackUnavailable, toolchain
from deploy.stack.cache import Cache
from deploy.stack.state import born, load
from shared import process

PAIR = ("postgres", "minio")
OWNER = """
import sys, threading
from pathlib import Path
from deploy.stack import StackServers
servers = StackServers(Path(sys.argv[1]))
for name in sys.argv[2:]:
    servers.start_server(name)
threading.Event().wait()
"""


async def until(true: Callable[[], bool], seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.02)


def pids(folder: Path) -> list[int]:
    state = load(folder / "state.json")
    return [one.pid for one in state.running.values()] if state else []


async def test_servers_die_with_a_killed_owner(stack: StackServers, tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    env = dict(os.environ) | {"PYTHONPATH": str(root)}
    owner = process.spawn([sys.executable, "-c", OWNER, str(tmp_path), *PAIR], env=env, stdout=tmp_path / "out")
    try:
        await until(
            lambda: set(StackServers(tmp_path).status().values()) > {"stopped"} and len(pids(tmp_path)) == len(PAIR)
        )
    finally:
        owner.kill()
    await until(lambda: all(born(pid) is None for pid in pids(tmp_path)), 5)


async def test_detached_servers_outlive_the_command_and_another_stops_them(stack: StackServers, tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    env = dict(os.environ) | {"PYTHONPATH": str(root), "CUTROOM_STACK_RUN": str(tmp_path)}

    async def command(*words: str) -> str:
        return (await process.run([sys.executable, "-m", "deploy.stack", *words], env=env)).stdout.decode()

    try:
        assert "minio     running on" in await command("start", "minio")
        assert "minio     running on" in await command("status")
        endpoint = StackServers(tmp_path).environment("renderer")["CUTROOM_S3_ENDPOINT"]
        assert f"export CUTROOM_S3_ENDPOINT={endpoint}" in await command("env", "renderer")
    finally:
        stopped = await command("down")
    assert stopped.splitlines() == ["postgres  stopped", "kafka     stopped", "minio     stopped"]
    with pytest.raises(process.ProcessFailed) as refused:
        await command("stop", "zookeeper")
    assert "invalid choice" in refused.value.stderr_tail


def test_a_failed_filling_leaves_nothing_and_the_next_one_succeeds(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")

    def half(folder: Path) -> None:
        (folder / "half").touch()
        raise StackUnavailable("no network")

    with pytest.raises(StackUnavailable):
        cache.entry("jars-1", half)
    assert [path.name for path in cache.root.iterdir()] == [".lock"]
    assert [path.name for path in cache.entry("jars-1", lambda folder: (folder / "whole").touch()).iterdir()] == [
        "whole"
    ]


def test_two_who_want_the_same_entry_fill_it_once(tmp_path: Path) -> None:
    filled: list[Path] = []
    both = threading.Barrier(2)

    def ask() -> None:
        both.wait()
        Cache(tmp_path).entry("slow-1", lambda folder: filled.append(folder))

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(filled) == 1


def test_a_missing_tool_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(StackUnavailable) as missing:
        toolchain.go()
    assert "`go`" in missing.value.message
    assert "https://go.dev/dl/" in missing.value.remedy


@pytest.mark.parametrize(
    ("tool", "says", "find"),
    [
        ("java", 'openjdk version "11.0.2" 2019-01-15', toolchain.java),
        ("go", "go version go1.19.8 linux/amd64", toolchain.go),
    ],
)
def test_a_tool_that_is_too_old_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tool: str, says: str, find: Callable[[], str]
) -> None:
    program = tmp_path / tool
    program.write_text(f"#!/bin/sh\necho '{says}'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(StackUnavailable) as old:
        find()
    assert "older than" in old.value.message
