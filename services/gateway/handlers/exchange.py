"""Exports and imports of a project's timeline."""

from __future__ import annotations

import hashlib
from fractions import Fraction

from services.gateway.domain.account import Account
from services.gateway.domain.compile import compile_timeline
from services.gateway.domain.effects import Prepared
from services.gateway.domain.exchange import linked as link
from services.gateway.domain.exchange import wanted
from services.gateway.domain.job import Job, JobDraft, JobError, JobInput
from services.gateway.domain.records import Asset, Project
from services.gateway.domain.refusal import conflict
from services.gateway.domain.timeline_rules import violations
from services.gateway.handlers.analyses import source_of
from services.gateway.handlers.jobs import start_job
from services.gateway.handlers.plans import MAX_DOCUMENT
from services.gateway.handlers.timelines import owned_references
from services.gateway.store import assets, projects
from services.gateway.store.matching import matching
from shared.blobs import Blobs
from shared.contracts.blob import BlobRef
from shared.contracts.events import TimelineImported
from shared.contracts.interchange import EXPORTS, ExportFormat, ExportMode, ImportedEdit
from shared.contracts.time import fraction_text
from shared.contracts.timeline import Timeline
from shared.db import Connection, Pool, transaction

VERSION = 1
"""Part of an export's key: raise it when a writer writes something else from the same timeline."""
FASTEST = 120


async def compiled(connection: Connection, project: Project, asset: Asset, rate: str | None) -> Timeline:
    """Return the project's timeline on a grid of ``rate``, the film's own by default. Raises 409 ``timeline_empty``."""
    current = await projects.revision(connection, project.id, project.revision) if project.revision else None
    if current is None or not current.data.segments:
        raise conflict("timeline_empty", "The project has no timeline to export.", remedy="Analyse or write one first.")
    owned = await owned_references(connection, project.account, current.data)
    media = await assets.find_all(connection, project.account, set(owned.values()) - {asset.id})
    sources = {a.id: a.source.model_copy(update={"name": a.title}) for a in (asset, *media.values())}
    return compile_timeline(current.data, asset.id, sources, owned, rate or own_rate(asset))


def own_rate(asset: Asset) -> str:
    """Return the frame rate of an asset's picture; 30 where it has none that is a picture's."""
    rate = Fraction(asset.info.video.frame_rate) if asset.info.video else Fraction(30)
    return fraction_text(rate) if 1 <= rate <= FASTEST else "30/1"


def export_key(timeline: bytes, form: ExportFormat, mode: ExportMode, title: str, analysis: BlobRef | None) -> str:
    """Return where an export lies: the same content asked for in the same way is the same file."""
    parts = [str(VERSION), form, mode, title, analysis.key if analysis and mode == "mark_silence" else ""]
    digest = hashlib.sha256("\x1f".join(parts).encode() + b"\x1f" + timeline).hexdigest()
    return f"exports/{digest}.{EXPORTS[form][0]}"


async def start_export(
    pool: Pool, blobs: Blobs, caller: Account, project: Project, asset: Asset, timeline: Timeline,
    form: ExportFormat, mode: ExportMode,
) -> Job:  # fmt: skip
    """Store the timeline document and order the export of it."""
    body = timeline.model_dump_json().encode()
    ref = await blobs.put_bytes(f"timelines/{hashlib.sha256(body).hexdigest()}.json", body, "application/json")
    key = export_key(body, form, mode, project.title, asset.analysis)
    order = JobInput(
        sources=(source_of(asset, analysed=True),),
        timeline=ref,
        extra={"form": form, "mode": mode, "title": project.title, "key": key},
    )
    return await _started(pool, caller, project, "export", order)


async def start_import(pool: Pool, caller: Account, project: Project, asset: Asset, document: BlobRef) -> Job:
    """Order the reading of an uploaded file; what comes of it is a new revision of the project."""
    order = JobInput(sources=(source_of(asset),), timeline=document, extra={"rate": own_rate(asset)})
    return await _started(pool, caller, project, "import", order)


async def linked(pool: Pool, blobs: Blobs, job: Job, fact: TimelineImported) -> Prepared:
    """Read what was imported and link it to the account's media; a job with nothing left is refused."""
    edit = ImportedEdit.model_validate_json(await blobs.get_bytes(fact.edit, MAX_DOCUMENT))
    async with pool.acquire() as connection:
        own = await assets.find(connection, job.account, job.asset_id or "")
        project = await projects.find(connection, job.account, job.project_id or "")
        found = await matching(connection, job.account, wanted(edit.media.values()))
        current = await projects.revision(connection, project.id, project.revision) if project else None
    if own is None:
        return Prepared(
            refused=_refused("asset_missing", "The project's asset is gone.", "Import into another project.")
        )
    imported = link(edit, own, found, current.data if current else None)
    if not imported.timeline.segments:
        names = ", ".join(h.name or h.reel for h in imported.unlinked[:5]) or "the clips lie outside the medium"
        return Prepared(
            refused=_refused(
                "media_unlinked",
                f"No clip of the file could be linked to the project's film ({names}).",
                "Upload the media under the names that the file uses, or import into the project of that film.",
            )
        )
    broken = violations(imported.timeline, own.info.duration, {})
    if broken:
        return Prepared(
            refused=_refused("timeline_invalid", f"{broken[0].field}: {broken[0].message}", "Mend the file.")
        )
    return Prepared(imported=imported)


def _refused(code: str, message: str, remedy: str) -> JobError:
    return JobError(step="import", code=code, message=message, remedy=remedy)


async def _started(pool: Pool, caller: Account, project: Project, kind: str, order: JobInput) -> Job:
    draft = JobDraft.model_validate(
        {
            "account": caller.id,
            "kind": kind,
            "input": order,
            "priority": caller.priority,
            "project_id": project.id,
            "asset_id": project.asset_id,
        }
    )
    async with transaction(pool) as connection:
        return await start_job(connection, draft)
