"""The client follows a job through broken connections: every event once, in order, to the end."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import httpx
import pytest

from cutroom.client import ApiError, AsyncClient, Client, Unreachable
from tests.service.studio_double import FakeStudio, log_of


async def _sequence(client: AsyncClient, job_id: str, after: int = 0) -> list[int | None]:
    return [event.sequence async for event in client.follow(job_id, after=after)]


async def test_a_closed_stream_is_taken_up_where_it_ended(studio: FakeStudio) -> None:
    job_id = studio.start("render", [])
    studio.cut = [2, 0, 3]
    async with AsyncClient(studio.url) as client:
        assert await _sequence(client, job_id) == [1, 2, 3, 4, 5, 6, 7]
    assert studio.resumed == [None, "2", "2", "5"]


async def test_a_log_can_be_taken_up_later(studio: FakeStudio) -> None:
    job_id = studio.start("render", [])
    async with AsyncClient(studio.url) as client:
        assert await _sequence(client, job_id, after=5) == [6, 7]
        assert await _sequence(client, job_id, after=7) == []


async def test_an_unknown_job_ends_at_once(studio: FakeStudio) -> None:
    async with AsyncClient(studio.url) as client:
        with pytest.raises(ApiError) as refused:
            await _sequence(client, "nothing")
    assert (refused.value.status, refused.value.code) == (404, "not_found")


def test_the_blocking_client_sees_the_same(studio: FakeStudio) -> None:
    job_id = studio.start("render", ["video_16_9"])
    studio.cut = [4]
    with Client(studio.url) as client:
        assert client.health()
        assert [event.name for event in client.follow(job_id)][-1] == "completed"
        job = client.job(job_id)
        assert job.ended
        assert job.result is not None
        assert job.result.outputs[0].check.passed
        assert [each.id for each in client.jobs().items] == [job_id]
        assert client.cancel(job_id).status == "cancelled"


class _Broken(httpx.AsyncBaseTransport):
    """A network on which every connection breaks after some lines of the stream; some do not even open."""

    def __init__(self, lines: list[list[str] | Exception | int]) -> None:
        self.connections, self.asked = lines, list[str | None]()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.headers.get("last-event-id"))
        now = self.connections.pop(0)
        if isinstance(now, Exception):
            raise now
        if isinstance(now, int):
            return httpx.Response(now, json={"code": "away"})
        return httpx.Response(200, content=_lines(now))


async def _lines(lines: list[str]) -> AsyncIterator[bytes]:
    for line in lines:
        yield line.encode()
    raise httpx.ReadError("reset by peer")


def _frames(*numbers: int) -> list[str]:
    log = {entry["sequence"]: entry for entry in log_of("j")}
    return [f"id: {n}\nevent: {log[n]['type']}\ndata: {json.dumps(log[n])}\n\n" for n in numbers]


async def test_broken_connections_lose_and_double_nothing() -> None:
    half = _frames(3)[0][:-30]
    network = _Broken([_frames(1, 2), httpx.ConnectError("refused"), [half], 503, _frames(2, 3, 4), _frames(5, 6, 7)])
    async with AsyncClient("http://studio", transport=network) as client:
        assert await _sequence(client, "j") == [1, 2, 3, 4, 5, 6, 7]
    assert network.asked == [None, "2", "2", "2", "2", "4"]


async def test_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    network = _Broken([_frames(1), *[httpx.ConnectError("refused")] * 50])
    async with AsyncClient("http://studio", transport=network, patience=0.3) as client:
        with pytest.raises(Unreachable, match="refused"):
            await _sequence(client, "j")
    assert len(network.connections) > 40


async def test_a_write_is_sent_again_under_the_same_key() -> None:
    keys = []

    async def answer(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["idempotency-key"])
        if len(keys) < 3:
            raise httpx.ReadError("reset by peer")
        return httpx.Response(202, json={"id": "j", "kind": "render", "status": "cancelled"})

    async with AsyncClient("http://studio", transport=httpx.MockTransport(answer)) as client:
        assert (await client.cancel("j")).status == "cancelled"
    assert len(keys) == 3
    assert len(set(keys)) == 1


async def test_the_key_of_the_account_is_sent() -> None:
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("authorization"))
        return httpx.Response(200, json={"items": []})

    async with AsyncClient("http://studio", key="secret", transport=httpx.MockTransport(answer)) as client:
        await client.jobs()
    assert seen == ["Bearer secret"]
