"""The three servers together: started, stopped one by one or all, and described to the services."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from deploy.stack import server as life
from deploy.stack import state as kept
from deploy.stack.errors import StackFailed
from deploy.stack.install import Installed, install
from deploy.stack.kafka import Kafka
from deploy.stack.minio import ACCESS_KEY, BUCKET, Minio
from deploy.stack.postgres import Postgres
from deploy.stack.server import Server
from shared.process import Spawned

_KINDS: dict[str, type[Server]] = {kind.name: kind for kind in (Postgres, Kafka, Minio)}
NAMES = tuple(_KINDS)


class StackServers:
    """Kafka, PostgreSQL and MinIO on loopback ports, with their data in one run folder.

    With ``detach`` the servers outlive this process, and another ``StackServers`` on the same folder finds them again;
    without, the data is for this process and need not outlive a crash of the machine.
    The calls block; async code calls them in a thread.
    """

    def __init__(self, folder: Path, *, detach: bool = False) -> None:
        self.folder = folder.resolve()
        self._detach = detach
        self._spawned: dict[str, Spawned] = {}
        self._state = kept.load(self._state_file) or kept.new_state()
        self._installed: Installed | None = None

    @property
    def _state_file(self) -> Path:
        return self.folder / "state.json"

    def start(self) -> None:
        """Install what is missing and start what does not run; all servers are ready when this returns.

        A port that somebody takes meanwhile is exchanged for another one. Raises ``StackUnavailable`` when a server
        cannot be had here, ``StackFailed`` when one does not start.
        """
        try:
            self._start()
        except StackFailed:
            if all(map(kept.is_free, self._state.ports.values())):
                raise
            self._start()

    def _start(self) -> None:
        self._installed = self._installed or install()
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self._state.running:
            self._state.ports = _usable(self._state.ports)
        try:
            started = [one for one in self._servers() if self._launch(one)]
            for one in started:
                self._make_ready(one)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop all servers; their data stays."""
        for name in NAMES:
            self.stop_server(name)

    def start_server(self, name: str) -> None:
        """Start one server on the port and the data it had; it is ready when this returns."""
        one = self._server(name)
        if self._launch(one):
            self._make_ready(one)

    def stop_server(self, name: str, *, kill: bool = False) -> None:
        """Stop one server in good order, or with ``kill`` as a power cut would; its port and data stay its own."""
        running = self._state.running.pop(_known(name), None)
        if running is None:
            return
        if kill:
            life.kill(running)
        else:
            life.halt(running, _KINDS[name].stop_signal)
        self._forget(name)

    def status(self) -> dict[str, str]:
        """``running on PORT`` or ``stopped``, a server."""
        return {name: f"running on {self._state.ports[name]}" if self._runs(name) else "stopped" for name in NAMES}

    def environment(self, service: str) -> dict[str, str]:
        """The settings with which the named service reaches these servers, with its own role and database."""
        if service not in kept.SERVICES:
            raise StackFailed(f"No service is called {service!r}.", remedy=f"Use one of: {', '.join(kept.SERVICES)}.")
        ports, passwords = self._state.ports, self._state.passwords
        return {
            "CUTROOM_DATABASE_URL": f"postgresql://{service}:{passwords[service]}@127.0.0.1:{ports['postgres']}/{service}",
            "CUTROOM_BUS": "kafka",
            "CUTROOM_KAFKA_BOOTSTRAP": f"127.0.0.1:{ports['kafka']}",
            "CUTROOM_BLOBS": "s3",
            "CUTROOM_S3_ENDPOINT": f"http://127.0.0.1:{ports['minio']}",
            "CUTROOM_S3_BUCKET": BUCKET,
            "CUTROOM_S3_ACCESS_KEY": ACCESS_KEY,
            "CUTROOM_S3_SECRET_KEY": passwords["minio"],
        }

    def _servers(self) -> Iterator[Server]:
        have = self._installed = self._installed or install()
        ports, passwords = self._state.ports, self._state.passwords
        yield Postgres(have.postgres, ports["postgres"], passwords, durable=self._detach)
        yield Kafka(have.java, have.kafka_jars, ports["kafka"], ports["kafka_controller"])
        yield Minio(have.minio, ports["minio"], passwords["minio"])

    def _server(self, name: str) -> Server:
        return next(one for one in self._servers() if one.name == _known(name))

    def _launch(self, one: Server) -> bool:
        if self._runs(one.name):
            return False
        running, self._spawned[one.name] = life.start(one, self.folder / one.name, detach=self._detach)
        self._state.running[one.name] = running
        self._state.save(self._state_file)
        return True

    def _make_ready(self, one: Server) -> None:
        folder = self.folder / one.name
        life.await_ready(one, folder, self._state.running[one.name])
        one.provision(folder)

    def _runs(self, name: str) -> bool:
        running = self._state.running.get(name)
        return running is not None and life.is_alive(running)

    def _forget(self, name: str) -> None:
        spawned = self._spawned.pop(name, None)
        if spawned is not None:
            spawned.terminate(1)
        self._state.save(self._state_file)


def _known(name: str) -> str:
    if name not in NAMES:
        raise StackFailed(f"No server is called {name!r}.", remedy=f"Use one of: {', '.join(NAMES)}.")
    return name


def _usable(ports: Mapping[str, int]) -> dict[str, int]:
    """The same ports where they are still free, others where somebody took one meanwhile."""
    return {name: port if kept.is_free(port) else kept.free_ports([name])[name] for name, port in ports.items()}
