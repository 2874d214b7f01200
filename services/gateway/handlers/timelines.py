"""What people do to a project's timeline, each inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from services.gateway.domain import links
from services.gateway.domain.luts import written as luts_of
from services.gateway.domain.records import Asset, Project, Revision
from services.gateway.domain.refusal import FieldError, Refusal, invalid, not_found
from services.gateway.domain.timeline.data import SegmentData, TimelineData, merge, read
from services.gateway.domain.timeline.rules import references, violations
from services.gateway.domain.timeline.written import MediaReference
from services.gateway.handlers.luts import held_luts, unknown_luts
from services.gateway.store import assets, projects
from shared.blobs import Blobs
from shared.contracts.layout import Violation
from shared.db import Connection

INVALID = "timeline_invalid"
Layer = TypeVar("Layer", bound=MediaReference)


@dataclass(frozen=True, slots=True)
class Written:
    """What a person wrote: the members ``present`` in ``data``, or what is ``broken``; ``luts`` are held."""

    data: TimelineData
    present: frozenset[str] = frozenset()
    luts: frozenset[str] = frozenset()
    broken: tuple[Violation, ...] = ()


async def parsed(blobs: Blobs, account: str, written: Mapping[str, object]) -> Written:
    """Read what a person wrote, and find the objects that it names: no transaction is to wait for the store."""
    found = read(written)
    if isinstance(found, list):
        return Written(TimelineData(), broken=tuple(found))
    return Written(*found, luts=await held_luts(blobs, found[0], account))


async def write(
    connection: Connection, project: Project, asset: Asset, written: Written, current: TimelineData | None
) -> int:
    """Merge what a person wrote into the current timeline and store it as a new revision; return its number.

    Raises the 422 refusal ``timeline_invalid`` with every field at fault; then nothing is stored.
    """
    if written.broken:
        raise refused(list(written.broken))
    merged = merge(current, written.data, written.present)
    owned = await owned_references(connection, project.account, merged)
    named = await assets.find_all(connection, project.account, set(owned.values()))
    media = {key: found.info for key, found in named.items()}
    broken = violations(merged, asset.info.duration, owned, media)
    broken += unknown_luts(merged, written.luts | frozenset(luts_of(current).values() if current else ()))
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
    """Keep object keys instead of links: links expire."""
    segments = tuple(_resolved_segment(segment) for segment in data.segments)
    changes = {name: _resolved_layers(getattr(data, name)) for name in ("overlays", "sounds", "music")}
    return data.model_copy(update={"segments": segments, **changes})


def _resolved_layers(layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
    return tuple(_keyed(layer) for layer in layers)


def _keyed(layer: Layer) -> Layer:
    if not (layer.path or layer.url):
        return layer
    members = {name: getattr(layer, name) for name in layer.model_fields_set - {"path", "url"}}
    return type(layer).model_validate({**members, "path": links.key_of(layer.path or layer.url or "")})


def _resolved_segment(segment: SegmentData) -> SegmentData:
    parts = {"sounds": _resolved_layers(segment.sounds), "split": _resolved_layers(segment.split)}
    segment = segment.model_copy(update=parts)
    sfx = segment.sfx
    if sfx is None or not (sfx.path or sfx.url):
        return segment
    key = links.key_of(sfx.path or sfx.url or "")
    return segment.model_copy(update={"sfx": sfx.model_copy(update={"path": key, "url": None})})
