"""From footage to a film with real Kafka, PostgreSQL and MinIO, each service a process; also while a server is away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer

from deploy.sample import Sample
from deploy.stack import StackServers
from shared.contracts.topics import JOB_EVENTS
from tests.e2e.api import Json, Person
from tests.e2e.cluster import Cluster
from tests.films import look
from tests.patience import LONG

AWAY_S = 20


@pytest.fixture(scope="module")
async def cluster(stack: StackServers, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cluster]:
    one = Cluster(stack, tmp_path_factory.mktemp("cluster"))
    try:
        await one.start_all()
        yield one
    finally:
        await asyncio.to_thread(one.stop)


@pytest.fixture
async def person(cluster: Cluster) -> AsyncIterator[Person]:
    one = Person(cluster.url)
    yield one
    await one.http.aclose()


async def from_kafka(bootstrap: str, job_id: str) -> list[Json]:
    """The job's public events as a subscriber of the topic sees them, in the order of their first coming.

    A publication that is not acknowledged in time is repeated.
    """
    consumer = AIOKafkaConsumer(JOB_EVENTS, bootstrap_servers=bootstrap, auto_offset_reset="earliest", group_id=None)
    await consumer.start()
    seen: dict[int, Json] = {}
    try:
        async with asyncio.timeout(LONG):
            async for record in consumer:
                event = json.loads(record.value)
                if event["subject"] == job_id:
                    assert seen.setdefault(int(event["sequence"]), event) == event
                    if event["type"].rsplit(".", 1)[-1] in ("completed", "failed", "cancelled"):
                        break
    finally:
        await consumer.stop()
    return list(seen.values())


async def test_footage_becomes_a_film_on_the_real_stack(
    cluster: Cluster, person: Person, sample: Sample, tmp_path: Path
) -> None:
    job = await person.footage_to_film(sample, tmp_path / "film.mp4", draft=True)
    assert job["result"]["check"]["passed"]
    film = look(tmp_path / "film.mp4")
    assert film.frames > 100 and film.loudest > 0.1
    over_sse = await person.events(job["id"])
    bootstrap = cluster.environment("gateway")["CUTROOM_KAFKA_BOOTSTRAP"]
    assert await from_kafka(bootstrap, job["id"]) == over_sse


@pytest.mark.timeout(900)
@pytest.mark.parametrize("server", ["kafka", "postgres", "minio"])
async def test_a_job_outlives_a_server(
    server: str, cluster: Cluster, person: Person, sample: Sample, tmp_path: Path
) -> None:
    body = await person.ingest_sample(sample, title=server, story=server)
    await person.until_ended(body["job_id"])
    job_id = await person.render(body["project"]["id"], body["asset"]["id"])
    async for _, kind, _ in person.stream(job_id):
        if kind.endswith(("step_started", "progress")):
            break
    await asyncio.to_thread(cluster.stack.stop_server, server)
    await asyncio.sleep(AWAY_S)
    await asyncio.to_thread(cluster.stack.start_server, server)
    ended = await person.until_ended(job_id)
    assert ended["status"] == "completed", ended
    log = await person.events(job_id)
    numbers = [int(e["sequence"]) for e in log]
    assert numbers == list(range(1, len(log) + 1))
    assert sum(e["type"].endswith(".completed") for e in log) == 1
    status = (await person.http.get(f"/api/render/status/{job_id}")).json()
    assert look(await person.download(status["output_url"], tmp_path / "film.mp4")).frames > 100


@pytest.mark.timeout(900)
async def test_a_job_outlives_the_kill_of_each_service(
    cluster: Cluster, person: Person, sample: Sample, tmp_path: Path
) -> None:
    """``kill -9`` of the analyzer, the planner, the gateway and the renderer, each while it is needed."""
    fresh = tmp_path / "fresh.srt"
    fresh.write_text(sample.subtitles.read_text("utf-8") + "\n99\n00:00:15,000 --> 00:00:15,500\nDone.\n", "utf-8")
    body = await person.ingest(sample.video, fresh)
    for service, step in (("analyzer", "analyze"), ("planner", "plan")):
        await at_step(person, body["job_id"], step)
        cluster.kill(service)
        await asyncio.sleep(0.5)
        cluster.start(service)
    ended = await person.until_ended(body["job_id"])
    assert ended["status"] == "completed", ended
    job_id = await person.render(body["project"]["id"], body["asset"]["id"])
    for service in ("gateway", "renderer"):
        await at_step(person, job_id, "render")
        cluster.kill(service)
        await asyncio.sleep(0.5)
        cluster.start(service)
        await cluster.until_ready(service)
    ended = await person.until_ended(job_id)
    assert ended["status"] == "completed" and ended["result"]["check"]["passed"], ended
    log = await person.events(job_id)
    assert [int(e["sequence"]) for e in log] == list(range(1, len(log) + 1))
    assert sum(e["type"].endswith("job.completed") for e in log) == 1
    bootstrap = cluster.environment("gateway")["CUTROOM_KAFKA_BOOTSTRAP"]
    assert sorted(await from_kafka(bootstrap, job_id), key=lambda e: int(e["sequence"])) == log


async def at_step(person: Person, job_id: str, step: str) -> None:
    """Wait until the step is under way, or done before it could be seen."""
    async with asyncio.timeout(2 * LONG):
        while True:
            job = await person.job(job_id)
            state = {s["name"]: s["status"] for s in job["steps"]}[step]
            if state != "pending" or job["status"] in ("completed", "failed"):
                return
            await asyncio.sleep(0.01)
