"""The five services, started as docker-compose.yml says, make a film.

Commands and environment are those of the resolved file. Exchanged are only what a container has of its own: names and
ports of its network (for those of the native servers) and its volume (for a temporary folder).
"""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from deploy.compose.model import COMPOSE_FILE, resolve
from deploy.compose.secrets_file import demanded
from deploy.sample import Sample
from deploy.stack import StackServers
from deploy.stack.state import SERVICES, free_ports
from shared import process
from tests.e2e.api import Person
from tests.films import look
from tests.patience import LONG
from tests.stack import obtained

ROOT = COMPOSE_FILE.parent
# Where `python` is the one with our packages, as in the image.
PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


class Composed:
    """The services of the resolved compose file as processes."""

    def __init__(self, stack: StackServers, folder: Path) -> None:
        self._folder = folder
        self._stack = stack
        self._ports = free_ports(["api", *SERVICES])
        self._services: dict[str, dict[str, Any]] = resolve(self._secrets())["services"]
        self._running: dict[str, process.Spawned] = {}
        self.url = f"http://127.0.0.1:{self._ports['api']}"

    def _secrets(self) -> dict[str, str]:
        """What .env would hold: the passwords of the native servers, anything for the others."""
        made = {name: secrets.token_urlsafe(24) for name in demanded(COMPOSE_FILE.read_text())}
        for service in SERVICES:
            settings = self._stack.environment(service)
            made[f"CUTROOM_{service.upper()}_DB_PASSWORD"] = str(urlsplit(settings["CUTROOM_DATABASE_URL"]).password)
            made["CUTROOM_S3_SECRET_KEY"] = settings["CUTROOM_S3_SECRET_KEY"]
        return made

    def environment(self, service: str) -> dict[str, str]:
        """The container's environment, for this machine."""
        native = self._stack.environment(service)
        environment: dict[str, str] = dict(self._services[service]["environment"])
        own = {
            "kafka:9092": native["CUTROOM_KAFKA_BOOTSTRAP"],
            "postgres:5432": urlsplit(native["CUTROOM_DATABASE_URL"]).netloc.rpartition("@")[2],
            "minio:9000": urlsplit(native["CUTROOM_S3_ENDPOINT"]).netloc,
            environment["CUTROOM_SCRATCH_DIR"]: str(self._folder / service),
        }
        for name, value in environment.items():
            for inside, here in own.items():
                environment[name] = environment[name].replace(inside, here)
            assert "//" not in value or environment[name] != value, f"{name} still points into the network"
        environment["CUTROOM_HEALTH_PORT"] = str(self._ports[service])
        if service == "gateway":
            environment["CUTROOM_GATEWAY_PORT"] = str(self._ports["api"])
        return environment | {"PATH": PATH}

    def start(self, service: str) -> None:
        """Run the container's command."""
        self._running[service] = process.spawn(
            self._services[service]["command"], cwd=ROOT, env=self.environment(service), stdout=self._log(service)
        )

    async def until_healthy(self, service: str) -> None:
        """Run the container's health check until it succeeds."""
        kind, *argv = self._services[service]["healthcheck"]["test"]
        assert kind == "CMD"
        async with asyncio.timeout(LONG):
            while not await self._succeeds(argv, service):
                assert self._running[service].alive(), self._log(service).read_text()[-4000:]
                await asyncio.sleep(0.2)

    async def exec(self, service: str, *argv: str) -> str:
        """What ``docker compose exec SERVICE ARGV`` prints."""
        return (await process.run(argv, cwd=ROOT, env=self.environment(service))).stdout.decode()

    def stop(self) -> dict[str, int]:
        """Stop all in good order; exit statuses."""
        return {name: self._running.pop(name).terminate(LONG) for name in list(self._running)}

    async def _succeeds(self, argv: list[str], service: str) -> bool:
        try:
            await self.exec(service, *argv)
        except process.ProcessFailed:
            return False
        return True

    def _log(self, service: str) -> Path:
        return self._folder / f"{service}.log"


@pytest.fixture
async def composed(stack: StackServers, tmp_path: Path) -> AsyncIterator[Composed]:
    with obtained():
        one = Composed(stack, tmp_path)
    try:
        for service in SERVICES:
            one.start(service)
        for service in SERVICES:
            await one.until_healthy(service)
        yield one
    finally:
        await asyncio.to_thread(one.stop)


async def test_footage_becomes_a_film_as_the_compose_file_says(
    composed: Composed, sample: Sample, tmp_path: Path
) -> None:
    create_key = ["python", "-m", "services.gateway", "keys", "create", "--account", "composed", "--tier", "pro"]
    key = (await composed.exec("gateway", *create_key)).strip()
    stranger, person = Person(composed.url), Person(composed.url, key)
    async with stranger.http, person.http:
        assert (await stranger.http.get("/api/jobs")).status_code == 401
        job = await person.footage_to_film(sample, tmp_path / "film.mp4", draft=True)
    assert job["result"]["check"]["passed"]
    film = look(tmp_path / "film.mp4")
    assert film.frames > 100
    assert film.loudest > 0.1
    assert set((await asyncio.to_thread(composed.stop)).values()) == {0}
