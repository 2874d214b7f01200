"""Where a service cannot listen, it says so and ends alone."""

from __future__ import annotations

import asyncio
import socket

import httpx
import pytest
from starlette.applications import Starlette

from shared.errors import PermanentError
from shared.web import serve


@pytest.mark.parametrize(("host", "code"), [("127.0.0.1", "port_in_use"), ("203.0.113.7", "address_unusable")])
async def test_an_address_that_cannot_be_had_is_an_error_like_any_other(host: str, code: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(PermanentError) as refused:
        await serve(Starlette(), host, taken.getsockname()[1])
    assert refused.value.code == code and refused.value.remedy


async def test_a_free_port_is_taken_and_given_back() -> None:
    bound: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(serve(Starlette(), "localhost", 0, bound.set_result))
    port = await bound
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(f"http://localhost:{port}/nothing")).status_code == 404
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
    with socket.create_server(("127.0.0.1", port)):
        pass
