"""``/api/timeline/{project_id}/diff``: what changed between two revisions."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.gateway.api.context import Caller, Parts
from services.gateway.api.records import shown_as
from services.gateway.api.shown import own_project
from services.gateway.domain.timeline.diff import diff_view
from services.gateway.domain.views import View
from services.gateway.handlers.timelines import own_revision

router = APIRouter(prefix="/api/timeline", tags=["timeline"])
Number = Annotated[int, Query(ge=1, le=2**31 - 1)]


class ChangedField(BaseModel):
    """A field of a segment, before and after."""

    field: str = Field(examples=["end"])
    before: Any
    after: Any


class SegmentChange(BaseModel):
    """What happened to a segment; its place is counted from 0, null where it is not."""

    op: Literal["added", "removed", "moved", "changed"]
    name: str | None
    start: float
    end: float
    place_before: int | None
    place_after: int | None
    fields: list[ChangedField] = Field(default_factory=list, description="Only of a changed segment.")


class TimelineDiff(BaseModel):
    """What changed; segments that stayed as they are do not appear."""

    from_revision: int
    to_revision: int
    duration_before: float
    duration_after: float
    segments: list[SegmentChange]
    members: list[str] = Field(description="Members of the timeline besides its segments that differ.")


@router.get("/{project_id}/diff", summary="What changed between two revisions", **shown_as(TimelineDiff, 404, 422))
async def diff(
    project_id: str,
    *,
    gateway: Parts,
    caller: Caller,
    from_: Annotated[Number, Query(alias="from")],
    to: Annotated[Number | None, Query(description="Default: the newest.")] = None,
) -> View:
    """Return what was added, removed, moved and changed from one revision to another."""
    async with gateway.pool.acquire() as connection:
        project = await own_project(connection, caller.id, project_id)
        before = await own_revision(connection, project, from_)
        after = await own_revision(connection, project, to or project.revision)
    found = await asyncio.to_thread(diff_view, before.data, after.data)
    return {"from_revision": before.number, "to_revision": after.number, **found}
