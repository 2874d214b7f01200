"""What routes are given: the gateway's parts, who asks, and how long they will wait."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query
from starlette.requests import HTTPConnection

from services.gateway.domain.account import Account
from services.gateway.domain.job import Job
from services.gateway.domain.refusal import not_found, wrong_field
from services.gateway.handlers.watch import Watch
from services.gateway.settings import GatewaySettings
from services.gateway.store import jobs
from shared.blobs import Blobs
from shared.bus import Bus
from shared.contracts.ids import is_id
from shared.db import AWAY, Pool

LONGEST_WAIT = 60.0
LOOK_AGAIN = 2.0
WAITING = "Seconds to wait for the work to be done, 0 to 60; larger is taken as 60."


@dataclass(frozen=True, slots=True)
class Gateway:
    """The concrete parts that the routes work with. ``link_secret`` signs links to media; ``health`` asks all parts."""

    settings: GatewaySettings
    pool: Pool
    blobs: Blobs
    bus: Bus
    watch: Watch
    link_secret: bytes
    health: Callable[[], Awaitable[dict[str, bool]]]


# Dependencies are coroutines: the framework sends plain functions to a thread, which costs more than all they do.
async def _gateway(connection: HTTPConnection) -> Gateway:
    gateway: Gateway = connection.app.state.gateway
    return gateway


async def _account(connection: HTTPConnection) -> Account:
    account: Account = connection.state.account
    return account


async def wait_of(
    wait: Annotated[str | None, Query(description=WAITING, examples=["30"])] = None,
) -> float | None:
    """Read ``?wait=``: seconds, clamped to 60; null when it is not given. Raises a refusal for what is no number."""
    if wait is None:
        return None
    try:
        seconds = float(wait)
    except ValueError:
        seconds = float("nan")
    if not seconds >= 0:
        raise wrong_field("wait", "wait_invalid", "A number of seconds from 0 to 60.")
    return min(seconds, LONGEST_WAIT)


Parts = Annotated[Gateway, Depends(_gateway)]
Caller = Annotated[Account, Depends(_account)]
Wait = Annotated[float | None, Depends(wait_of)]


def checked_id(text: str, what: str) -> str:
    """Return ``text`` if it is an id; a malformed one is as unknown as any other. Raises the 404 refusal."""
    if not is_id(text):
        raise not_found(what)
    return text.lower()


async def wait_for_job(
    gateway: Gateway, job_id: str, seconds: float, until: Callable[[Job], bool] = lambda job: job.ended
) -> Job:
    """Return the job as soon as ``until`` holds, or as it is after ``seconds``. Holds no connection while it waits."""
    deadline = asyncio.get_running_loop().time() + seconds
    with gateway.watch.on(job_id) as signal:
        while True:
            left = deadline - asyncio.get_running_loop().time()
            try:
                async with gateway.pool.acquire() as connection:
                    job = await jobs.get(connection, job_id)
            except (*AWAY, TimeoutError):
                if left <= 0:
                    raise
                await signal.wait(min(left, LOOK_AGAIN))
                continue
            if job is None:
                raise not_found("job")
            if until(job) or left <= 0 or gateway.watch.closing:
                return job
            await signal.wait(min(left, LOOK_AGAIN))
