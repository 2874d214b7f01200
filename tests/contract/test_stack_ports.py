"""Ports: nobody else gets one that was handed out, and one that a stranger takes is exchanged for another."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from deploy.database import EmbeddedDatabase
from deploy.stack import StackServers, state
from deploy.stack import servers as module
from shared.process import run

MANY = [str(number) for number in range(40)]
ANOTHER = """
import json, sys
from deploy.stack import state
state._FIRST_PORT, state._LAST_PORT = map(int, sys.argv[1:3])
print(json.dumps(list(state.free_ports(sys.argv[3:]).values())))
"""


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which a stranger listens."""
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        yield stranger.getsockname()[1]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has names that go with their process")
async def test_two_processes_never_get_the_same_port(monkeypatch: pytest.MonkeyPatch) -> None:
    first = state.free_ports(["any"])["any"]
    monkeypatch.setattr(state, "_FIRST_PORT", first)
    monkeypatch.setattr(state, "_LAST_PORT", first + 4 * len(MANY))
    mine = set(state.free_ports(MANY).values())
    argv = [sys.executable, "-c", ANOTHER, str(first), str(first + 4 * len(MANY)), *MANY]
    theirs = json.loads((await run(argv, env={"PYTHONPATH": str(Path(__file__).parents[2])})).stdout)
    assert len(mine) == len(set(theirs)) == len(MANY) and not mine & set(theirs)


def test_a_database_whose_port_was_taken_starts_on_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taken: int
) -> None:
    ports = [taken, state.free_ports(["any"])["any"]]
    monkeypatch.setattr(state, "free_ports", lambda names: {"postgres": ports.pop(0)})
    database = EmbeddedDatabase(tmp_path / "postgres")
    database.start()
    database.stop()
    assert ports == [] and f":{taken}/" not in database.url("planner")


def test_a_stack_whose_port_was_taken_starts_on_another(
    stack: StackServers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taken: int
) -> None:
    servers, looked, every, usable = StackServers(tmp_path), [], StackServers._servers, module._usable

    def taken_behind_the_look(ports: Mapping[str, int]) -> dict[str, int]:
        looked.append(ports)
        return {**ports, "postgres": taken} if len(looked) == 1 else usable(ports)

    monkeypatch.setattr(module, "_usable", taken_behind_the_look)
    monkeypatch.setattr(StackServers, "_servers", lambda self: [one for one in every(self) if one.name == "postgres"])
    try:
        servers.start()
        assert servers.status()["postgres"].startswith("running on ")
        assert len(looked) == 2 and str(taken) not in servers.status()["postgres"]
    finally:
        servers.stop()
