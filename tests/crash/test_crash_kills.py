"""``kill -9`` of a whole studio at every step of a job, then a start on the same data: one result, nothing left."""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from deploy.sample import Sample, make_sample
from deploy.stack.state import free_ports
from shared.blobs.record import Record, data_name
from shared.process import Spawned, spawn
from tests.e2e.api import Person
from tests.films import look
from tests.patience import LONG, soon, until_told

ROOT = Path(__file__).parents[2]


class StudioProcess:
    """``cutroom up`` in a process that can be killed."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = free_ports(["api"])["api"]
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: Spawned | None = None
        self.settings: dict[str, str] = {}
        self.log_level = "warning"

    async def start(self, *deadly: str) -> None:
        """Start it on its data folder and wait until it answers, or has died of the ``deadly`` message and moment."""
        up = ["cutroom", "up", "--port", str(self.port), "--data", str(self.data), "--log-level", self.log_level]
        doomed = ["tests.crash.doomed_studio", str(self.data), str(self.port), *deadly]
        argv = [sys.executable, "-m", *(doomed if deadly else up)]
        env = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/tmp"), "CUTROOM_LEASE_SECONDS": "2"}
        # A lease so short is lost by a busy machine too; each loss is an attempt.
        env |= {"CUTROOM_MAX_ATTEMPTS": "50", "PYTHONPATH": str(ROOT), **self.settings}
        self.process = spawn(argv, cwd=ROOT, env=env, stdout=self.data.with_suffix(".log"))
        async with asyncio.timeout(LONG), httpx.AsyncClient() as http:
            while True:
                if not self.process.alive():
                    assert deadly, self.data.with_suffix(".log").read_text()[-3000:]
                    return
                try:
                    if (await http.get(f"{self.url}/api/healthz", timeout=3)).status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.1)

    def kill(self) -> None:
        """Kill the process itself; its children must end without it."""
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGKILL)
        while self.process.alive():
            time.sleep(0.005)

    async def death(self, within_s: float) -> int | None:
        """Wait for the process to end by itself and return its exit status."""
        assert self.process is not None
        async with asyncio.timeout(within_s):
            while self.process.alive():
                await asyncio.sleep(0.01)
        return self.process.returncode

    def stop(self) -> None:
        """Stop in good order."""
        if self.process is not None:
            self.process.terminate(15)


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[StudioProcess]:
    """A studio that is not started yet."""
    (tmp_path / "studio").mkdir()
    one = StudioProcess(tmp_path / "studio")
    yield one
    one.stop()


@pytest.fixture
async def person(studio: StudioProcess) -> AsyncIterator[Person]:
    """Somebody who uses that studio."""
    one = Person(studio.url)
    yield one
    await one.http.aclose()


def processes_of(data: Path) -> list[str]:
    """Command lines of processes that name the data folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if str(data) in line and state not in "ZX" and int(entry.name) != os.getpid():
            found.append(line)
    return found


async def until_none(data: Path, within_s: float = LONG) -> None:
    """Wait until nothing of a killed studio runs any more."""
    async with asyncio.timeout(within_s):
        while processes_of(data):
            await asyncio.sleep(0.05)


DEADLY = [
    *((message, moment) for message in ("ProbeMedia", "MediaProbed") for moment in ("before", "inside", "after")),
    *((message, moment) for message in ("AnalyzeMedia", "MediaAnalyzed") for moment in ("inside", "after")),
    *((message, moment) for message in ("PlanEdit", "EditPlanned") for moment in ("before", "inside", "after")),
    *((message, moment) for message in ("RenderTimeline", "TimelineRendered") for moment in ("inside", "after")),
]
"""Every message on the way from an upload to a film, and the moments of its handling at which the studio dies."""


@pytest.mark.timeout(1200)
async def test_a_film_is_made_whole_by_studios_that_die_at_every_step(
    studio: StudioProcess, person: Person, tmp_path: Path
) -> None:
    """One upload, one render, and a power cut at each moment of each message; every one of them is sure to strike."""
    footage = await make_sample(tmp_path, seconds=6, size=(320, 180), fps=25)
    rendered = ""
    for message, moment in DEADLY:
        await studio.start(message, moment)
        if (message, moment) == DEADLY[0]:
            await asyncio.gather(person.ingest_sample(footage), return_exceptions=True)
        elif message == "RenderTimeline" and not rendered:
            rendered = await order_a_render(person)
        assert await studio.death(within_s=LONG) == -signal.SIGKILL, (message, moment)
        await until_none(studio.data)
        nothing_half_written(studio.data)
    await studio.start()
    jobs = (await person.http.get("/api/jobs")).json()["items"]
    assert sorted(job["kind"] for job in jobs) == ["ingest", "render"]
    for job in jobs:
        ended = await person.until_ended(job["id"])
        assert ended["status"] == "completed", ended
        log = await person.events(job["id"])
        assert [int(e["sequence"]) for e in log] == list(range(1, len(log) + 1))
        kinds = [e["type"].rsplit(".", 1)[-1] for e in log]
        assert kinds.count("completed") == 1 and kinds.count("created") == 1
    assert len((await person.http.get("/api/projects")).json()) == 1
    (film,) = (p for p in (studio.data / "blobs").rglob("*.mp4") if "final" in p.parts)
    assert look(film).frames > 10
    nothing_half_written(studio.data)


