"""The five services as processes of their own on the real servers."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

import httpx

from deploy.stack import StackServers
from deploy.stack.state import free_ports
from shared.process import Spawned, spawn
from tests.patience import LONG

SERVICES = ("gateway", "analyzer", "planner", "renderer", "lipsync")
ROOT = Path(__file__).parents[2]


class Cluster:
    """Starts, kills and watches services. ``fast`` leases make takeovers quick."""

    def __init__(self, stack: StackServers, folder: Path, **knobs: str) -> None:
        self.stack = stack
        self.folder = folder
        self.knobs = knobs
        self.ports = free_ports(["api", *SERVICES])
        self.processes: dict[str, Spawned] = {}
        self.url = f"http://127.0.0.1:{self.ports['api']}"

    def environment(self, service: str) -> dict[str, str]:
        """What the service's process gets; nothing of this process's settings."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/tmp"),
            **self.stack.environment(service),
            "CUTROOM_HEALTH_PORT": str(self.ports[service]),
            "CUTROOM_SCRATCH_DIR": str(self.folder / "scratch"),
            "CUTROOM_LEASE_SECONDS": "3",
            "CUTROOM_MAX_ATTEMPTS": "50",  # a lease so short is lost by a busy machine too; each loss is an attempt
            "CUTROOM_GATEWAY_HOST": "127.0.0.1",
            "CUTROOM_GATEWAY_PORT": str(self.ports["api"]),
            **self.knobs,
        }

    def start(self, service: str) -> None:
        """Start one service; its log is a file of the folder."""
        argv = [sys.executable, "-m", f"services.{service}"]
        log = self.folder / f"{service}.log"
        self.processes[service] = spawn(argv, cwd=ROOT, env=self.environment(service), stdout=log)

    async def start_all(self) -> None:
        """Start every service and wait until each says that it is ready."""
        for service in SERVICES:
            self.start(service)
        for service in SERVICES:
            await self.until_ready(service)

    async def until_ready(self, service: str, within_s: float = LONG) -> None:
        """Wait for the service's readiness."""
        async with asyncio.timeout(within_s), httpx.AsyncClient() as http:
            while True:
                assert self.processes[service].alive(), self.log(service)
                try:
                    answer = await http.get(f"http://127.0.0.1:{self.ports[service]}/ready", timeout=3)
                    if answer.status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.1)

    def kill(self, service: str) -> None:
        """``kill -9`` of the service alone; what it started must end by itself."""
        killed = self.processes.pop(service)
        os.kill(killed.pid, signal.SIGKILL)
        while killed.alive():
            time.sleep(0.005)

    def log(self, service: str) -> str:
        """The end of the service's log."""
        return (self.folder / f"{service}.log").read_text(errors="replace")[-4000:]

    def stop(self) -> None:
        """Stop every service in good order."""
        for process in self.processes.values():
            process.terminate(10)
