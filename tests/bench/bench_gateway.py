"""Render jobs posted by 16 clients at once, and the way of an event from a worker to a listener on SSE."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from deploy.stack.state import free_ports
from shared.process import spawn
from tests.bench.table import Row, percentile

JOBS, CLIENTS, LISTENED = 600, 16, 100
ROOT = Path(__file__).parents[2]


async def _until_up(http: httpx.AsyncClient) -> None:
    async with asyncio.timeout(15):
        while True:
            try:
                if (await http.get("/api/healthz")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)


async def _project(http: httpx.AsyncClient) -> str:
    files = {"file": ("x.mp4", b"\0\0\0\x18ftypmp42" + bytes(1000), "video/mp4")}
    answer = await http.post("/api/ingest", files=files, data={"auto_analyze": "false"})
    answer.raise_for_status()
    body: dict[str, Any] = answer.json()
    project = str(body["project"]["id"])
    timeline = {"segments": [{"start": 1.0, "end": 5.0}], "captions": []}
    (await http.post(f"/api/timeline/{project}", json={"timeline": timeline})).raise_for_status()
    (await http.post(f"/api/consent/{body['asset']['id']}/checkbox", json={"accepted": True})).raise_for_status()
    return project


async def _create(http: httpx.AsyncClient, project: str) -> tuple[list[str], list[float], float]:
    todo, made, taken = iter(range(JOBS)), [], []

    async def client() -> None:
        for _ in todo:
            start = time.perf_counter()
            answer = await http.post(f"/api/render/{project}", json={"draft": True})
            taken.append(time.perf_counter() - start)
            made.append(str(answer.raise_for_status().json()["job_id"]))

    begun = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return made, taken, time.perf_counter() - begun


async def _until_all_ended(http: httpx.AsyncClient, made: list[str]) -> float:
    begun = time.perf_counter()
    async with asyncio.timeout(180):
        for job in made:
            while (await http.get(f"/api/jobs/{job}")).json()["status"] != "completed":
                await asyncio.sleep(0.2)
    return time.perf_counter() - begun


async def _listen(http: httpx.AsyncClient, project: str) -> dict[str, float]:
    """When the last event of each job was in a listener's hands."""
    heard = {}
    for _ in range(LISTENED):
        answer = await http.post(f"/api/render/{project}", json={"draft": True})
        job = answer.json()["job_id"]
        async with http.stream("GET", f"/api/jobs/{job}/events") as events:
            async for line in events.aiter_lines():
                if line.startswith("event:") and line.endswith("completed") and "step" not in line:
                    heard[job] = time.time()
    return heard


async def measure() -> list[Row]:
    """One gateway process on one database; the clients are a process of their own on the same two cores."""
    port = free_ports(["api"])["api"]
    with tempfile.TemporaryDirectory() as folder:
        notes = Path(folder) / "notes"
        argv = [sys.executable, "-m", "tests.bench.gateway_alone", str(port), str(notes)]
        env = {"PATH": os.environ["PATH"], "HOME": folder, "PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": ""}
        process = spawn(argv, cwd=ROOT, env=env, stdout=Path(folder) / "log")
        try:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as http:
                await _until_up(http)
                project = await _project(http)
                made, taken, seconds = await _create(http, project)
                drained = await _until_all_ended(http, made)
                heard = await _listen(http, project)
        except BaseException:
            sys.stderr.write((Path(folder) / "log").read_text()[-3000:])
            raise
        finally:
            process.terminate(10)
        answered = {job: float(at) for job, at in (line.split() for line in notes.read_text().splitlines())}
    late = [heard[job] - answered[job] for job in heard]
    return [
        Row("jobs created a second", JOBS / seconds, "/s"),
        Row("one creation, p50", percentile(taken, 0.5) * 1e3, "ms"),
        Row("one creation, p99", percentile(taken, 0.99) * 1e3, "ms"),
        Row("jobs lost or doubled", abs(len(set(made)) - len(set(made) & answered.keys())), "", "0"),
        Row("all of them answered by workers and ended after", seconds + drained, "s"),
        Row("worker's answer to SSE client, p50", percentile(late, 0.5) * 1e3, "ms"),
        Row("worker's answer to SSE client, p99", percentile(late, 0.99) * 1e3, "ms", "< 250"),
    ]