async def order_a_render(person: Person) -> str:
    """Order a draft of the only project once its ingest is done."""
    (job,) = (await person.http.get("/api/jobs")).json()["items"]
    assert (await person.until_ended(job["id"]))["status"] == "completed"
    (project,) = (await person.http.get("/api/projects")).json()
    return await person.render(project["id"], project["asset_id"], draft=True)


@pytest.mark.timeout(900)
async def test_a_render_survives_kills(studio: StudioProcess, person: Person, sample: Sample) -> None:
    """Killed while ffmpeg runs, and again; the film is whole and there is one, and chunks that were done stay done."""
    # A dozen chunks of a second, so that most are still to come when one is kept, on any machine.
    studio.settings["CUTROOM_RENDERER_CHUNK_SECONDS"] = "1"
    await studio.start()
    body = await person.ingest_sample(sample)
    await person.until_ended(body["job_id"])
    job_id = await person.render(body["project"]["id"], body["asset"]["id"])
    kept: set[Path] = set()
    for _ in range(2):
        await at_chunk(person, job_id, studio.data, len(kept) + 1)
        studio.kill()
        await until_none(studio.data)
        kept |= chunks_in(studio.data)
        await studio.start()
    ended = await person.until_ended(job_id)
    assert ended["status"] == "completed" and ended["result"]["check"]["passed"], ended
    films = [p for p in (studio.data / "blobs").rglob("*.mp4") if "final" in p.parts]
    assert len(films) == 1, films
    assert look(films[0]).frames > 100
    nothing_half_written(studio.data)
    after = chunks_in(studio.data)
    assert kept <= after
    again = {one.parent for one in kept if len(list(one.parent.glob("*.mp4"))) > 1}
    assert len(again) <= 2 * 2, "only the two that were being noted down at each kill may be drawn again"
    log = await person.events(job_id)
    assert [int(e["sequence"]) for e in log] == list(range(1, len(log) + 1))
    percents = [e["data"]["percent"] for e in log if "percent" in e["data"]]
    assert percents == sorted(percents)


async def test_a_cancel_leaves_no_process_and_no_object(studio: StudioProcess, person: Person, sample: Sample) -> None:
    studio.settings["CUTROOM_RENDERER_PRESET"] = "slower"  # minutes of work
    await studio.start()
    body = await person.ingest_sample(sample)
    await person.until_ended(body["job_id"])

    async def drawing() -> bool:
        return any("ffmpeg" in line for line in processes_of(studio.data))

    async def cancelled() -> float:
        job_id = await person.render(body["project"]["id"], body["asset"]["id"])
        await at_percent(person, job_id, 2)
        await until_told(drawing)
        asked = time.monotonic()
        assert (await person.http.post(f"/api/jobs/{job_id}/cancel")).status_code == 202
        async with asyncio.timeout(LONG):
            while await drawing():
                await asyncio.sleep(0.02)
        took = time.monotonic() - asked
        async with asyncio.timeout(LONG):
            while (await person.job(job_id))["status"] != "cancelled":
                await asyncio.sleep(0.05)
        await asyncio.sleep(0.5)  # what came after the cancel would be seen by now
        assert not [p for p in (studio.data / "blobs").rglob("*.mp4") if "final" in p.parts]
        nothing_half_written(studio.data)
        return took

    await soon(2, cancelled)


def chunks_in(data: Path) -> set[Path]:
    """The chunks that are kept, in folders by their key."""
    return set((data / "blobs/data/chunks").glob("*/*.mp4"))


def nothing_half_written(data: Path) -> None:
    """Every object that a reader can see is whole, to its digest, and no program works on a scratch folder."""
    root = data / "blobs"
    for record in (root / "refs").rglob("*~"):
        try:
            found = Record.model_validate_json(record.read_bytes())
        except FileNotFoundError:
            continue
        try:
            content = (root / data_name(found.ref.key, found.token)).read_bytes()
        except FileNotFoundError:
            assert not record.exists(), f"{found.ref.key} has a record and no bytes"
            continue  # a studio that runs has just removed it
        assert (len(content), hashlib.sha256(content).hexdigest()) == (found.ref.size, found.ref.sha256), found.ref.key
    assert not [line for line in processes_of(data / "scratch") if "ffmpeg" in line]


async def at_chunk(person: Person, job_id: str, data: Path, count: int) -> None:
    """Wait until the render keeps so many chunks; it is not over then."""
    async with asyncio.timeout(3 * LONG):
        while len(chunks_in(data)) < count:
            await asyncio.sleep(0.01)
    assert (await person.job(job_id))["status"] in ("queued", "processing")


async def at_percent(person: Person, job_id: str, percent: float) -> None:
    """Wait until the render has come that far."""
    async with asyncio.timeout(3 * LONG):
        while True:
            job = await person.job(job_id)
            assert job["status"] in ("queued", "processing"), job
            if job["status"] == "processing" and job["percent"] >= percent:
                return
            await asyncio.sleep(0.02)
