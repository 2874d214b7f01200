"""What people do to a project's timeline, each inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping

from services.gateway.domain import links
from services.gateway.domain.records import Asset, Project, Revision
from services.gateway.domain.refusal import FieldError, Refusal, invalid, not_found
from services.gateway.domain.timeline_data import SegmentData, TimelineData, merge, read
from services.gateway.domain.timeline_rules import references, violations
from services.gateway.store import assets, projects
from shared.contracts.layout import Violation
from shared.db import Connection

INVALID = "timeline_invalid"


async def write(
    connection: Connection, project: Project, asset: Asset, written: Mapping[str, object], current: TimelineData | None
) -> int:
    """Merge what a person wrote into the current timeline and store it as a new revision; return its number.

    Raises the 422 refusal ``timeline_invalid`` with every field at fault; then nothing is stored.
    """
    parsed = read(written)
    if isinstance(parsed, list):
        raise refused(parsed)
    patch, present = parsed
    merged = merge(current, patch, present)
    owned = await owned_references(connection, project.account, merged)
    broken = violations(merged, asset.info.duration, owned)
    if broken:
        raise refused(broken)
    return await store(connection, project, _resolved(merged), "person")


async def store(connection: Connection, project: Project, data: TimelineData, origin: str) -> int:
    """Store ``data`` as the project's next revision; a project that is not at work is ``analyzed`` from then on."""
    number = await projects.add_revision(connection, project.id, data, origin)
    if project.status not in ("analyzing", "rendering"):
        await projects.set_status(connection, project.id, "analyzed")
    return number


async def revert(connection: Connection, project: Project, number: int) -> int:
    """Store an old revision again as the newest one. Raises the 404 refusal."""
    old = await own_revision(connection, project, number)
    return await store(connection, project, old.data, f"revert:{number}")


async def own_revision(connection: Connection, project: Project, number: int) -> Revision:
    """Return one revision. Raises the 404 refusal."""
    found = await projects.revision(connection, project.id, number) if 0 < number < 2**31 else None
    if found is None:
        raise not_found("revision")
    return found


async def owned_references(connection: Connection, account: str, data: TimelineData) -> dict[str, str]:
    """Return the asset id for each media reference of ``data``, as it is written, that is the account's."""
    written = references(data)
    named = {reference: links.key_of(reference) or reference for reference in written}
    owners = await assets.owners(connection, account, set(named.values())) if named else {}
    return {reference: owners[name] for reference, name in named.items() if name in owners}


def refused(broken: list[Violation]) -> Refusal:
    """Return the refusal of a timeline that is broken in these places."""
    errors = [FieldError(v.field, v.code, v.message) for v in broken[:100]]
    return invalid(errors, code=INVALID, message=f"The timeline is not valid: {errors[0].field}: {errors[0].message}")


def _resolved(data: TimelineData) -> TimelineData:
    """Keep object keys instead of links in the sounds: links expire."""
    return data.model_copy(update={"segments": tuple(_resolved_segment(segment) for segment in data.segments)})


def _resolved_segment(segment: SegmentData) -> SegmentData:
    sfx = segment.sfx
    if sfx is None or not (sfx.path or sfx.url):
        return segment
    key = links.key_of(sfx.path or sfx.url or "")
    return segment.model_copy(update={"sfx": sfx.model_copy(update={"path": key, "url": None})})
