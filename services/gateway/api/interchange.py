"""``/api/timeline/{project_id}/export`` and ``/import``: timelines to and from other editors."""

from __future__ import annotations

import asyncio
import re
import unicodedata
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from services.gateway.api.context import Caller, Gateway, Parts, Wait, wait_for_job
from services.gateway.api.jobs import own_job
from services.gateway.api.multipart import form_of, read_form
from services.gateway.api.problems import PROBLEMS
from services.gateway.api.records import ProjectDetail, answered
from services.gateway.api.shown import own_asset, own_project, project_answer, shown_project
from services.gateway.api.uploads import Upload, drain, settle
from services.gateway.domain.account import Account
from services.gateway.domain.job import Job
from services.gateway.domain.kinds import Kind
from services.gateway.domain.refusal import Refusal, wrong_field
from services.gateway.domain.render_order import rate_of
from services.gateway.handlers.exchange import Wanted, of_job, of_project, start_export
from services.gateway.handlers.imports import start_import
from services.gateway.store import perishable
from shared.contracts.ids import new_id
from shared.contracts.interchange import EXPORTS, MODES, ExportFormat, ExportMode, Loss, MediaHint
from shared.contracts.time import Ratio
from shared.db import transaction

router = APIRouter(tags=["interchange"])
DEFAULT_WAIT = 30.0
MAX_FILE = 32 * 1024**2
KIND = Kind("bin", "application/octet-stream")
FILE: dict[str, Any] = {
    "description": "The file, with its losses counted in `X-Cutroom-Losses` and listed in the job's result.",
    "content": {form[1]: {"schema": {"type": "string"}} for form in EXPORTS.values()},
}
Form = Annotated[ExportFormat, Query(alias="to", description="; ".join(f"`{n}`: {e[2]}" for n, e in EXPORTS.items()))]

Mode = Annotated[ExportMode, Query(description=" ".join(f"`{name}`: {what}" for name, what in MODES.items()))]
Fps = Annotated[str | None, Query(description="Frame rate of the sequence; default: the film's.")]
Report = Annotated[bool, Query(description="Answer with the losses instead of the file.")]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the caller of an export wants, from the query."""

    to: Form
    wait: Wait = None
    mode: Mode = "edit"
    fps: Fps = None
    report: Report = False

    @property
    def rate(self) -> Ratio | None:
        """The wished rate; None: the film's. Raises Refusal when it is none."""
        return rate_of(self.fps) if self.fps else None


Asking = Annotated[Asked, Depends()]


class ExchangeReport(BaseModel):
    """An export that is under way, or its report."""

    job_id: str
    status: str = Field(examples=["completed"])
    losses: list[Loss] = Field(description="What the format cannot carry.")
    status_url: str


class ImportedProject(ProjectDetail):
    """The project with its new revision, and what the file held that could not be taken over."""

    job_id: str
    losses: list[Loss]
    unlinked: list[MediaHint] = Field(description="Media of the file that are none of yours.")


@router.get(
    "/api/timeline/{project_id}/export",
    summary="Export a timeline for another editor",
    responses={200: FILE, 202: {"model": ExchangeReport}, **PROBLEMS(401, 404, 409, 422)},
    response_class=Response,
)
async def export(project_id: str, gateway: Parts, caller: Caller, asked: Asking) -> Response:
    """Return the project's timeline as a file. Media are referred to by name; whoever opens it links them again."""
    async with gateway.pool.acquire() as connection:
        project = await own_project(connection, caller.id, project_id)
        asset = await own_asset(connection, caller.id, project.asset_id)
        wanted = await of_project(connection, project, asset, asked.rate)
    return await _exported(gateway, caller, wanted, asked)


@router.get(
    "/api/jobs/{job_id}/export",
    summary="Export the plan of a job for another editor",
    responses={200: FILE, 202: {"model": ExchangeReport}, **PROBLEMS(401, 404, 409, 422)},
    response_class=Response,
)
async def export_plan(job_id: str, gateway: Parts, caller: Caller, asked: Asking) -> Response:
    """Return the timeline that a job planned, also one of several films, as a file."""
    job = await own_job(gateway, caller, job_id)
    wanted = await of_job(gateway.pool, gateway.blobs, caller.id, job, asked.rate)
    return await _exported(gateway, caller, wanted, asked)


