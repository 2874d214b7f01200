"""Exports of timelines to other editors."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from services.gateway.domain.account import Account
from services.gateway.domain.job import Job, JobDraft, JobInput, JobSource
from services.gateway.domain.records import Asset, Project
from services.gateway.domain.refusal import conflict
from services.gateway.domain.timeline.compile import compile_timeline, retime
from services.gateway.handlers.analyses import source_of
from services.gateway.handlers.jobs import start_job
from services.gateway.handlers.plans import read_plan
from services.gateway.handlers.timelines import owned_references
from services.gateway.store import assets, jobs, perishable, projects
from shared.blobs import Blobs
from shared.contracts.blob import BlobRef
from shared.contracts.ids import is_id, new_id
from shared.contracts.interchange import EXPORTS, ExportFormat, ExportMode
from shared.contracts.time import fraction_text
from shared.contracts.timeline import Timeline
from shared.db import Connection, Pool, transaction

VERSION = 1
"""Part of an export's key: raise it when a writer writes something else from the same timeline."""
FASTEST = 120


@dataclass(frozen=True, slots=True)
class Wanted:
    """A timeline to be exported, with the ``media`` that it cuts, and the ``plan`` that it came from, if any."""

    timeline: Timeline
    title: str
    media: tuple[Asset, ...]
    project_id: str | None = None
    plan: BlobRef | None = None


async def of_project(connection: Connection, project: Project, asset: Asset, rate: str | None) -> Wanted:
    """Return the project's timeline on a grid of ``rate``, the film's own by default. Raises 409 ``timeline_empty``."""
    current = await projects.revision(connection, project.id, project.revision) if project.revision else None
    if current is None or not current.data.segments:
        raise conflict("timeline_empty", "The project has no timeline to export.", remedy="Analyse or write one first.")
    owned = await owned_references(connection, project.account, current.data)
    media = await assets.find_all(connection, project.account, set(owned.values()) - {asset.id})
    known = (asset, *media.values())
    sources = {a.id: a.source.model_copy(update={"name": a.title}) for a in known}
    timeline = compile_timeline(current.data, asset.id, sources, owned, rate or own_rate(asset))
    origin = current.origin.partition(":")
    made = await jobs.get(connection, origin[2]) if origin[0] == "plan" and is_id(origin[2]) else None
    return Wanted(timeline, project.title, known, project.id, made.state.plan if made else None)


async def of_job(pool: Pool, blobs: Blobs, account: str, job: Job, rate: str | None) -> Wanted:
    """Return the timeline that ``job`` planned, over all its films. Raises 409 ``plan_not_ready``."""
    plan = await read_plan(blobs, job)
    async with pool.acquire() as connection:
        found = await assets.find_all(connection, account, set(plan.timeline.sources))
    names = {key: found[key].title if key in found else "" for key in plan.timeline.sources}
    sources = {k: s.model_copy(update={"name": names[k]}) for k, s in plan.timeline.sources.items()}
    timeline = plan.timeline.model_copy(update={"sources": sources})
    if not found:
        raise conflict("asset_missing", "The films of the plan are gone.", remedy="Plan again.")
    title = ", ".join(n for n in names.values() if n)[:120] or "Edit"
    return Wanted(retime(timeline, rate or timeline.rate), title, tuple(found.values()), job.project_id, job.state.plan)


def own_rate(asset: Asset) -> str:
    """Return the frame rate of an asset's picture; 30 where it has none that is a picture's."""
    rate = Fraction(asset.info.video.frame_rate) if asset.info.video else Fraction(30)
    return fraction_text(rate) if 1 <= rate <= FASTEST else "30/1"


def export_key(timeline: bytes, form: ExportFormat, mode: ExportMode, wanted: Wanted) -> str:
    """Return where an export lies: the same content asked for in the same way is the same file."""
    parts = [str(VERSION), form, mode, wanted.title]
    if mode == "mark_silence":
        parts += [ref.key if (ref := _heard(asset)) else "" for asset in wanted.media]
    if mode == "slices":
        parts.append(wanted.plan.key if wanted.plan else "")
    digest = hashlib.sha256("\x1f".join(parts).encode() + b"\x1f" + timeline).hexdigest()
    return f"exports/{digest}.{EXPORTS[form][0]}"


async def start_export(
    pool: Pool, blobs: Blobs, caller: Account, wanted: Wanted, form: ExportFormat, mode: ExportMode
) -> Job:
    """Store the timeline document and order the export of it."""
    body = wanted.timeline.model_dump_json().encode()
    # a document of its own: an object that is written again vanishes for a moment for whoever reads it
    job_id = new_id()
    key = await _place(pool, export_key(body, form, mode, wanted), f"exports/{job_id}.{EXPORTS[form][0]}")
    ref = await blobs.put_bytes(f"timelines/{job_id}.json", body, "application/json")
    order = JobInput(
        sources=_marked(wanted.media) if mode == "mark_silence" else (),
        parts=("sound",) if mode == "mark_silence" else (),
        timeline=ref,
        extra={
            "form": form,
            "mode": mode,
            "title": wanted.title,
            "key": key,
            "plan": wanted.plan.model_dump(mode="json") if wanted.plan else None,
        },
    )
    return await started(pool, caller, wanted.project_id, wanted.media[0].id, "export", order, job_id, ref.key)


def _heard(asset: Asset) -> BlobRef | None:
    """Return the document that knows where the asset is silent, if there is one: the sound's part of it is enough."""
    return asset.known.get("sound", asset.analysis)


def _marked(media: Sequence[Asset]) -> tuple[JobSource, ...]:
    """Return the films that can be silent; what is not known of their sound is found out first."""
    heard = (asset for asset in media if asset.info.audio is not None)
    return tuple(source_of(asset).model_copy(update={"analysis": _heard(asset)}) for asset in heard)


async def _place(pool: Pool, key: str, own: str) -> str:
    """Return where an export is to lie: under the ``key`` of its content, or its ``own`` while that is being swept."""
    async with pool.acquire() as connection:
        if await perishable.hold(connection, [key]):
            return key
        await perishable.hold(connection, [own])
    return own


async def started(
    pool: Pool,
    caller: Account,
    project_id: str | None,
    asset_id: str,
    kind: str,
    order: JobInput,
    job_id: str,
    passes: str,
) -> Job:
    """Order a job over a document that is needed for some days only, the object ``passes``."""
    draft = JobDraft.model_validate(
        {
            "id": job_id,
            "account": caller.id,
            "kind": kind,
            "input": order,
            "priority": caller.priority,
            "project_id": project_id,
            "asset_id": asset_id,
        }
    )
    async with transaction(pool) as connection:
        await perishable.hold(connection, [passes])
        return await start_job(connection, draft)
