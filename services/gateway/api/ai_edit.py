"""``/api/videos/{video_id}/ai-edit``: edits by a story, planned, looked at and applied."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from services.gateway.api.context import Caller, Gateway, Parts, Wait, wait_for_job
from services.gateway.api.edit_records import Applied, EditData, EditList, EditStarted, PlannedEdit
from services.gateway.api.jobs import own_job
from services.gateway.api.paging import Page, link_next
from services.gateway.api.records import answered, shown_as
from services.gateway.api.shown import linker, own_video
from services.gateway.domain import ratio
from services.gateway.domain.account import Account
from services.gateway.domain.ai_order import AiEditOrder
from services.gateway.domain.ai_plan import data_view, job_view, plan_view
from services.gateway.domain.job import Job
from services.gateway.domain.records import Asset
from services.gateway.domain.refusal import Refusal, conflict, not_found
from services.gateway.domain.views import View
from services.gateway.handlers.ai_edits import apply_plan, output_keys, start_edit
from services.gateway.handlers.analysed import known_analysis
from services.gateway.handlers.plans import read_plan
from services.gateway.store import edits
from shared.db import transaction

router = APIRouter(prefix="/api/videos/{video_id}/ai-edit", tags=["ai-edit"])
APPLY_WAIT = 60.0
APART = 0.5


@router.get("/data", summary="What is known of a film", **shown_as(EditData, 404))
async def data(video_id: str, gateway: Parts, caller: Caller) -> View:
    """Return the film, its transcription and how much was found in it; zeros before the analysis."""
    async with gateway.pool.acquire() as connection:
        asset = await own_video(connection, caller.id, video_id)
        at_work = await edits.analysed_now(connection, caller.id, asset.id)
    analysis = await known_analysis(gateway.blobs, asset)
    return {
        "video_id": asset.id,
        "media": _media(asset, gateway, at_work=at_work),
        **data_view(analysis, at_work=at_work),
        **_duration(asset),
    }


@router.post(
    "/generate",
    status_code=202,
    summary="Plan an edit by a story",
    responses=answered(EditStarted, 404, 422, also=(202,)),
)
async def generate(video_id: str, order: AiEditOrder, gateway: Parts, caller: Caller, wait: Wait) -> JSONResponse:
    """Start an edit. What is not analysed yet is analysed first; a project's timeline is not touched."""
    if order.aspect_ratios is not None:
        ratio.parse_list(order.aspect_ratios)
    async with transaction(gateway.pool) as connection:
        asset = await own_video(connection, caller.id, video_id)
        job = await start_edit(connection, caller, asset, order)
    if wait:
        job = await wait_for_job(gateway, job.id, wait)
    body = {"job_id": job.id, "status": job.status, "task_id": job.id, "message": "AI edit generation started"}
    return JSONResponse(body, 202, headers={"Location": f"/api/videos/{asset.id}/ai-edit/plan/{job.id}"})


@router.get("/plan/{job_id}", summary="The plan of an edit", **shown_as(PlannedEdit, 404))
async def plan(video_id: str, job_id: str, gateway: Parts, caller: Caller) -> View:
    """Return the edit job with its plan; ``llm_plan`` is null before there is one."""
    job = await _own_edit(gateway, caller, video_id, job_id)
    shown = await _shown(gateway, job)
    if job.state.plan is None:
        return {**shown, "llm_plan": None}
    prompt = job.input.extra.get("story_prompt")
    tone = prompt.get("tone") if isinstance(prompt, dict) else None
    made = await read_plan(gateway.blobs, job)
    return {**shown, "llm_plan": plan_view(made, tone if isinstance(tone, str) else None)}


