"""The embedded studio's own PostgreSQL: from the wheel, in the data folder, on loopback, gone with its parent."""

from __future__ import annotations

import json
import secrets
import time
from pathlib import Path

from deploy.stack import server as life
from deploy.stack import state
from deploy.stack.errors import StackFailed
from deploy.stack.install import postgres as programs
from deploy.stack.postgres import Postgres
from shared.errors import PermanentError
from shared.process import Spawned

TRIES = 20


class EmbeddedDatabase:
    """A PostgreSQL server with a role and a database for each service. The calls block."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server: Postgres | None = None
        self._running: state.Running | None = None
        self._spawned: Spawned | None = None

    def start(self) -> None:
        """Start it and wait until it takes connections. Raises :class:`PermanentError` when the folder is in use."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._folder.chmod(0o755)
        for attempt in range(TRIES):
            server = Postgres(programs(), state.free_ports(["postgres"])["postgres"], self._passwords())
            running, self._spawned = life.start(server, self._folder, detach=False)
            try:
                life.await_ready(server, self._folder, running)
            except StackFailed as failed:
                self._spawned.kill()
                taken = not state.is_free(server.port)
                if attempt + 1 == TRIES or not (taken or _passing(failed.message)):
                    raise self._in_use(failed) from failed
                time.sleep(0.25)
                continue
            server.provision(self._folder)
            self._server, self._running = server, running
            return

    def stop(self) -> None:
        """Shut down in good order."""
        if self._running is not None:
            life.halt(self._running, Postgres.stop_signal)
            self._running = None
        if self._spawned is not None:
            self._spawned.kill()
            self._spawned = None

    def url(self, service: str) -> str:
        """The address of one service's database."""
        if self._server is None:
            raise RuntimeError("the database is not started")
        return self._server.url(service)

    def _passwords(self) -> dict[str, str]:
        file = self._folder / "passwords.json"
        if not file.exists():
            making = file.with_suffix(".making")
            making.touch(mode=0o600)
            making.write_text(json.dumps({n: secrets.token_urlsafe(18) for n in ("postgres", *state.SERVICES)}))
            making.replace(file)
        kept: dict[str, str] = json.loads(file.read_text())
        return kept

    def _in_use(self, failed: StackFailed) -> PermanentError:
        return PermanentError(
            f"The database in {self._folder} does not start: {failed.message[-600:]}",
            code="database_not_started",
            remedy="Stop the studio that uses this data folder, or give another one with --data.",
        )


def _passing(message: str) -> bool:
    """A server killed a moment ago leaves its lock and shared memory until its last process has gone."""
    return "still in use" in message or "postmaster.pid" in message
