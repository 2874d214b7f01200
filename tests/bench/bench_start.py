"""From ``cutroom up`` to a healthy answer, and the memory of a studio that has nothing to do."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

import httpx

from deploy.stack.state import free_ports
from shared.process import Spawned, spawn
from tests.bench.table import Row, median

ROOT = Path(__file__).parents[2]


def _group_memory(pid: int) -> tuple[float, float]:
    """Proportional set size in MiB: of the process, and of PostgreSQL beside it."""

    def pss(process: int) -> float:
        try:
            text = Path(f"/proc/{process}/smaps_rollup").read_text()
        except OSError:
            return 0.0
        return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) / 1024

    children: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            children[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue

    def below(root: int) -> list[int]:
        return [c for p in (k for k, parent in children.items() if parent == root) for c in (p, *below(p))]

    return pss(pid), sum(pss(child) for child in below(pid))


async def _start(data: Path) -> tuple[Spawned, float]:
    port = free_ports(["api"])["api"]
    env = {"PATH": os.environ["PATH"], "HOME": str(data.parent)}
    begun = time.perf_counter()
    argv = [sys.executable, "-m", "cutroom", "up", "--port", str(port), "--data", str(data)]
    process = spawn(argv, cwd=ROOT, env=env, stdout=data.with_suffix(".log"))
    async with asyncio.timeout(60), httpx.AsyncClient() as http:
        while True:
            try:
                if (await http.get(f"http://127.0.0.1:{port}/api/healthz")).status_code == 200:
                    return process, time.perf_counter() - begun
            except httpx.TransportError:
                await asyncio.sleep(0.02)


async def measure() -> list[Row]:
    """One first start, which makes the database, and five on the same data."""
    with tempfile.TemporaryDirectory(prefix="cutroom-bench-") as name:
        data = Path(name) / "studio"
        process, first = await _start(data)
        process.terminate(15)
        later = []
        for _ in range(5):
            process, taken = await _start(data)
            later.append(taken)
            await asyncio.sleep(3)
            python, postgres = _group_memory(process.pid)
            process.terminate(15)
    return [
        Row("first start, with making the database", first, "s"),
        Row("later starts, median", median(later), "s"),
        Row("idle memory of the five services in one process (PSS)", python, "MiB"),
        Row("idle memory of PostgreSQL beside them (PSS)", postgres, "MiB"),
    ]
