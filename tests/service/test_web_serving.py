"""The end of serving HTTP: who is being answered gets the answer, and nobody new is let in."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from shared import web
from tests.patience import LONG, until_told


async def test_a_server_that_stops_answers_whom_it_has_and_takes_nobody_new(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "FAREWELL_S", LONG)
    asked, port = asyncio.Event(), asyncio.get_running_loop().create_future()
    refused = asyncio.Event()

    async def slow(_: Request) -> Response:
        asked.set()
        await refused.wait()
        return PlainTextResponse("done")

    serving = asyncio.create_task(web.serve(Starlette(routes=[Route("/", slow)]), "127.0.0.1", 0, port.set_result))
    number = await asyncio.wait_for(port, LONG)
    async with httpx.AsyncClient(timeout=LONG) as client:
        answer = asyncio.create_task(client.get(f"http://127.0.0.1:{number}/"))
        await asyncio.wait_for(asked.wait(), LONG)

        async def nobody_listens() -> bool:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", number)
            except OSError:
                return True
            writer.close()
            return False

        assert not await nobody_listens()
        serving.cancel()
        await until_told(nobody_listens)
        refused.set()
        assert (await answer).text == "done"
    with pytest.raises(asyncio.CancelledError):
        await serving
