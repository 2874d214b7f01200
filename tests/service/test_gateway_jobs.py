"""Jobs over HTTP: looking, waiting, listing, stopping, trying again, and facts that come twice or cannot be used."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from services.gateway.domain.job import JobError
from services.gateway.handlers import tracing
from services.gateway.handlers.jobs import end_job
from shared.blobs import BlobStoreUnavailable, FolderBlobs
from shared.bus import Message
from shared.contracts.blob import BlobRef
from shared.contracts.commands import CancelStep
from shared.contracts.events import EditPlanned, StepCancelled
from shared.contracts.ids import new_id
from shared.contracts.topics import STEP_EVENTS
from shared.db import transaction
from shared.messages import answer
from shared.telemetry import trace_id
from tests.database import MakeInfra
from tests.patience import LONG
from tests.service.gateway_studio import FAILED, analyzed, probed, problem_of, studio


async def test_a_job_shows_its_steps_and_its_result(make_infra: MakeInfra) -> None:
    async with studio(await make_infra("gateway")) as gateway:
        job = await gateway.start(auto_analyze=False)
        first = await gateway.get(job)
        assert first["created_at"].endswith("Z")
        assert first == {
            "id": job.id,
            "kind": "ingest",
            "status": "queued",
            "percent": 0.0,
            "eta_seconds": None,
            "cost_usd": 0.0,
            "project_id": None,
            "asset_id": job.asset_id,
            "steps": [{"name": "probe", "status": "pending", "percent": 0.0}],
            "result": None,
            "error": None,
            "created_at": first["created_at"],
            "started_at": None,
            "ended_at": None,
            "expires_at": None,
        }
        await gateway.reply(await gateway.ordered("ProbeMedia"), probed(job.asset_id or ""))
        last = await gateway.until(job, "completed")
        assert last["percent"] == 100.0
        assert last["steps"] == [{"name": "probe", "status": "completed", "percent": 100.0}]
        assert last["started_at"] <= last["ended_at"]
        assert last["result"] == {}


async def test_waiting_ends_with_the_job_or_with_the_time(make_infra: MakeInfra) -> None:
    async with studio(await make_infra("gateway")) as gateway:
        job = await gateway.start(auto_analyze=False)
        assert (await gateway.get(job, wait=0.05))["status"] == "queued"
        waiting = asyncio.create_task(gateway.get(job, wait=60))
        await gateway.reply(await gateway.ordered("ProbeMedia"), probed(job.asset_id or ""))
        assert (await asyncio.wait_for(waiting, LONG))["status"] == "completed"
        assert (await gateway.get(job, wait=1e9))["status"] == "completed"
        for bad in ("soon", "-1", "nan"):
            response = await gateway.client.get(f"/api/jobs/{job.id}", params={"wait": bad})
            problem_of(response, 422, "wait_invalid")


async def test_orders_and_events_carry_the_account_and_the_trace_of_the_request(make_infra: MakeInfra) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    async with studio(await make_infra("gateway")) as gateway:
        headers = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
        answered = await gateway.client.get("/api/healthz", headers=headers)
        mark = tracing.traceparent.set(answered.headers["traceresponse"])
        job = await gateway.start()
        tracing.traceparent.reset(mark)
        order = await gateway.ordered("ProbeMedia")
        assert (order.tenant, order.subject, order.id) == ("local", job.id, job.steps[0].command_id)
        await gateway.client.post(f"/api/jobs/{job.id}/cancel")
        for envelope in [order, *gateway.told]:
            assert trace_id(envelope.traceparent) == trace
        assert len({order.traceparent, answered.headers["traceresponse"], headers["traceparent"]}) == 3


async def test_cancel_stops_the_command_and_may_be_said_twice(make_infra: MakeInfra) -> None:
    async with studio(await make_infra("gateway")) as gateway:
        job = await gateway.start()
        probe = await gateway.ordered("ProbeMedia")
        response = await gateway.client.post(f"/api/jobs/{job.id}/cancel")
        assert response.status_code == 202
        assert response.json()["status"] == "cancelled"
        assert response.json()["ended_at"] is not None
        stop = await gateway.ordered("CancelStep")
        assert stop.command() == CancelStep(command_ids=(probe.id,))
        again = await gateway.client.post(f"/api/jobs/{job.id}/cancel")
        assert (again.status_code, again.json()) == (202, response.json())
        await gateway.reply(probe, StepCancelled())
        await gateway.reply(probe, probed(job.asset_id or ""))
        log = await gateway.log(job)
        assert [e["type"] for e in log] == ["cutroom.job.created", "cutroom.job.cancelled"]
        assert gateway.orders.empty()


async def test_what_has_ended_otherwise_cannot_be_cancelled(make_infra: MakeInfra) -> None:
    async with studio(await make_infra("gateway")) as gateway:
        job = await gateway.completed()
        problem_of(await gateway.client.post(f"/api/jobs/{job.id}/cancel"), 409, "job_ended")
        failed = await gateway.start()
        await gateway.reply(await gateway.ordered("ProbeMedia"), FAILED)
        await gateway.until(failed, "failed")
        problem_of(await gateway.client.post(f"/api/jobs/{failed.id}/cancel"), 409, "job_ended")


async def test_a_failure_names_step_code_and_remedy_and_retry_goes_on_from_there(make_infra: MakeInfra) -> None:
    async with studio(await make_infra("gateway")) as gateway:
        job = await gateway.start()
        await gateway.reply(await gateway.ordered("ProbeMedia"), probed(job.asset_id or ""))
        analyze = await gateway.ordered("AnalyzeMedia")
        problem_of(await gateway.client.post(f"/api/jobs/{job.id}/retry"), 409, "job_not_retryable")
        await gateway.reply(analyze, FAILED)
        failed = await gateway.until(job, "failed")
        assert failed["error"] == {
            "step": "analyze",
            "code": "media_truncated",
            "message": "It is cut off.",
            "remedy": "Send it again.",
        }
        response = await gateway.client.post(f"/api/jobs/{job.id}/retry")
        assert response.status_code == 202
        assert (response.json()["id"], response.json()["status"], response.json()["error"]) == (job.id, "queued", None)
        again = await gateway.ordered("AnalyzeMedia")
        assert again.id != analyze.id
        await gateway.reply(analyze, analyzed(job.asset_id or ""))
        await gateway.reply(again, FAILED)
        await gateway.until(job, "failed")
        log = await gateway.log(job)
        assert [e["sequence"] for e in log] == list(range(1, len(log) + 1))
        assert [e["type"] for e in log].count("cutroom.job.failed") == 2
        assert gateway.orders.empty()


async def test_a_fact_that_comes_twice_changes_nothing(make_infra: MakeInfra) -> None:
    async with studio(await make_infra("gateway")) as gateway:
        job = await gateway.start()
        probe = await gateway.ordered("ProbeMedia")
        for _ in range(3):
            await gateway.reply(probe, probed(job.asset_id or ""))
        another = answer("test", probe, probed(job.asset_id or "")).model_copy(update={"id": new_id()})
        await gateway.infra.bus.publish([Message(STEP_EVENTS, job.id, another.encode())])
        analyze = await gateway.ordered("AnalyzeMedia")
        await gateway.reply(analyze, FAILED)
        await gateway.until(job, "failed")
        types = [e["type"] for e in await gateway.log(job)]
        assert types.count("cutroom.job.step_completed") == 1
        assert gateway.orders.empty()


async def test_a_fact_that_points_to_nothing_ends_its_job(make_infra: MakeInfra) -> None:
    async with studio(await make_infra("gateway")) as gateway:
        job = await gateway.start("analysis")
        await gateway.reply(await gateway.ordered("AnalyzeMedia"), analyzed(job.asset_id or ""))
        missing = BlobRef(key="plans/none.json", sha256="0" * 64, size=1, content_type="application/json")
        fact = EditPlanned(plan=missing, clips=1, duration=1.0, planner="rules")
        await gateway.reply(await gateway.ordered("PlanEdit"), fact)
        failed = await gateway.until(job, "failed")
        assert (failed["error"]["step"], failed["error"]["code"]) == ("plan", "blob_missing")


async def test_a_job_can_be_ended_from_outside_its_steps(make_infra: MakeInfra) -> None:
    async with studio(await make_infra("gateway")) as gateway:
        job = await gateway.start()
        probe = await gateway.ordered("ProbeMedia")
        error = JobError(step=None, code="consent_withdrawn", message="No more.", remedy="Ask.")
        async with transaction(gateway.infra.pool) as connection:
            await end_job(connection, job.id, error)
            assert await end_job(connection, new_id(), error) is None
        assert (await gateway.get(job))["error"] == error.model_dump()
        assert (await gateway.ordered("CancelStep")).command() == CancelStep(command_ids=(probe.id,))


async def test_jobs_are_listed_newest_first_page_by_page_and_filtered(make_infra: MakeInfra) -> None:
    async with studio(await make_infra("gateway")) as gateway:
        made = [await gateway.start() for _ in range(5)]
        await gateway.client.post(f"/api/jobs/{made[0].id}/cancel")
        response = await gateway.client.get("/api/jobs", params={"limit": 2})
        seen = [item["id"] for item in response.json()["items"]]
        while 'rel="next"' in response.headers.get("link", ""):
            assert response.json()["next_cursor"]
            following = response.headers["link"].partition(">")[0].removeprefix("<")
            response = await gateway.client.get(following)
            seen += [item["id"] for item in response.json()["items"]]
        assert response.json()["next_cursor"] is None
        assert seen == [job.id for job in reversed(made)]
        for query, expected in (
            ({"status": "cancelled"}, [made[0].id]),
            ({"kind": "render"}, []),
            ({"project": new_id()}, []),
            ({"kind": "ingest", "limit": "1"}, [made[4].id]),
        ):
            got = await gateway.client.get("/api/jobs", params=query)
            assert [item["id"] for item in got.json()["items"]] == expected


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "limit=1.5", "cursor=x", "kind=x", "status=x"])
async def test_a_bad_query_of_a_list_is_named(make_infra: MakeInfra, query: str) -> None:
    async with studio(await make_infra("gateway")) as gateway:
        response = await gateway.client.get(f"/api/jobs?{query}")
        assert response.status_code == 422
        assert response.json()["errors"][0]["field"] == query.partition("=")[0]


async def test_unknown_and_malformed_ids_are_404_everywhere(make_infra: MakeInfra) -> None:
    async with studio(await make_infra("gateway")) as gateway:
        other = await gateway.start(account="somebody-else")
        for job_id in (new_id(), "x", "%00", other.id):
            problem_of(await gateway.client.get(f"/api/jobs/{job_id}"), 404, "not_found")
            problem_of(await gateway.client.get(f"/api/jobs/{job_id}/events"), 404, "not_found")
            problem_of(await gateway.client.post(f"/api/jobs/{job_id}/cancel"), 404, "not_found")
            problem_of(await gateway.client.post(f"/api/jobs/{job_id}/retry"), 404, "not_found")
        assert (await gateway.client.get("/api/jobs")).json()["items"] == []


async def test_a_cancelled_upload_is_not_kept_and_cannot_be_retried(make_infra: MakeInfra) -> None:
    async with studio(await make_infra("gateway")) as gateway:
        job = await gateway.start()
        await gateway.ordered("ProbeMedia")
        key = job.input.sources[0].media.key
        await gateway.infra.blobs.put_bytes(key, b"film", "video/mp4")
        assert (await gateway.client.post(f"/api/jobs/{job.id}/cancel")).status_code == 202
        assert await gateway.infra.blobs.stat(key) is None
        problem_of(await gateway.client.post(f"/api/jobs/{job.id}/retry"), 409, "upload_gone")
        async with gateway.infra.pool.acquire() as connection:
            noted = await connection.fetchval("select count(*) from perishables where key = $1", key)
        assert noted == 1, "a crash before it is removed leaves it to the sweep"


async def test_a_retry_waits_for_the_end_if_asked(make_infra: MakeInfra) -> None:
    async with studio(await make_infra("gateway")) as gateway:
        job = await gateway.start()
        await gateway.reply(await gateway.ordered("ProbeMedia"), probed(job.asset_id or ""))
        await gateway.reply(await gateway.ordered("AnalyzeMedia"), FAILED)
        await gateway.until(job, "failed")
        short = await gateway.client.post(f"/api/jobs/{job.id}/retry", params={"wait": 0.1})
        assert (short.status_code, short.json()["status"]) == (202, "queued")
        await gateway.reply(await gateway.ordered("AnalyzeMedia"), FAILED)
        await gateway.until(job, "failed")
        waiting = asyncio.create_task(gateway.client.post(f"/api/jobs/{job.id}/retry", params={"wait": 60}))
        await gateway.reply(await gateway.ordered("AnalyzeMedia"), FAILED)
        ended = await waiting
        assert (ended.status_code, ended.json()["status"]) == (200, "failed")
        problem_of(await gateway.client.post(f"/api/jobs/{job.id}/retry", params={"wait": "x"}), 422, "wait_invalid")


async def test_a_job_is_cancelled_though_the_store_is_away(make_infra: MakeInfra) -> None:
    class Away(FolderBlobs):
        async def delete(self, key: str) -> None:
            raise BlobStoreUnavailable("The object store does not answer.")

    infra = await make_infra("gateway")
    async with studio(replace(infra, blobs=Away(infra.settings.blobs_root))) as gateway:
        job = await gateway.start()
        await gateway.ordered("ProbeMedia")
        cancelled = await gateway.client.post(f"/api/jobs/{job.id}/cancel")
        assert (cancelled.status_code, cancelled.json()["status"]) == (202, "cancelled")
        noted = await infra.pool.fetchval("select kind from perishables where key = $1", job.input.sources[0].media.key)
        assert noted == "upload", "the sweep removes it when the store is back"
