"""What every native server offers to whoever starts it, and how one is started, watched and stopped."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path
from typing import ClassVar, Protocol

from deploy.stack import programs
from deploy.stack.errors import StackFailed
from deploy.stack.state import Running, born, children
from shared.process import Spawned

START_WITHIN_S = 300.0
STOP_WITHIN_S = 30.0


class Server(Protocol):
    """One program with its data. ``stop_signal`` ends it in good order."""

    name: ClassVar[str]
    stop_signal: ClassVar[signal.Signals]

    def prepare(self, folder: Path) -> None:
        """Make data and configuration in ``folder`` where they are missing; running it again changes nothing."""

    def argv(self, folder: Path, *, detach: bool) -> list[str]:
        """The command line."""

    def environment(self) -> dict[str, str]:
        """All environment variables of the server."""

    def ready(self, folder: Path) -> bool:
        """Whether the started server takes work now."""

    def provision(self, folder: Path) -> None:
        """Make inside the running server what the services need; running it again changes nothing."""


def start(server: Server, folder: Path, *, detach: bool) -> tuple[Running, Spawned]:
    """Start the program; it is not ready yet when this returns."""
    folder.mkdir(parents=True, exist_ok=True)
    server.prepare(folder)
    log = folder / "log"
    log.unlink(missing_ok=True)
    argv = server.argv(folder, detach=detach)
    spawned = programs.spawn(argv, env=server.environment(), cwd=folder, log=log, detach=detach)
    return Running(spawned.pid, born(spawned.pid) or "ended"), spawned


def await_ready(server: Server, folder: Path, running: Running) -> None:
    """Return when the server takes work; ``StackFailed`` with the end of its log when it ends or takes five minutes."""
    deadline = time.monotonic() + START_WITHIN_S
    while not server.ready(folder):
        if not is_alive(running):
            raise _failed(server, folder, "ended while starting")
        if time.monotonic() > deadline:
            raise _failed(server, folder, f"is not ready after {START_WITHIN_S:.0f} seconds")
        time.sleep(0.05)


def is_alive(running: Running) -> bool:
    """Whether exactly this process still runs."""
    return born(running.pid) == running.born


def halt(running: Running, stop_signal: signal.Signals) -> None:
    """End the process in good order; its whole group is killed when that takes over half a minute."""
    if not is_alive(running):
        return
    _send(running, stop_signal)
    deadline = time.monotonic() + STOP_WITHIN_S
    while is_alive(running) and time.monotonic() < deadline:
        time.sleep(0.02)
    kill(running)


def kill(running: Running) -> None:
    """End the process and its children at once, as a power cut would."""
    if not is_alive(running):
        return
    # PostgreSQL's children leave the group, and hold its shared memory until they notice that it is gone.
    family = [running, *children(running.pid)]
    with contextlib.suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGKILL)
    for one in family:
        while is_alive(one):
            _send(one, signal.SIGKILL)
            time.sleep(0.01)


def _send(running: Running, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(running.pid, number)


def _failed(server: Server, folder: Path, what: str) -> StackFailed:
    tail = (folder / "log").read_text(errors="replace")[-2000:]
    return StackFailed(f"{server.name} {what}; the end of {folder / 'log'}:\n{tail}")
