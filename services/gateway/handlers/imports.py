"""Imports of timelines from other editors."""

from __future__ import annotations

from services.gateway.domain.account import Account
from services.gateway.domain.effects import Prepared
from services.gateway.domain.exchange import linked as link
from services.gateway.domain.job import Job, JobError, JobInput
from services.gateway.domain.records import Asset, Project
from services.gateway.domain.relinking import wanted
from services.gateway.domain.timeline.data import MAX_SEGMENTS
from services.gateway.domain.timeline.rules import violations
from services.gateway.handlers.analyses import source_of
from services.gateway.handlers.exchange import own_rate, started
from services.gateway.handlers.plans import MAX_DOCUMENT
from services.gateway.store import assets, projects
from services.gateway.store.matching import matching
from shared.blobs import Blobs
from shared.contracts.blob import BlobRef
from shared.contracts.events import TimelineImported
from shared.contracts.ids import new_id
from shared.contracts.interchange import ImportedEdit
from shared.db import Pool


async def start_import(pool: Pool, caller: Account, project: Project, asset: Asset, document: BlobRef) -> Job:
    """Order the reading of an uploaded file; what comes of it is a new revision of the project."""
    order = JobInput(sources=(source_of(asset),), timeline=document, extra={"rate": own_rate(asset)})
    return await started(pool, caller, project.id, asset.id, "import", order, new_id(), document.key)


async def linked(pool: Pool, blobs: Blobs, job: Job, fact: TimelineImported) -> Prepared:
    """Read what was imported and link it to the account's media; a job with nothing left is refused."""
    edit = ImportedEdit.model_validate_json(await blobs.get_bytes(fact.edit, MAX_DOCUMENT))
    if len(edit.clips) > MAX_SEGMENTS:
        what = f"The file has {len(edit.clips)} clips; a timeline holds {MAX_SEGMENTS}."
        return Prepared(refused=_refused("timeline_invalid", what, "Export a shorter sequence."))
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
                f"No clip of the file could be linked to a film of yours ({names}).",
                "Upload the media under the names that the file uses, or give the project's film that name.",
            )
        )
    media = {a.id: a.info for a in (own, *found)}
    broken = violations(imported.timeline, own.info.duration, {key: key for key in media}, media)
    if broken:
        return Prepared(
            refused=_refused("timeline_invalid", f"{broken[0].field}: {broken[0].message}", "Mend the file.")
        )
    if job.input.timeline is not None:
        await blobs.delete(job.input.timeline.key)  # what a failed import may be tried again with is kept
    return Prepared(imported=imported)


def _refused(code: str, message: str, remedy: str) -> JobError:
    return JobError(step="import", code=code, message=message, remedy=remedy)
