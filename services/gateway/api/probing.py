"""An upload that is being looked into: how long to wait for that, and what to say when nothing came of it."""

from __future__ import annotations

import asyncio

from services.gateway.api.context import Gateway, wait_for_job
from services.gateway.domain.account import Account
from services.gateway.domain.job import Job
from services.gateway.domain.refusal import Refusal
from services.gateway.handlers.jobs import cancel_job
from services.gateway.handlers.uploads import remove, unused
from shared.db import transaction

PROBE_SECONDS = 120.0
SLOWEST = 20e6
"""Bytes a second at which a medium is fetched and read, at least."""
UNSUPPORTED = frozenset({"media_unsupported"})


def probed(job: Job) -> bool:
    """Tell whether the file was looked into, whatever came of it."""
    probe = job.step("probe")
    return job.ended or (probe is not None and probe.status == "completed")


def patience(job: Job) -> float:
    """Return how many seconds the look into an upload may take: every packet of it is read."""
    return PROBE_SECONDS + sum(source.media.size for source in job.input.sources) / SLOWEST


async def give_up(gateway: Gateway, caller: Account, job: Job) -> None:
    """Call the job off and remove the upload. Raises the 503 refusal ``probe_timeout``."""
    async with transaction(gateway.pool) as connection:
        await cancel_job(connection, caller.id, job.id)
    await remove(gateway.blobs, unused(job))
    raise Refusal(
        503,
        "probe_timeout",
        "Nobody looked into the file in time.",
        remedy="Check that the analyzer is running, and send the file again.",
        headers={"Retry-After": "30"},
    )


def refused(job: Job) -> Refusal:
    """Return what the upload is refused with: the probe's reason, or that the server could not look into it."""
    if job.error is None:
        return Refusal(409, "ingest_cancelled", "The upload was cancelled.", remedy="Send the file again.")
    code = job.error.code
    status = 415 if code in UNSUPPORTED else 422 if code.startswith(("media_", "document_")) else 503
    headers = {"Retry-After": "30"} if status == 503 else None
    return Refusal(status, code, job.error.message, remedy=job.error.remedy, headers=headers)


async def looked_into(gateway: Gateway, caller: Account, job: Job, wait: float) -> Job:
    """Wait for the probe's judgement, then for the end of the job until ``wait`` seconds have passed.

    Raises the refusal of what the probe refused, or did not get to in time.
    """
    clock = asyncio.get_running_loop().time
    deadline = clock() + wait
    job = await wait_for_job(gateway, job.id, max(wait, patience(job)), probed)
    if not probed(job):
        await give_up(gateway, caller, job)
    elif (probe := job.step("probe")) is None or probe.status != "completed":
        raise refused(job)
    return await wait_for_job(gateway, job.id, max(0.0, deadline - clock()))
