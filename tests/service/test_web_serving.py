"""The end of serving HTTP: who is being answered gets the answer, and nobody new is let in."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from shared.web import serve
from tests.patience import LONG


async def test_a_server_that_stops_answers_whom_it_has_and_takes_nobody_new() -> None:
    asked, port = asyncio.Event(), asyncio.get_running_loop().create_future()
    refused = asyncio.Event()

    async def slow(_: Request) -> Response:
        asked.set()
        await refused.wait()
        return PlainTextResponse("done")

    serving = asyncio.create_task(serve(Starlette(routes=[Route("/", slow)]), "127.0.0.1", 0, port.set_result))
    url = f"http://127.0.0.1:{await asyncio.wait_for(port, LONG)}/"
    async with httpx.AsyncClient(timeout=LONG) as first, httpx.AsyncClient(timeout=LONG) as second:
        answer = asyncio.create_task(first.get(url))
        await asyncio.wait_for(asked.wait(), LONG)
        serving.cancel()
        with pytest.raises(httpx.ConnectError):
            async with asyncio.timeout(LONG):
                while True:
                    waiting = asyncio.create_task(second.get(url))
                    done, _ = await asyncio.wait([waiting], timeout=0.2)
                    if not done:
                        waiting.cancel()
                        continue
                    await waiting
        refused.set()
        assert (await answer).text == "done"
    with pytest.raises(asyncio.CancelledError):
        await serving
