"""What a run folder remembers between starts: ports, passwords and the processes that run."""

from __future__ import annotations

import json
import os
import secrets
import socket
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

SERVICES = ("gateway", "analyzer", "planner", "renderer", "lipsync")
PORTS = ("postgres", "kafka", "kafka_controller", "minio")
# Below the range from which systems take ports for outgoing connections: a stopped server's port stays free.
_FIRST_PORT, _LAST_PORT = 20000, 32000
_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Running:
    """A started process; ``born`` tells it from a later one with the same number."""

    pid: int
    born: str


@dataclass(slots=True)
class State:
    """Ports, passwords and processes of one run folder; ``save`` keeps them."""

    ports: dict[str, int]
    passwords: dict[str, str]
    running: dict[str, Running] = field(default_factory=dict)

    def save(self, path: Path) -> None:
        """Write atomically, readable by the owner only: there are passwords in it."""
        making = path.with_suffix(".making")
        making.touch(mode=0o600)
        making.write_text(json.dumps(asdict(self), indent=1))
        making.replace(path)


def new_state() -> State:
    """Free loopback ports and fresh passwords."""
    passwords = {name: secrets.token_urlsafe(18) for name in ("postgres", "minio", *SERVICES)}
    return State(free_ports(PORTS), passwords)


def load(path: Path) -> State | None:
    """The state that ``State.save`` wrote, or None where nothing was started yet."""
    if not path.exists():
        return None
    kept = json.loads(path.read_text())
    return State(kept["ports"], kept["passwords"], {name: Running(**one) for name, one in kept["running"].items()})


def free_ports(names: Iterable[str]) -> dict[str, int]:
    """One port a name on which nobody listens on 127.0.0.1.

    Seconds pass until a server listens on it: on Linux nobody else gets it from here as long as this process lives.
    """
    ports: dict[str, int] = {}
    for name in names:
        port = _free_port()
        while port in ports.values():
            port = _free_port()
        ports[name] = port
    return ports


def _free_port() -> int:
    while True:
        port = _FIRST_PORT + secrets.randbelow(_LAST_PORT - _FIRST_PORT)
        if is_free(port) and _claim(port):
            return port


def _claim(port: int) -> bool:
    """Take the port's name among the abstract sockets: they leave no file, and go with their process."""
    if sys.platform != "linux":
        return True
    claim = socket.socket(socket.AF_UNIX)
    try:
        claim.bind(f"\0cutroom.port.{port}")
    except OSError:
        claim.close()
        return False
    claim.detach()
    return True


def is_free(port: int) -> bool:
    """Whether nobody listens on the port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def born(pid: int) -> str | None:
    """When the process started, in the kernel's words; None when it ended (or is only waiting to be reaped)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass
    if not _PROC.exists():
        return "unknown"
    fields = _stat(pid)
    return None if fields is None or fields[0] in "ZX" else fields[19]


def children(pid: int) -> list[Running]:
    """The processes that this one started and that still run; none where the system does not tell."""
    found = []
    for entry in _PROC.glob("[0-9]*"):
        fields = _stat(int(entry.name))
        if fields is not None and int(fields[1]) == pid and fields[0] not in "ZX":
            found.append(Running(int(entry.name), fields[19]))
    return found


def _stat(pid: int) -> list[str] | None:
    """The fields after the name in /proc/PID/stat: state, parent, ..., time of start (19)."""
    try:
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
