"""``/api/templates``: timelines with blanks, saved once and filled for each video."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from services.gateway.api.context import Caller, Parts, checked_id
from services.gateway.api.paging import Page, link_next
from services.gateway.api.problems import PROBLEMS
from services.gateway.api.records import Moment, ProjectDetail, answered, shown_as
from services.gateway.api.shown import current_timeline, own_asset, own_project, project_answer, shown_project
from services.gateway.domain.merge_fields import (
    MAX_VARIABLES,
    Filling,
    SavedTemplate,
    Variable,
    declared_wrongly,
    filled,
    filled_wrongly,
    media_of,
    values_of,
)
from services.gateway.domain.refusal import FieldError, invalid, not_found
from services.gateway.domain.views import View
from services.gateway.handlers import timelines
from services.gateway.store import assets, templates
from shared.contracts.ids import new_id
from shared.db import Connection, transaction

router = APIRouter(prefix="/api/templates", tags=["templates"])
EXAMPLE: dict[str, Any] = {
    "name": "Weekly news",
    "variables": [{"name": "title", "type": "text"}, {"name": "length", "type": "seconds", "default": 4}],
    "timeline": {
        "segments": [
            {"start": 0, "end": "{{length}}", "captions": [{"text": "This week: {{title}}", "start": 0, "end": 2}]}
        ]
    },
}


class TemplateWrite(BaseModel):
    """Members of a timeline with ``{{name}}`` in texts, media (``asset_id``) and numbers, and the variables' types."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    name: str = Field(min_length=1, max_length=120)
    description: str = Field(default="", max_length=2000)
    variables: tuple[Variable, ...] = Field(default=(), max_length=MAX_VARIABLES)
    timeline: dict[str, JsonValue]


class TemplateRecord(TemplateWrite):
    """A saved template."""

    id: str
    created_at: Moment


class TemplatePage(BaseModel):
    """A page of saved templates, newest first."""

    items: list[TemplateRecord]
    next_cursor: str | None


class Filled(BaseModel):
    """The project whose timeline it becomes, and a value for every variable without a default."""

    model_config = ConfigDict(extra="forbid")

    project_id: str = Field(max_length=64)
    variables: dict[str, Filling] = Field(default_factory=dict, examples=[{"title": "Boats", "length": 4}])


class Removed(BaseModel):
    """What was deleted."""

    id: str
    deleted: bool


@router.post(
    "", status_code=201, summary="Save a timeline with blanks", responses=answered(TemplateRecord, 422, also=(201,))
)
async def save(written: TemplateWrite, gateway: Parts, caller: Caller) -> JSONResponse:
    """Keep a template. 422 names blanks that no variable declares and defaults that do not fit their type."""
    wrong = declared_wrongly(written.variables, written.timeline)
    if wrong:
        raise invalid(wrong[:50], code="template_invalid", message=f"{wrong[0].field}: {wrong[0].message}")
    template = SavedTemplate(
        id=new_id(),
        account=caller.id,
        name=written.name,
        description=written.description,
        variables=written.variables,
        timeline=written.timeline,
        created_at=datetime.now(UTC),
    )
    async with transaction(gateway.pool) as connection:
        await templates.add(connection, template)
    return JSONResponse(_view(template), 201, headers={"Location": f"/api/templates/saved/{template.id}"})


@router.get("/saved", summary="The templates that you saved", **shown_as(TemplatePage, 422))
async def saved(*, request: Request, response: Response, gateway: Parts, caller: Caller, asked: Page) -> View:
    """Return the account's templates, newest first."""
    async with gateway.pool.acquire() as connection:
        found = await templates.newest(connection, caller.id, limit=asked.limit + 1, before=asked.cursor)
    shown, cursor = asked.cut(found, lambda template: template.id)
    link_next(request, response, cursor)
    return {"items": [_view(template) for template in shown], "next_cursor": cursor}


@router.get("/saved/{template_id}", summary="One saved template", **shown_as(TemplateRecord, 404))
async def one(template_id: str, gateway: Parts, caller: Caller) -> View:
    """Return a template with its variables and its timeline."""
    async with gateway.pool.acquire() as connection:
        return _view(await _own(connection, caller.id, template_id))


@router.delete("/saved/{template_id}", summary="Delete a saved template", responses=answered(Removed, 404))
async def remove(template_id: str, gateway: Parts, caller: Caller) -> JSONResponse:
    """Delete a template; timelines made from it stay."""
    async with transaction(gateway.pool) as connection:
        if not await templates.remove(connection, caller.id, checked_id(template_id, "template")):
            raise not_found("template")
    return JSONResponse({"id": template_id, "deleted": True})


@router.post(
    "/{template_id}/apply",
    summary="Fill a template for a project",
    responses={**answered(ProjectDetail, 404, 422), **PROBLEMS(401)},
)
async def apply(template_id: str, order: Annotated[Filled, Body()], gateway: Parts, caller: Caller) -> JSONResponse:
    """Fill the blanks and store the result as the project's newest revision, held to the rules of every timeline.

    Values are data: what stands in them is never read as a blank.
    """
    async with gateway.pool.acquire() as connection:
        template = await _own(connection, caller.id, template_id)
        await own_project(connection, caller.id, order.project_id)
        wrong = filled_wrongly(template, order.variables)
        values = values_of(template, order.variables)
        wrong += [] if wrong else await _foreign(connection, caller.id, media_of(template, values))
    if wrong:
        raise invalid(wrong, code="variables_invalid")
    written = filled(dict(template.timeline), values)
    assert isinstance(written, dict)
    parsed = await timelines.parsed(gateway.blobs, caller.id, written)
    async with transaction(gateway.pool) as connection:
        project = await own_project(connection, caller.id, order.project_id, lock=True)
        asset = await own_asset(connection, caller.id, project.asset_id)
        await timelines.write(connection, project, asset, parsed, await current_timeline(connection, project))
        return project_answer(await shown_project(gateway, connection, caller.id, project.id))


async def _own(connection: Connection, account: str, template_id: str) -> SavedTemplate:
    found = await templates.find(connection, account, checked_id(template_id, "template"))
    if found is None:
        raise not_found("template")
    return found


async def _foreign(connection: Connection, account: str, media: dict[str, str]) -> list[FieldError]:
    owned = await assets.find_all(connection, account, set(media.values())) if media else {}
    message = "It is the id of no asset of yours."
    return [
        FieldError(f"variables.{name}", "media_reference_invalid", message)
        for name, asset in media.items()
        if asset not in owned
    ]


def _view(template: SavedTemplate) -> View:
    return template.model_dump(mode="json", exclude={"account"})
