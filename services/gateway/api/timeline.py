"""``/api/timeline``: reading, writing and analysing a project's timeline, and its history."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Header, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from services.gateway.api.context import Caller, Parts, Wait, wait_for_job
from services.gateway.api.edit_records import RevisionPage, RevisionRecord
from services.gateway.api.paging import NumberedPage, link_next
from services.gateway.api.records import AnalyzedProject, ProjectDetail, answered, shown_as
from services.gateway.api.shown import (
    check_match,
    current_timeline,
    linker,
    own_asset,
    own_project,
    project_answer,
    shown_project,
)
from services.gateway.domain.timeline.data import TimelineData
from services.gateway.domain.views import View, revision_item, revision_view
from services.gateway.handlers import analyses, plans, timelines
from services.gateway.store import projects
from shared.contracts.plan import Wishes
from shared.contracts.speech import SpeechWishes
from shared.db import transaction

router = APIRouter(prefix="/api/timeline", tags=["timeline"])
DEFAULT_WAIT = 30.0
IfMatch = Annotated[str | None, Header(description='The revision that the change is meant for, such as `"3"`.')]
AsWritten = Annotated[dict[str, Any], BeforeValidator(lambda written: written, json_schema_input_type=TimelineData)]
EXAMPLE: JsonDict = {"timeline": {"segments": [{"start": 0.0, "end": 3.0, "effects": ["zoom"]}]}}


class TimelineWrite(BaseModel):
    """Either members of a timeline, each replacing the stored one whole, or the job whose plan becomes the timeline."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    timeline: AsWritten | None = Field(default=None, description="`asset` may be there and is ignored.")
    from_plan: str | None = Field(default=None, max_length=64)

    @model_validator(mode="after")
    def _one(self) -> TimelineWrite:
        if (self.timeline is None) == (self.from_plan is None):
            raise ValueError("give either timeline or from_plan")
        return self


class AnalyzeWishes(Wishes, SpeechWishes):
    """What is wished of the edit, and how the words are to be heard."""

    def wishes(self) -> Wishes:
        """Return what is wished of the edit."""
        return Wishes.model_validate(self.model_dump(include=set(Wishes.model_fields)))


class Revert(BaseModel):
    """Which revision is to be the newest again."""

    model_config = ConfigDict(extra="forbid")

    revision: int = Field(ge=1, le=2**31 - 1)


@router.get("/{project_id}", summary="A project with its timeline", responses=answered(ProjectDetail, 404))
async def read_timeline(project_id: str, gateway: Parts, caller: Caller) -> JSONResponse:
    """Return the ProjectDetail; ``timeline`` is null as long as there is none. ``ETag`` is the revision."""
    async with gateway.pool.acquire() as connection:
        return project_answer(await shown_project(gateway, connection, caller.id, project_id))


@router.post(
    "/{project_id}",
    summary="Change a project's timeline",
    responses=answered(ProjectDetail, 404, 409, 412, 422),
)
async def write_timeline(
    project_id: str, written: TimelineWrite, gateway: Parts, caller: Caller, if_match: IfMatch = None
) -> JSONResponse:
    """Store a new revision. Nothing is stored when anything in it is wrong (422 ``timeline_invalid``)."""
    planned: TimelineData | None = None
    parsed = await timelines.parsed(gateway.blobs, caller.id, written.timeline or {})
    if written.from_plan is not None:
        planned = await plans.planned_timeline(gateway.pool, gateway.blobs, caller.id, project_id, written.from_plan)
    async with transaction(gateway.pool) as connection:
        project = await own_project(connection, caller.id, project_id, lock=True)
        check_match(project, if_match)
        if planned is not None:
            await timelines.store(connection, project, planned, f"plan:{written.from_plan}")
        else:
            asset = await own_asset(connection, caller.id, project.asset_id)
            current = await current_timeline(connection, project)
            await timelines.write(connection, project, asset, parsed, current)
        return project_answer(await shown_project(gateway, connection, caller.id, project_id))


@router.post(
    "/{project_id}/analyze",
    summary="Analyse again and make a new timeline",
    responses=answered(AnalyzedProject, 404, 422, also=(200, 202)),
)
async def analyze(
    project_id: str, gateway: Parts, caller: Caller, wait: Wait, order: Annotated[AnalyzeWishes | None, Body()] = None
) -> JSONResponse:
    """Start an analysis, or join the one that runs. 202 while it runs; the edited timeline stays in the history."""
    order = order or AnalyzeWishes()
    async with transaction(gateway.pool) as connection:
        project = await own_project(connection, caller.id, project_id, lock=True)
        asset = await own_asset(connection, caller.id, project.asset_id)
        job = await analyses.join_or_start(connection, caller, project, asset, order.wishes(), order)
    job = await wait_for_job(gateway, job.id, DEFAULT_WAIT if wait is None else wait)
    async with gateway.pool.acquire() as connection:
        shown = await shown_project(gateway, connection, caller.id, project_id)
    return project_answer(shown, 200 if job.ended else 202, job_id=job.id)


@router.get("/{project_id}/revisions", summary="The history of a timeline", **shown_as(RevisionPage, 404, 422))
async def revisions(
    project_id: str, *, request: Request, response: Response, gateway: Parts, caller: Caller, asked: NumberedPage
) -> View:
    """Return the revisions, newest first."""
    async with gateway.pool.acquire() as connection:
        project = await own_project(connection, caller.id, project_id)
        found = await projects.revisions(
            connection, project.id, limit=asked.limit + 1, before=int(asked.cursor or 0) or None
        )
    shown, cursor = asked.cut(found, lambda revision: str(revision.number))
    link_next(request, response, cursor)
    return {"items": [revision_item(revision) for revision in shown], "next_cursor": cursor}


@router.get("/{project_id}/revisions/{number}", summary="One revision", **shown_as(RevisionRecord, 404))
async def revision(project_id: str, number: str, gateway: Parts, caller: Caller) -> View:
    """Return one revision with its whole timeline."""
    async with gateway.pool.acquire() as connection:
        project = await own_project(connection, caller.id, project_id)
        asset = await own_asset(connection, caller.id, project.asset_id)
        wanted = int(number) if number.isascii() and number.isdigit() else 0
        found = await timelines.own_revision(connection, project, wanted)
    return revision_view(found, asset, linker(gateway))


@router.post("/{project_id}/revert", summary="Go back to a revision", responses=answered(ProjectDetail, 404, 412, 422))
async def revert(
    project_id: str, order: Revert, gateway: Parts, caller: Caller, if_match: IfMatch = None
) -> JSONResponse:
    """Store an old revision again as the newest one; nothing of the history is lost."""
    async with transaction(gateway.pool) as connection:
        project = await own_project(connection, caller.id, project_id, lock=True)
        check_match(project, if_match)
        await timelines.revert(connection, project, order.revision)
        return project_answer(await shown_project(gateway, connection, caller.id, project_id))
