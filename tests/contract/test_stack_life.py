"""Servers die with whoever started them, unless they shall outlive him; the cache shows whole entries only."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest

from deploy.stack import StackServers, StackUnavailable, toolchain
from deploy.stack.cache import Cache
from deploy.stack.state import born, load
from shared import process
from tests.patience import until

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
    await until(lambda: all(born(pid) is None for pid in pids(tmp_path)))


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


def test_a_cluster_whose_making_was_cut_off_is_made_anew(stack: StackServers, tmp_path: Path) -> None:
    half = tmp_path / "postgres" / "making"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    servers = StackServers(tmp_path)
    try:
        servers.start_server("postgres")
        assert servers.status()["postgres"].startswith("running on ")
        assert not half.exists()
    finally:
        servers.stop()


def test_a_failed_filling_leaves_nothing_and_the_next_one_succeeds(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")

    def half(folder: Path) -> None:
        (folder / "half").touch()
        raise StackUnavailable("no network")

    with pytest.raises(StackUnavailable):
        cache.entry("jars-1", half)
    assert [path.name for path in cache.root.iterdir()] == [".jars-1.lock"]
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


def test_a_java_that_is_too_old_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / "java", "echo 'openjdk version \"11.0.2\" 2019-01-15' >&2", monkeypatch)
    with pytest.raises(StackUnavailable) as old:
        toolchain.java()
    assert "older than Java 17" in old.value.message


OLD_GO = """
case "$1 $2" in
"version ") echo "go version go1.19.8 linux/amd64" ;;
"env GOOS") printf 'linux\\namd64\\n' ;;
"mod download") {download} ;;
esac
"""
TOOLCHAIN = """
module="$GOPATH/$4"; mkdir -p "$module/bin" "$module/pkg/tool/linux_amd64"
echo 'echo newer' > "$module/bin/go"; touch "$module/pkg/tool/linux_amd64/compile"
chmod 444 "$module/bin/go"; echo "{\\"Dir\\": \\"$module\\"}"
"""


def test_a_go_that_is_too_old_fetches_a_newer_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUTROOM_STACK_CACHE", str(tmp_path / "cache"))
    program(tmp_path / "go", OLD_GO.format(download=TOOLCHAIN), monkeypatch)
    newer = Path(toolchain.go())
    assert newer == tmp_path / "cache" / f"go-{toolchain.GO_FETCHED}" / "bin" / "go"
    assert newer.read_text() == "echo newer\n"
    assert os.access(newer, os.X_OK)
    assert os.access(newer.parents[1] / "pkg" / "tool" / "linux_amd64" / "compile", os.X_OK)


def test_a_go_that_is_too_old_and_cannot_fetch_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUTROOM_STACK_CACHE", str(tmp_path / "cache"))
    program(tmp_path / "go", OLD_GO.format(download="exit 1"), monkeypatch)
    with pytest.raises(StackUnavailable) as old:
        toolchain.go()
    assert "too old" in old.value.message
    assert "https://go.dev/dl/" in old.value.remedy


def program(path: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that comes first on PATH and says what the script says."""
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{path.parent}:{os.environ['PATH']}")
