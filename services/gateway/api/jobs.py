"""Jobs: one record for every kind of work."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field, JsonValue

from services.gateway.api.context import Caller, Gateway, Parts, Wait, checked_id, wait_for_job
from services.gateway.api.paging import Page, link_next
from services.gateway.api.problems import PROBLEMS
from services.gateway.api.shown import linker
from services.gateway.domain.account import Account
from services.gateway.domain.expiry import expires_at, gone
from services.gateway.domain.job import Job, JobKind, JobStatus, StepStatus
from services.gateway.domain.refusal import not_found
from services.gateway.domain.views import moment
from services.gateway.handlers.jobs import cancel_job, retry_job
from services.gateway.handlers.uploads import remove, unused
from services.gateway.store import jobs
from services.gateway.store.jobs import Filter
from shared.db import transaction

router = APIRouter(prefix="/api/jobs", tags=["jobs"])


class StepRecord(BaseModel):
    """One step of a job."""

    name: str = Field(examples=["analyze"])
    status: StepStatus
    percent: float = Field(examples=[100.0])


class ErrorRecord(BaseModel):
    """Why a job failed, and what to do about it."""

    step: str | None = Field(examples=["probe"])
    code: str = Field(examples=["media_truncated"])
    message: str
    remedy: str


class JobRecord(BaseModel):
    """A job. ``percent`` is 0..100 and never goes back; times are RFC 3339 in UTC."""

    id: str
    kind: JobKind
    status: JobStatus
    percent: float = Field(examples=[42.5])
    eta_seconds: float | None = Field(description="A guess at the seconds that are left; null when nothing is known.")
    cost_usd: float
    project_id: str | None
    asset_id: str | None
    steps: list[StepRecord]
    result: dict[str, JsonValue] | None = Field(
        description="What came out. A render has `outputs`, each with a fresh `url`, and `check` {passed, findings}."
    )
    error: ErrorRecord | None
    created_at: str = Field(examples=["2026-11-02T10:00:00.000Z"])
    started_at: str | None
    ended_at: str | None
    expires_at: str | None = Field(
        description="When the films of a finished render are removed; `outputs` is empty from then on. Null: never."
    )


class JobPage(BaseModel):
    """A page of jobs, newest first."""

    items: list[JobRecord]
    next_cursor: str | None


AGAIN: dict[int | str, dict[str, Any]] = {200: {"model": JobRecord}, **PROBLEMS(401, 404, 409, 422)}


def record(job: Job, gateway: Gateway) -> JobRecord:
    """Return the job as it is shown; files in its result get links that are good from now on."""
    same = {"id", "kind", "status", "percent", "eta_seconds", "cost_usd", "project_id", "asset_id"}
    return JobRecord(
        **job.model_dump(include=same),
        steps=[StepRecord(name=s.name, status=s.status, percent=s.percent) for s in job.steps],
        result=_linked(job, gateway) if job.result is not None else None,
        error=ErrorRecord(**job.error.model_dump()) if job.error else None,
        created_at=_moment(job.created_at),
        started_at=moment(job.started_at),
        ended_at=moment(job.ended_at),
        expires_at=moment(expires_at(job, gateway.settings.films_days)),
    )


def _moment(at: datetime) -> str:
    return moment(at) or ""


def _linked(job: Job, gateway: Gateway) -> dict[str, JsonValue]:
    link = linker(gateway)
    result: dict[str, Any] = job.result or {}
    if gone(job, gateway.settings.films_days):
        return {**result, "outputs": []}
    outputs: list[JsonValue] = []
    for output in result.get("outputs", ()):
        ladder = output.get("hls")
        stream = {"hls": {**ladder, "url": link(ladder["master"]["key"])}} if ladder else {}
        outputs.append({**output, "url": link(output["file"]["key"]), **stream})
    return {**result, "outputs": outputs} if outputs else result


async def own_job(gateway: Gateway, account: Account, job_id: str) -> Job:
    """Return the caller's job. Raises 404 for a malformed id, an unknown one, and another account's."""
    async with gateway.pool.acquire() as connection:
        job = await jobs.get(connection, checked_id(job_id, "job"))
    if job is None or job.account != account.id:
        raise not_found("job")
    return job


@router.get("", summary="List jobs", responses=PROBLEMS(401, 422))
async def list_all(
    request: Request,
    response: Response,
    gateway: Parts,
    account: Caller,
    page: Page,
    *,
    kind: JobKind | None = None,
    status: JobStatus | None = None,
    project: str | None = None,
) -> JobPage:
    """Return the caller's jobs, newest first; the next page is also in the `Link` header."""
    wanted = Filter(kind, status, project)
    async with gateway.pool.acquire() as connection:
        found = await jobs.list_jobs(connection, account.id, wanted, page.cursor, page.limit + 1)
    shown, cursor = page.cut(found, lambda job: job.id)
    link_next(request, response, cursor)
    return JobPage(items=[record(job, gateway) for job in shown], next_cursor=cursor)


@router.get("/{job_id}", summary="Look at a job", responses=PROBLEMS(401, 404))
async def look(job_id: str, gateway: Parts, account: Caller, wait: Wait = None) -> JobRecord:
    """Return the job as it is; with `wait`, as soon as it has ended or the time is over."""
    job = await own_job(gateway, account, job_id)
    if wait and not job.ended:
        job = await wait_for_job(gateway, job.id, wait)
    return record(job, gateway)


@router.post("/{job_id}/cancel", status_code=202, summary="Stop a job", responses=PROBLEMS(401, 404, 409))
async def cancel(job_id: str, gateway: Parts, account: Caller) -> JobRecord:
    """Stop a job for good; again for a cancelled one changes nothing. 409 `job_ended` once it completed or failed."""
    async with transaction(gateway.pool) as connection:
        job = await cancel_job(connection, account.id, checked_id(job_id, "job"))
    await remove(gateway.blobs, unused(job))
    return record(job, gateway)


@router.post("/{job_id}/retry", status_code=202, summary="Try a job again", responses=AGAIN)
async def retry(job_id: str, response: Response, gateway: Parts, account: Caller, wait: Wait = None) -> JobRecord:
    """Go on with a failed or cancelled job at its first unfinished step, under the same id and in the same log.

    With `wait` the answer comes as soon as the job has ended (200), or as 202 when the time is over.
    """
    async with transaction(gateway.pool) as connection:
        job = await retry_job(connection, account.id, checked_id(job_id, "job"))
    if wait:
        job = await wait_for_job(gateway, job.id, wait)
        response.status_code = 200 if job.ended else 202
    return record(job, gateway)
