"""The log of a job as it is followed: gapless, the same everywhere, resumable, live."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from services.gateway.domain.job import Job
from services.gateway.domain.public import Logged
from services.gateway.store import events, jobs
from shared.bus import LocalBus
from shared.contracts.envelope import Envelope
from shared.contracts.ids import new_id
from shared.db import transaction
from tests.database import MakeInfra
from tests.patience import LONG, slack, until
from tests.service.gateway_studio import FAILED, Json, Studio, analyzed, probed, problem_of, studio


async def worked(gateway: Studio) -> Job:
    """Return a job that was probed and analysed with progress, and then failed."""
    job = await gateway.start()
    await gateway.reply(await gateway.ordered("ProbeMedia"), probed(job.asset_id or ""))
    analyze = await gateway.ordered("AnalyzeMedia")
    await gateway.progress(analyze, 0.5, phase="decoding", frame=10)
    async with asyncio.timeout(LONG):
        while (await gateway.get(job))["percent"] < 20:
            await asyncio.sleep(0.02)
    await gateway.reply(analyze, analyzed(job.asset_id or ""))
    await gateway.reply(await gateway.ordered("PlanEdit"), FAILED)
    await gateway.until(job, "failed")
    return job


async def over_socket(gateway: Studio, job: Job, after: int | None = None) -> list[str]:
    query = "" if after is None else f"?after={after}"
    url = gateway.url.replace("http", "ws") + f"/api/ws/jobs/{job.id}{query}"
    async with asyncio.timeout(LONG), connect(url) as socket:
        seen = [str(message) async for message in socket]
        assert socket.close_code == 1000
    return seen


async def test_the_log_is_gapless_and_the_same_on_all_three_ways(make_infra: MakeInfra) -> None:
    async with studio(await make_infra("gateway")) as gateway:
        job = await worked(gateway)
        frames = await gateway.frames(job)
        assert [int(number) for number, _, _ in frames] == list(range(1, len(frames) + 1))
        bodies = [data for _, _, data in frames]
        assert await over_socket(gateway, job) == bodies
        await until(lambda: sum(e.subject == job.id for e in gateway.told) >= len(bodies))
        assert [e.encode().decode() for e in gateway.told if e.subject == job.id] == bodies
        parsed = [json.loads(body) for body in bodies]
        assert [name for _, name, _ in frames] == [e["type"] for e in parsed]
        assert [e["type"].removeprefix("cutroom.job.") for e in parsed] == [
            "created",
            *("started", "step_started", "step_completed", "log"),
            *("step_started", "log", "progress", "step_completed", "log"),
            "failed",
        ]
        assert len({e["id"] for e in parsed}) == len(parsed)


async def test_each_event_is_a_cloud_event(make_infra: MakeInfra) -> None:
    async with studio(await make_infra("gateway")) as gateway:
        job = await worked(gateway)
        log = await gateway.log(job)
        for number, event in enumerate(log, 1):
            assert Envelope.model_validate(event).sequence == number
            assert (event["specversion"], event["subject"]) == ("1.0", job.id)
            assert event["datacontenttype"] == "application/json"
            assert event["source"] == "/services/gateway"
        (progress,) = [e["data"] for e in log if e["type"] == "cutroom.job.progress"]
        assert progress["step"] == "analyze"
        assert progress["step_percent"] == 50.0
        assert progress["detail"] == {"phase": "decoding", "frame": 10}
        assert log[-1]["data"]["error"]["code"] == "media_truncated"


async def test_a_reader_goes_on_after_the_last_event_it_saw(make_infra: MakeInfra) -> None:
    async with studio(await make_infra("gateway")) as gateway:
        job = await worked(gateway)
        whole = await gateway.log(job)
        for seen in range(len(whole)):
            assert await gateway.log(job, after=seen) == whole[seen:]
        socket = [json.loads(body) for body in await over_socket(gateway, job, after=4)]
        assert socket == whole[4:]


async def test_nothing_is_left_after_the_last_event(make_infra: MakeInfra) -> None:
    async with studio(await make_infra("gateway")) as gateway:
        job = await worked(gateway)
        last = len(await gateway.log(job))
        for seen in (last, last + 100):
            headers = {"Last-Event-ID": str(seen)}
            response = await gateway.client.get(f"/api/jobs/{job.id}/events", headers=headers)
            assert (response.status_code, response.content) == (204, b"")
        assert await over_socket(gateway, job, after=last) == []


@pytest.mark.parametrize("bad", ["x", "-1", "1.5", "", "99999999999", "٣"])
async def test_a_bad_number_is_refused(make_infra: MakeInfra, bad: str) -> None:
    async with studio(await make_infra("gateway")) as gateway:
        job = await gateway.start()
        headers = {b"Last-Event-ID": bad.encode()}
        response = await gateway.client.get(f"/api/jobs/{job.id}/events", headers=headers)
        problem_of(response, 400, "event_id_invalid")
        url = gateway.url.replace("http", "ws") + f"/api/ws/jobs/{job.id}?after={bad}"
        with pytest.raises(InvalidStatus) as refused:
            await connect(url)
        assert refused.value.response.status_code == 400


async def test_a_number_that_is_not_there_yet_is_refused_while_the_job_runs(make_infra: MakeInfra) -> None:
    async with studio(await make_infra("gateway")) as gateway:
        job = await gateway.start()
        response = await gateway.client.get(f"/api/jobs/{job.id}/events", headers={"Last-Event-ID": "7"})
        problem_of(response, 400, "event_id_invalid")


async def test_a_socket_for_an_unknown_job_is_refused(make_infra: MakeInfra) -> None:
    async with studio(await make_infra("gateway")) as gateway:
        with pytest.raises(InvalidStatus) as refused:
            await connect(gateway.url.replace("http", "ws") + f"/api/ws/jobs/{new_id()}")
        assert refused.value.response.status_code == 404


async def lines(gateway: Studio, job: Job) -> AsyncIterator[str]:
    async with gateway.client.stream("GET", f"/api/jobs/{job.id}/events") as response:
        async for line in response.aiter_lines():
            yield line


async def test_events_arrive_while_the_job_runs_and_the_stream_closes_at_its_end(make_infra: MakeInfra) -> None:
    async with studio(await make_infra("gateway")) as gateway:
        job = await gateway.start(auto_analyze=False)
        probe = await gateway.ordered("ProbeMedia")
        seen: list[str] = []
        async with asyncio.timeout(LONG):
            async for line in lines(gateway, job):
                if line.startswith("event: "):
                    seen.append(line.removeprefix("event: cutroom.job."))
                if line == "event: cutroom.job.created":
                    await gateway.progress(probe, 0.3)
                if line == "event: cutroom.job.progress":
                    await gateway.reply(probe, probed(job.asset_id or ""))
        assert seen == ["created", "started", "step_started", "progress", "step_completed", "log", "completed"]


async def test_a_silent_stream_says_that_it_is_still_there(make_infra: MakeInfra) -> None:
    async with studio(await make_infra("gateway"), heartbeat_seconds=0.1) as gateway:
        job = await gateway.start()
        comments = 0
        async with asyncio.timeout(LONG):
            async for line in lines(gateway, job):
                comments += line.startswith(":")
                if comments == 2:
                    break


async def test_progress_is_told_at_most_four_times_a_second_and_never_goes_back(make_infra: MakeInfra) -> None:
    async with studio(await make_infra("gateway")) as gateway:
        job = await gateway.start(auto_analyze=False)
        probe = await gateway.ordered("ProbeMedia")
        begun = time.monotonic()
        for i in range(200):
            await gateway.progress(probe, (i - 20 * (i % 3 == 0)) / 200)
            await asyncio.sleep(0.005)
        while await gateway.infra.pool.fetchval("select count(*) from job_events where type like '%.progress'") < 2:
            await gateway.progress(probe, 1.0)
            await asyncio.sleep(0.02)
        await gateway.reply(probe, probed(job.asset_id or ""))
        await gateway.until(job, "completed")
        lasted = time.monotonic() - begun
        log = await gateway.log(job)
        told = [e["data"]["percent"] for e in log if e["type"] == "cutroom.job.progress"]
        assert 2 <= len(told) <= lasted * 4 + 1
        assert told == sorted(told)
        assert log[-1]["type"] == "cutroom.job.completed"


async def test_progress_after_the_end_is_not_told(make_infra: MakeInfra) -> None:
    async with studio(await make_infra("gateway")) as gateway:
        job = await gateway.start(auto_analyze=False)
        other = await gateway.start(auto_analyze=False)
        probe, second = await gateway.ordered("ProbeMedia"), await gateway.ordered("ProbeMedia")
        await gateway.client.post(f"/api/jobs/{job.id}/cancel")
        await gateway.progress(probe, 0.9)
        await gateway.progress(second, 0.9)
        async with asyncio.timeout(LONG):
            while (await gateway.get(other))["percent"] == 0:
                await asyncio.sleep(0.02)
        assert [e["type"] for e in await gateway.log(job)][-1] == "cutroom.job.cancelled"


async def test_a_long_log_comes_whole(make_infra: MakeInfra) -> None:
    async with studio(await make_infra("gateway")) as gateway:
        job = await gateway.start()
        async with transaction(gateway.infra.pool) as connection:
            locked = await jobs.lock(connection, job.id)
            assert locked is not None
            await events.append(connection, locked, [Logged(step=None, message=str(i)) for i in range(1200)], None)
        await gateway.client.post(f"/api/jobs/{job.id}/cancel")
        log = await gateway.log(job)
        assert [e["sequence"] for e in log] == list(range(1, 1203))
        assert len(await over_socket(gateway, job)) == 1202


async def test_writers_at_once_leave_no_gap(make_infra: MakeInfra) -> None:
    async with studio(await make_infra("gateway")) as gateway:
        job = await gateway.start()

        async def write(i: int) -> None:
            async with transaction(gateway.infra.pool) as connection:
                locked = await jobs.lock(connection, job.id)
                assert locked is not None
                await events.append(connection, locked, [Logged(step=None, message=str(i))] * 2, None)

        await asyncio.gather(*(write(i) for i in range(20)))
        await gateway.client.post(f"/api/jobs/{job.id}/cancel")
        assert [e["sequence"] for e in await gateway.log(job)] == list(range(1, 43))


async def test_a_stream_follows_a_job_through_its_retry(make_infra: MakeInfra) -> None:
    async with studio(await make_infra("gateway")) as gateway:
        job = await worked(gateway)
        first = await gateway.log(job)
        await gateway.client.post(f"/api/jobs/{job.id}/retry")
        following = asyncio.create_task(gateway.log(job, after=len(first)))
        await gateway.reply(await gateway.ordered("PlanEdit"), FAILED)
        rest = [e["type"].removeprefix("cutroom.job.") for e in await following]
        assert rest == ["retried", "failed"]


async def test_a_stream_outlives_the_connections_to_the_database(make_infra: MakeInfra) -> None:
    async with studio(await make_infra("gateway")) as gateway:
        job = await gateway.start(auto_analyze=False)
        probe = await gateway.ordered("ProbeMedia")
        following = asyncio.create_task(gateway.log(job))
        waiting = asyncio.create_task(gateway.get(job, wait=60))
        await gateway.progress(probe, 0.3)
        async with asyncio.timeout(LONG):
            while (await gateway.get(job))["percent"] == 0:
                await asyncio.sleep(0.02)
        admin = await asyncpg.connect(gateway.infra.database_url)
        await admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> $1",
            admin.get_server_pid(),
        )
        await admin.close()
        await gateway.reply(probe, probed(job.asset_id or ""))
        assert (await waiting)["status"] == "completed"
        assert [e["sequence"] for e in await following] == [1, 2, 3, 4, 5, 6, 7]


async def test_readers_are_let_go_when_the_gateway_stops(make_infra: MakeInfra) -> None:
    socket_codes: list[int | None] = []
    async with studio(await make_infra("gateway")) as gateway:
        job = await gateway.start()
        await gateway.ordered("ProbeMedia")
        begun, joined = asyncio.Event(), asyncio.Event()

        async def read() -> list[Json]:
            told = []
            async with gateway.client.stream("GET", f"/api/jobs/{job.id}/events") as response:
                async for line in response.aiter_lines():
                    if line.startswith("data: "):
                        told.append(json.loads(line[6:]))
                        begun.set()
            return told

        async def listen() -> None:
            async with connect(gateway.url.replace("http", "ws") + f"/api/ws/jobs/{job.id}") as socket:
                try:
                    while True:
                        await socket.recv()
                        joined.set()
                except ConnectionClosed:
                    socket_codes.append(socket.close_code)

        reading, listening = asyncio.create_task(read()), asyncio.create_task(listen())
        async with asyncio.timeout(LONG):
            await begun.wait()
            await joined.wait()
        soon, stopped_at = slack(2.5), time.monotonic()
    assert time.monotonic() - stopped_at < soon
    assert [e["type"] for e in await reading] == ["cutroom.job.created"]
    await listening
    assert socket_codes == [1001]


async def test_every_replica_tells_what_any_of_them_wrote(make_infra: MakeInfra) -> None:
    infra = await make_infra("gateway")
    async with studio(infra) as first:
        job = await first.start(auto_analyze=False)
        probe = await first.ordered("ProbeMedia")
        beside = type(infra)(infra.settings, infra.database_url, infra.pool, LocalBus(), infra.blobs, infra.scratch)
        async with studio(beside) as second, httpx.AsyncClient(timeout=LONG) as client:
            url = f"{second.url}/api/jobs/{job.id}"
            waiting = asyncio.create_task(client.get(url, params={"wait": 60}))
            streaming = asyncio.create_task(second.log(job))
            await first.reply(probe, probed(job.asset_id or ""))
            assert (await waiting).json()["status"] == "completed"
            assert [e["sequence"] for e in await streaming] == [1, 2, 3, 4, 5, 6]