@router.post(
    "/apply/{job_id}",
    summary="Render a plan",
    responses=answered(Applied, 404, 409, 422, also=(200, 202)),
)
async def apply(
    video_id: str,
    job_id: str,
    *,
    gateway: Parts,
    caller: Caller,
    wait: Wait,
    aspect_ratios: Annotated[list[str] | None, Query(description="A JSON array, or repeated.")] = None,
) -> JSONResponse:
    """Render the plan to each ratio: 200 with the files when they are done, 202 when the wait is over sooner.

    The same plan and ratios again give the same render.
    """
    job = await _own_edit(gateway, caller, video_id, job_id)
    if job.status != "completed":
        raise conflict("plan_not_ready", f"The edit is {job.status}.", remedy="Wait for its plan.")
    ratios = _ratios(aspect_ratios or [], job)
    async with gateway.pool.acquire() as connection:
        asset = await own_video(connection, caller.id, video_id)
    render = await apply_plan(
        gateway.pool, gateway.blobs, caller, job, ratios, title=asset.title, films_days=gateway.settings.films_days
    )
    render = await wait_for_job(gateway, render.id, APPLY_WAIT if wait is None else wait)
    return _applied(gateway, job, render)


@router.get("", summary="Edits of a film, newest first", **shown_as(EditList, 404, 422))
async def list_edits(
    video_id: str, *, request: Request, response: Response, gateway: Parts, caller: Caller, asked: Page
) -> View:
    """Return the edits without their plans."""
    async with gateway.pool.acquire() as connection:
        asset = await own_video(connection, caller.id, video_id)
        found = await edits.edits_of(connection, caller.id, asset.id, limit=asked.limit + 1, before=asked.cursor)
    shown, cursor = asked.cut(found, lambda job: job.id)
    link_next(request, response, cursor)
    jobs = [await _shown(gateway, job) for job in shown]
    return {"video_id": asset.id, "jobs": jobs, "next_cursor": cursor}


def _applied(gateway: Gateway, job: Job, render: Job) -> JSONResponse:
    if render.status in ("failed", "cancelled"):
        error = render.error
        raise Refusal(
            409,
            error.code if error else "render_cancelled",
            error.message if error else "The render was cancelled.",
            remedy=error.remedy if error else "Apply the plan again.",
            extra={"render_job_id": render.id},
        )
    link = linker(gateway)
    body: View = {"job_id": job.id, "status": "processing", "output_paths": {}, "render_job_id": render.id}
    if not render.ended:
        return JSONResponse({**body, "status_url": f"/api/render/status/{render.id}"}, 202)
    paths = {text: link(key) for text, key in output_keys([render], gateway.settings.films_days).items()}
    return JSONResponse({**body, "status": "applied", "output_paths": paths}, 200)


async def _own_edit(gateway: Gateway, caller: Account, video_id: str, job_id: str) -> Job:
    job = await own_job(gateway, caller, job_id)
    if job.kind != "edit" or job.asset_id != video_id.lower():
        raise not_found("edit of this film")
    return job


async def _shown(gateway: Gateway, job: Job) -> View:
    async with gateway.pool.acquire() as connection:
        renders = await edits.renders_of(connection, job.id)
    link = linker(gateway)
    return job_view(job, {text: link(key) for text, key in output_keys(renders, gateway.settings.films_days).items()})


def _ratios(given: list[str], job: Job) -> tuple[str, ...]:
    asked = job.input.extra.get("aspect_ratios")
    wished = [str(text) for text in asked] if isinstance(asked, list) and not given else given
    return ratio.parse_list(wished)


def _media(asset: Asset, gateway: Gateway, *, at_work: bool) -> View:
    video, link = asset.info.video, linker(gateway)
    return {
        "id": asset.id,
        "title": asset.title,
        "duration": round(asset.info.duration, 3),
        "width": video.width if video else None,
        "height": video.height if video else None,
        "fps": round(asset.fps, 3),
        "has_audio": asset.info.audio is not None,
        "url": link(asset.media.key),
        "thumbnail_url": link(asset.thumbnail.key) if asset.thumbnail else None,
        "status": "analyzed" if asset.analysis else "analyzing" if at_work else "ingested",
    }


def _duration(asset: Asset) -> View:
    """Return the video stream's duration, else the container's, and say so when they are far apart."""
    whole = asset.info.duration
    own = asset.info.video.duration if asset.info.video and asset.info.video.duration > 0 else whole
    shown: View = {"video_duration": round(own, 3)}
    if abs(own - whole) > APART:
        note = f"The video stream is {own:.3f} s long, the container {whole:.3f} s."
        shown["notes"] = [{"code": "durations_differ", "message": note}]
    return shown
