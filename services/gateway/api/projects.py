"""Projects and assets as lists and records, and what an edit can be made with."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import Field

from services.gateway.api.asset_records import HeldAsset, held_view
from services.gateway.api.context import Caller, Parts
from services.gateway.api.edit_records import Templates
from services.gateway.api.paging import Page, link_next
from services.gateway.api.records import AssetPage, AssetRecord, ProjectDetail, ProjectItem, answered, shown_as
from services.gateway.api.shown import linker, own_asset, shown_project
from services.gateway.api.tool_runs import not_ready
from services.gateway.domain.kinds import Kind
from services.gateway.domain.knowledge import PARTS, documents
from services.gateway.domain.refusal import wrong_field
from services.gateway.domain.views import View, asset_view, project_item
from services.gateway.handlers.analysed import known_analysis
from services.gateway.store import assets, projects
from shared.contracts.ids import new_id
from shared.contracts.media import Analysis
from shared.contracts.plan import TEMPLATES
from shared.db import transaction

router = APIRouter(prefix="/api", tags=["projects"])
CAPTIONS = Kind("txt", "text/plain; charset=utf-8")
SUBTITLES = {"requestBody": {"required": True, "content": {"text/plain": {"schema": {"type": "string"}}}}}
ProjectId = Annotated[str, Field(description="The id of a project.")]


@router.get("/projects", summary="Projects, newest first", **shown_as(list[ProjectItem], 422))
async def list_projects(
    request: Request, response: Response, gateway: Parts, caller: Caller, asked: Page
) -> list[View]:
    """Return a bare array; the next page stands in the header ``Link``."""
    async with gateway.pool.acquire() as connection:
        found = await projects.newest(connection, caller.id, limit=asked.limit + 1, before=asked.cursor)
        shown, cursor = asked.cut(found, lambda project: project.id)
        media = await assets.find_all(connection, caller.id, {project.asset_id for project in shown})
    link_next(request, response, cursor)
    return [project_item(project, media[project.asset_id], linker(gateway)) for project in shown]


@router.get("/projects/{project_id}", summary="One project", **shown_as(ProjectDetail, 404))
async def read_project(project_id: ProjectId, gateway: Parts, caller: Caller) -> View:
    """Return the ProjectDetail."""
    async with gateway.pool.acquire() as connection:
        return await shown_project(gateway, connection, caller.id, project_id)


@router.get("/assets", summary="Assets, newest first", **shown_as(AssetPage, 422))
async def list_assets(request: Request, response: Response, gateway: Parts, caller: Caller, asked: Page) -> View:
    """Return ``{items, next_cursor}``."""
    async with gateway.pool.acquire() as connection:
        found = await assets.newest(connection, caller.id, limit=asked.limit + 1, before=asked.cursor)
    shown, cursor = asked.cut(found, lambda asset: asset.id)
    link_next(request, response, cursor)
    return {"items": [asset_view(asset, linker(gateway)) for asset in shown], "next_cursor": cursor}


@router.get("/assets/{asset_id}", summary="One asset", **shown_as(HeldAsset, 404))
async def read_asset(asset_id: str, gateway: Parts, caller: Caller) -> View:
    """Return the asset's record with its kind and what the first look at it told."""
    async with gateway.pool.acquire() as connection:
        return held_view(await own_asset(connection, caller.id, asset_id), linker(gateway))


@router.get("/assets/{asset_id}/analysis", summary="The analysis of an asset", responses=answered(Analysis, 404, 409))
async def read_analysis(asset_id: str, gateway: Parts, caller: Caller) -> Response:
    """Return what is known: shots, faces, silences, transcript, beats and curves. 409 before anything is.

    `parts` says what was looked for, `missing` what was not yet: ask for it with `POST …/analyze`.
    """
    async with gateway.pool.acquire() as connection:
        asset = await own_asset(connection, caller.id, asset_id)
    places = documents(asset.known)
    if not places:
        raise not_ready(asset, PARTS)
    if len(places) == len(PARTS) and len({ref.key for ref in places.values()}) == 1:
        whole = places["speech"]
        headers = {"Content-Length": str(whole.size)}
        return StreamingResponse(gateway.blobs.read(whole.key), headers=headers, media_type="application/json")
    found = await known_analysis(gateway.blobs, asset)
    assert found is not None
    return Response(await asyncio.to_thread(found.model_dump_json), media_type="application/json")


@router.put(
    "/assets/{asset_id}/transcript",
    summary="Replace the subtitles of an asset",
    **shown_as(AssetRecord, 404, 413),
    openapi_extra=SUBTITLES,
)
async def write_transcript(asset_id: str, request: Request, gateway: Parts, caller: Caller) -> View:
    """Take a subtitle file (SRT, VTT, ASS or JSON) as the body. The next analysis reads its words from there."""
    body = await request.body()
    if not body.strip():
        raise wrong_field("body", "captions_empty", "The body is empty.")
    async with gateway.pool.acquire() as connection:
        asset = await own_asset(connection, caller.id, asset_id)
    key = f"captions/{asset.id}/{new_id()}.{CAPTIONS.ending}"
    blob = await gateway.blobs.put_bytes(key, body, CAPTIONS.content_type)
    async with transaction(gateway.pool) as connection:
        await assets.set_captions(connection, asset.id, blob)
        return asset_view(await own_asset(connection, caller.id, asset.id), linker(gateway))


@router.get("/templates", summary="Styles that an edit can be asked for", **shown_as(Templates))
async def list_templates() -> View:
    """Return names and what they do."""
    return {"items": [{"name": name, "description": text} for name, text in TEMPLATES.items()], "next_cursor": None}