@router.post(
    "/api/timeline/{project_id}/import",
    summary="Import a timeline of another editor",
    responses=answered(ImportedProject, 404, 413, 415, 422, also=(200, 202)),
    openapi_extra=form_of(file="OTIO, FCPXML, FCP7 XML, CMX 3600 EDL, or a timeline that was exported as json."),
)
async def import_file(project_id: str, request: Request, gateway: Parts, caller: Caller, wait: Wait) -> JSONResponse:
    """Read a file and make its clips the project's newest revision.

    Its media are found again by id, content, name or reel; ``unlinked`` names those that are none of the project's.
    422 ``interchange_invalid`` for a file that cannot be read, ``media_unlinked`` when no clip is left.
    """
    async with gateway.pool.acquire() as connection:
        project = await own_project(connection, caller.id, project_id)
        asset = await own_asset(connection, caller.id, project.asset_id)
    async with AsyncExitStack() as stack:
        file = Upload(stack, gateway, lambda _: (f"imports/{new_id()}.bin", KIND), MAX_FILE)
        body = request.stream()
        try:
            await read_form(body, request.headers.get("content-type"), {"file": file})
        except Refusal:
            await drain(body)
            raise
        document = await file.commit()
        if document is None:
            raise wrong_field("file", "missing", "The form has no part `file`, or it is empty.")
        try:
            async with transaction(gateway.pool) as connection:
                await settle(connection, document)
                await perishable.hold(connection, [document.key])
        except BaseException:
            await asyncio.shield(file.discard())
            raise
    job = await start_import(gateway.pool, caller, project, asset, document)
    return await _imported(gateway, caller.id, job.id, DEFAULT_WAIT if wait is None else wait)


async def _exported(gateway: Gateway, caller: Account, wanted: Wanted, asked: Asked) -> Response:
    job = await start_export(gateway.pool, gateway.blobs, caller, wanted, asked.to, asked.mode)
    job = await wait_for_job(gateway, job.id, DEFAULT_WAIT if asked.wait is None else asked.wait)
    if job.error is not None:
        raise Refusal(422, job.error.code, job.error.message, remedy=job.error.remedy)
    if not job.ended or asked.report:
        return JSONResponse(_report(job), 200 if job.ended else 202)
    body = await gateway.blobs.get_bytes(str(job.input.extra["key"]), limit=256 * 1024**2)
    name = f"{wanted.title}.{EXPORTS[asked.to][0]}"
    headers = {
        "Content-Disposition": f"attachment; filename=\"{_plain(name)}\"; filename*=UTF-8''{quote(name)}",
        "X-Content-Type-Options": "nosniff",
        "X-Cutroom-Losses": str(len(_report(job)["losses"])),
        "X-Cutroom-Job": job.id,
    }
    return Response(body, media_type=EXPORTS[asked.to][1], headers=headers)


async def _imported(gateway: Gateway, account: str, job_id: str, wait: float) -> JSONResponse:
    job = await wait_for_job(gateway, job_id, wait)
    if job.error is not None:
        raise Refusal(422, job.error.code, job.error.message, remedy=job.error.remedy)
    async with gateway.pool.acquire() as connection:
        shown = await shown_project(gateway, connection, account, job.project_id or "")
    told = job.result or {}
    beside = {"losses": told.get("losses", []), "unlinked": told.get("unlinked", [])}
    return project_answer(shown, 200 if job.ended else 202, job_id=job.id, **beside)


def _report(job: Job) -> dict[str, Any]:
    losses = (job.result or {}).get("losses", [])
    return {"job_id": job.id, "status": job.status, "losses": losses, "status_url": f"/api/jobs/{job.id}"}


def _plain(name: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9._ -]", "_", ascii_only)[:100] or "timeline"
