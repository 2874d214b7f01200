"""``/api/render``: making the film, and how far it is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body
from fastapi.responses import JSONResponse

from services.gateway.api.context import Caller, Parts, Wait, wait_for_job
from services.gateway.api.jobs import own_job
from services.gateway.api.records import answered, shown_as
from services.gateway.api.render_records import RenderStarted, RenderStatus
from services.gateway.api.shown import linker, own_asset, own_project
from services.gateway.domain.refusal import not_found
from services.gateway.domain.render_order import RenderOrder
from services.gateway.domain.render_status import status_view
from services.gateway.domain.views import View
from services.gateway.handlers.rendering import start_render, subject_of
from services.gateway.store import events

router = APIRouter(prefix="/api/render", tags=["render"])


@router.get("/status/{job_id}", summary="How far a render is", **shown_as(RenderStatus, 404))
async def render_status(job_id: str, gateway: Parts, caller: Caller) -> View:
    """Return the status; ``result`` and ``output_url`` are a fresh link once it is finished."""
    job = await own_job(gateway, caller, job_id)
    if job.kind != "render":
        raise not_found("render")
    async with gateway.pool.acquire() as connection:
        logs = await events.lines(connection, job.id)
    return status_view(job, logs, linker(gateway), gateway.settings.films_days)


@router.post(
    "/{project_id}",
    status_code=202,
    summary="Render a project",
    responses=answered(RenderStarted, 404, 409, 422, also=(202,)),
)
async def render(
    project_id: str, gateway: Parts, caller: Caller, wait: Wait, order: Annotated[RenderOrder | None, Body()] = None
) -> JSONResponse:
    """Start a render. An empty timeline is made first and saved. 409 ``consent_required`` without consent.

    With ``wait`` the answer comes when the work is done; it is the same job either way.
    """
    wanted, watermark = order or RenderOrder(), gateway.settings.watermark
    async with gateway.pool.acquire() as connection:
        project = await own_project(connection, caller.id, project_id)
        asset = await own_asset(connection, caller.id, project.asset_id)
        subject = await subject_of(connection, project, asset, wanted.watermark_asset)
    job = await start_render(gateway.pool, gateway.blobs, caller, subject, wanted, watermark=watermark)
    if wait:
        await wait_for_job(gateway, job.id, wait)
    body = {"job_id": job.id, "status_url": f"/api/render/status/{job.id}"}
    return JSONResponse(body, 202, headers={"Location": body["status_url"]})
