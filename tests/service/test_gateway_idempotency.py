"""Idempotency-Key: one piece of work, one answer, whoever asks again and however many at once."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from services.gateway.api.idempotency import Idempotency
from services.gateway.api.limits import BodyLimit
from services.gateway.domain.account import Account
from services.gateway.domain.job import JobDraft, JobInput, JobSource
from services.gateway.handlers.jobs import cancel_job, start_job
from services.gateway.handlers.watch import Watch
from services.gateway.settings import GatewaySettings
from services.gateway.store import idempotency as store
from shared import signal
from shared.db import transaction
from shared.infra import Infra
from tests.database import MakeInfra
from tests.service.gateway_studio import BLOB, probed, problem_of, studio

Work = Callable[[Request, int], Awaitable[Response]]
KEY = {"Idempotency-Key": "one"}


async def created(request: Request, count: int) -> Response:
    """Read everything, and answer with the number of times that any work was done."""
    body = b"".join([chunk async for chunk in request.stream()])
    headers = {"Location": f"/made/{count}", "ETag": f'"{count}"'}
    return JSONResponse({"count": count, "size": len(body)}, 201, headers=headers)


@dataclass
class Desk:
    """The layer over an application that counts its work; ``work`` can be exchanged."""

    client: httpx.AsyncClient
    work: Work = created
    done: int = 0
    account: str = "me"
    started: asyncio.Event = field(default_factory=asyncio.Event)

    async def post(self, json: object = None, path: str = "/work", **more: object) -> httpx.Response:
        """Post with the key, unless other headers are given."""
        return await self.client.post(path, json=json, **{"headers": KEY, **more})  # type: ignore[arg-type]


def app_of(desk: Desk, infra: Infra, watch: Watch, settings: GatewaySettings) -> ASGIApp:
    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        desk.done += 1
        desk.started.set()
        response = await desk.work(Request(scope, receive), desk.done)
        await response(scope, receive, send)

    layered = BodyLimit(Idempotency(inner, settings, infra.pool, watch), settings.max_body_bytes)

    async def outer(scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"] = {"account": Account(id=desk.account, name="n", tier="free")}
        await layered(scope, receive, send)

    return outer


@contextlib.asynccontextmanager
async def desk(infra: Infra, **knobs: object) -> AsyncIterator[Desk]:
    watch = Watch()
    listening = asyncio.create_task(signal.listen(infra.database_url, {store.CHANNEL: watch.heard}))
    settings = GatewaySettings.model_validate(knobs)
    made = Desk(httpx.AsyncClient())
    transport = httpx.ASGITransport(app_of(made, infra, watch, settings))
    async with httpx.AsyncClient(transport=transport, base_url="http://desk", timeout=30) as client:
        made.client = client
        yield made
    listening.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await listening


async def test_the_same_again_is_answered_from_the_first(make_infra: MakeInfra) -> None:
    async with desk(await make_infra("gateway")) as at:
        first = await at.post({"a": 1, "b": [1, 2]})
        again = await at.post(
            None, content=b'{ "b": [1,2],\n"a": 1 }', headers={**KEY, "Content-Type": "application/json"}
        )
        assert (
            (again.status_code, again.content) == (first.status_code, first.content) == (201, b'{"count":1,"size":17}')
        )
        assert (again.headers["location"], again.headers["etag"]) == ("/made/1", '"1"')
        assert again.headers["content-type"] == "application/json"
        assert again.headers["idempotency-replayed"] == "true"
        assert "idempotency-replayed" not in first.headers
        assert at.done == 1


async def test_without_a_key_everything_is_work(make_infra: MakeInfra) -> None:
    async with desk(await make_infra("gateway")) as at:
        await at.post({}, headers={})
        await at.post({}, headers={})
        await at.client.get("/work", headers=KEY)
        await at.client.get("/work", headers=KEY)
        assert at.done == 4


async def test_another_body_or_query_under_the_same_key_is_refused(make_infra: MakeInfra) -> None:
    async with desk(await make_infra("gateway")) as at:
        await at.post({"a": 1}, path="/work?ratio=1&wait=5")
        problem_of(await at.post({"a": 2}, path="/work?ratio=1&wait=5"), 409, "idempotency_key_reused")
        problem_of(await at.post({"a": 1}, path="/work?ratio=2"), 409, "idempotency_key_reused")
        assert (await at.post({"a": 1}, path="/work?wait=0&ratio=1")).status_code == 201
        assert at.done == 1


async def test_a_key_is_its_accounts_methods_and_paths_own(make_infra: MakeInfra) -> None:
    async with desk(await make_infra("gateway")) as at:
        await at.post({})
        await at.client.put("/work", json={}, headers=KEY)
        await at.post({}, path="/other")
        at.account = "you"
        await at.post({})
        assert at.done == 4


async def test_fifty_at_once_are_one_piece_of_work(make_infra: MakeInfra) -> None:
    async with desk(await make_infra("gateway")) as at:
        release = asyncio.Event()

        async def slowly(request: Request, count: int) -> Response:
            await release.wait()
            return await created(request, count)

        at.work = slowly
        asking = [asyncio.create_task(at.post({"a": 1})) for _ in range(50)]
        await at.started.wait()
        other = await at.post({"a": 2})
        problem_of(other, 409, "idempotency_key_reused")
        release.set()
        answers = await asyncio.gather(*asking)
        assert {a.content for a in answers} == {b'{"count":1,"size":7}'}
        assert [a.headers.get("idempotency-replayed") for a in answers].count(None) == 1
        assert at.done == 1


KEPT = (200, 202, 404, 409)
NOT_KEPT = (400, 401, 413, 415, 422, 429, 500, 503)


@pytest.mark.parametrize(("status", "kept"), [*((s, True) for s in KEPT), *((s, False) for s in NOT_KEPT)])
async def test_what_is_kept(make_infra: MakeInfra, status: int, kept: bool) -> None:
    async with desk(await make_infra("gateway")) as at:

        async def answer(_: Request, __: int) -> Response:
            return Response(status_code=status)

        at.work = answer
        assert [(await at.post({})).status_code for _ in range(2)] == [status, status]
        assert at.done == (1 if kept else 2)


async def test_a_failure_lets_the_next_one_be_the_first(make_infra: MakeInfra) -> None:
    async with desk(await make_infra("gateway")) as at:
        release = asyncio.Event()

        async def first_breaks(request: Request, count: int) -> Response:
            await release.wait()
            if count == 1:
                raise RuntimeError("broken")
            return await created(request, count)

        at.work = first_breaks
        asking = [asyncio.create_task(at.post({"a": 1})) for _ in range(4)]
        await at.started.wait()
        release.set()
        answers = await asyncio.gather(*asking, return_exceptions=True)
        failed = [a for a in answers if isinstance(a, RuntimeError)]
        assert len(failed) == 1
        assert {a.content for a in answers if isinstance(a, httpx.Response)} == {b'{"count":2,"size":7}'}
        assert at.done == 2


async def test_a_request_whose_gateway_died_blocks_nobody_for_longer_than_its_lease(make_infra: MakeInfra) -> None:
    infra = await make_infra("gateway")
    async with desk(infra, idempotency_lease_seconds=1.0) as at:
        slot = store.Slot("me", "POST", "/work", "one")
        async with infra.pool.acquire() as connection:
            assert await store.claim(connection, slot, "dead", None, lease_s=300, keep_s=1000)
            assert not await store.claim(connection, slot, "other", None, lease_s=300, keep_s=1000)
            await connection.execute("update idempotency set lease_until = now() + interval '0.3 seconds'")
        assert (await at.post({})).status_code == 201
        async with infra.pool.acquire() as connection:
            late = store.Kept("x", 200, [], b"late")
            await store.keep(connection, slot, "dead", late)
            await store.release(connection, slot, "dead", None)
        assert (await at.post({})).json()["count"] == 1


async def test_work_that_was_begun_before_a_death_is_found_again(make_infra: MakeInfra) -> None:
    infra = await make_infra("gateway")
    async with desk(infra) as at:

        async def dies_before_its_answer(_: Request, count: int) -> Response:
            async with transaction(infra.pool) as connection:
                first = await start_job(connection, draft())
                second = await start_job(connection, draft())
            if count == 1:
                raise RuntimeError("killed")
            return JSONResponse([first.id, second.id])

        at.work = dies_before_its_answer
        with pytest.raises(RuntimeError):
            await at.post({"a": 1})
        made = await ids(infra)
        assert len(made) == 2
        assert (await at.post({"a": 1})).json() == made
        assert await ids(infra) == made
        assert at.done == 2


async def test_other_work_under_the_key_of_a_refused_request_is_other_work(make_infra: MakeInfra) -> None:
    infra = await make_infra("gateway")
    async with desk(infra) as at:

        async def refused_once(_: Request, count: int) -> Response:
            async with transaction(infra.pool) as connection:
                job = await start_job(connection, draft())
            return JSONResponse(job.id, 422 if count == 1 else 201)

        at.work = refused_once
        first, second = await at.post({"a": 1}), await at.post({"a": 2})
        assert (first.status_code, second.status_code) == (422, 201)
        assert await ids(infra) == [first.json(), second.json()]


async def test_a_job_that_failed_is_made_anew(make_infra: MakeInfra) -> None:
    infra = await make_infra("gateway")
    async with desk(infra) as at:

        async def unlucky(_: Request, count: int) -> Response:
            async with transaction(infra.pool) as connection:
                job = await start_job(connection, draft())
                if count == 1:
                    await cancel_job(connection, "me", job.id)
            return JSONResponse(job.id, 500 if count == 1 else 201)

        at.work = unlucky
        first, second = await at.post({}), await at.post({})
        assert await ids(infra) == [first.json(), second.json()]


def draft() -> JobDraft:
    return JobDraft(account="me", kind="ingest", input=JobInput(sources=(JobSource(asset_id="a", media=BLOB),)))


async def ids(infra: Infra) -> list[str]:
    async with infra.pool.acquire() as connection:
        return [row["id"] for row in await connection.fetch("select id from jobs order by id")]


async def test_the_lease_is_renewed_while_the_work_lasts(make_infra: MakeInfra) -> None:
    infra = await make_infra("gateway")
    async with desk(infra, idempotency_lease_seconds=6) as at:

        async def slowly(request: Request, count: int) -> Response:
            first = await infra.pool.fetchval("select lease_until from idempotency")
            while not await infra.pool.fetchval("select now() > $1", first):
                await asyncio.sleep(0.05)
            return await created(request, count)

        at.work = slowly
        asking = [asyncio.create_task(at.post({})) for _ in range(3)]
        assert {(await a).json()["count"] for a in asking} == {1}


async def test_an_answer_is_forgotten_after_its_time(make_infra: MakeInfra) -> None:
    infra = await make_infra("gateway")
    async with desk(infra) as at:
        await at.post({})
        async with infra.pool.acquire() as connection:
            await store.forget(connection, 3600)
            assert await connection.fetchval("select count(*) from idempotency") == 1
            await connection.execute("update idempotency set created_at = now() - interval '25 hours'")
        assert (await at.post({})).json()["count"] == 2
        async with infra.pool.acquire() as connection:
            await connection.execute("update idempotency set created_at = now() - interval '25 hours'")
            await store.forget(connection, 24 * 3600)
            assert await connection.fetchval("select count(*) from idempotency") == 0


def form(boundary: str, *parts: tuple[str, str, bytes]) -> tuple[bytes, dict[str, str]]:
    body = b""
    for name, file, content in parts:
        filename = f'; filename="{file}"' if file else ""
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{filename}\r\n\r\n'
        body += head.encode() + content + b"\r\n"
    headers = {**KEY, "Content-Type": f"multipart/form-data; boundary={boundary}"}
    return body + f"--{boundary}--\r\n".encode(), headers


async def test_forms_are_the_same_by_their_fields_and_files(make_infra: MakeInfra) -> None:
    film = bytes(range(256)) * 4000
    async with desk(await make_infra("gateway")) as at:

        async def upload(*parts: tuple[str, str, bytes], boundary: str = "b") -> httpx.Response:
            body, headers = form(boundary, *parts)
            return await at.post(path="/api/ingest", content=body, headers=headers)

        assert (await upload(("file", "a.mp4", film), ("title", "", b"x"))).json()["count"] == 1
        other_order = await upload(("title", "", b"x"), ("file", "a.mp4", film), boundary="another")
        assert (other_order.json()["count"], other_order.headers["idempotency-replayed"]) == (1, "true")
        for parts in (
            (("file", "a.mp4", film), ("title", "", b"y")),
            (("file", "b.mp4", film), ("title", "", b"x")),
            (("file", "a.mp4", film[:-1] + b"!"), ("title", "", b"x")),
            (("file", "a.mp4", film),),
        ):
            problem_of(await upload(*parts), 409, "idempotency_key_reused")
        assert at.done == 1


async def test_an_answer_given_before_the_form_was_read_still_knows_the_form(make_infra: MakeInfra) -> None:
    async with desk(await make_infra("gateway")) as at:

        async def early(_: Request, __: int) -> Response:
            return Response(status_code=409)

        at.work = early
        body, headers = form("b", ("file", "a", b"x" * 100_000))
        assert (await at.post(path="/api/ingest", content=body, headers=headers)).status_code == 409
        again = await at.post(path="/api/ingest", content=body, headers=headers)
        assert again.headers["idempotency-replayed"] == "true"
        other, headers = form("b", ("file", "a", b"y" * 100_000))
        problem_of(await at.post(path="/api/ingest", content=other, headers=headers), 409, "idempotency_key_reused")


@pytest.mark.parametrize("key", ["", "x" * 256, "tab\there"])
async def test_a_key_that_is_none_is_refused(make_infra: MakeInfra, key: str) -> None:
    async with desk(await make_infra("gateway")) as at:
        response = await at.post({}, headers={"Idempotency-Key": key})
        problem_of(response, 422, "idempotency_key_invalid")
        assert at.done == 0


async def test_fifty_uploads_at_once_make_one_job(make_infra: MakeInfra) -> None:
    async with studio(await make_infra("gateway")) as gateway:

        async def answer_probes() -> None:
            while True:
                order = await gateway.orders.get()
                await gateway.reply(order, probed(str(order.data["asset_id"])))

        answering = asyncio.create_task(answer_probes())

        async def upload() -> httpx.Response:
            files = {"file": ("film.mp4", b"\x00\x00\x00\x18ftypisom" + b"x" * 5000)}
            data = {"auto_analyze": "false"}
            return await gateway.client.post("/api/ingest", files=files, data=data, headers=KEY)

        answers = await asyncio.gather(*(upload() for _ in range(50)))
        answering.cancel()
        assert {a.status_code for a in answers} == {201}, answers[0].text
        assert len({a.content for a in answers}) == 1
        assert len((await gateway.client.get("/api/jobs")).json()["items"]) == 1
