"""Starting a render of a project's timeline."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from services.gateway.domain.account import Account
from services.gateway.domain.job import Job, JobDraft, JobInput
from services.gateway.domain.records import Asset, Project
from services.gateway.domain.refusal import wrong_field
from services.gateway.domain.render_order import RenderOrder, looked, options_of, outputs_wanted, rate_of
from services.gateway.domain.timeline.compile import compile_timeline
from services.gateway.domain.timeline.data import TimelineData
from services.gateway.domain.timeline.laying import marked
from services.gateway.handlers.analyses import source_of
from services.gateway.handlers.jobs import start_job
from services.gateway.handlers.luts import with_luts
from services.gateway.handlers.projects import require_consent, write_timeline
from services.gateway.handlers.sightings import with_sightings
from services.gateway.handlers.timelines import owned_references
from services.gateway.store import assets, projects
from shared.blobs import Blobs
from shared.contracts.blob import BlobRef
from shared.contracts.ids import new_id
from shared.contracts.timeline import Timeline
from shared.db import Connection, Pool, transaction


@dataclass(frozen=True, slots=True)
class Subject:
    """What is rendered: the project as it is, its film first among the ``media``, and who owns its sounds."""

    project: Project
    media: Mapping[str, Asset]
    timeline: TimelineData | None
    owned: Mapping[str, str]


async def subject_of(connection: Connection, project: Project, asset: Asset, mark: str | None = None) -> Subject:
    """Load what a render of the project needs; ``mark`` is the asset of its watermark.

    Raises the 409 refusal ``consent_required``, and 422 for a watermark that is no picture of the account's.
    """
    current = await projects.revision(connection, project.id, project.revision) if project.revision else None
    timeline = current.data if current and current.data.segments else None
    owned = await owned_references(connection, project.account, timeline) if timeline else {}
    sounds = await assets.find_all(connection, project.account, set(owned.values()) - {asset.id})
    marks = await assets.find_all(connection, project.account, {mark}) if mark else {}
    if mark and (mark not in marks or marks[mark].info.video is None or timeline is None):
        why = "It is no picture of yours, or the project has no timeline yet."
        raise wrong_field("watermark_asset", "media_reference_invalid", why)
    media = {asset.id: asset, **sounds, **marks}
    await require_consent(connection, list(media))
    return Subject(project, media, timeline, owned)


async def start_render(
    pool: Pool, blobs: Blobs, caller: Account, subject: Subject, order: RenderOrder, *, watermark: str
) -> Job:
    """Write the renderer's document and start the job; without a timeline the job makes one first.

    ``watermark`` is the text that the server is set to. Consent is looked at again in the transaction that starts it.
    """
    order = looked(order, subject.timeline.look if subject.timeline else None)
    project, job_id, rate = subject.project, new_id(), rate_of(order.fps)
    document: BlobRef | None = None
    if subject.timeline is not None:
        # Thousands of segments take a second; in a thread of its own that second is shared with other requests.
        laid = await asyncio.to_thread(_compiled, subject, subject.timeline, rate)
        compiled = await with_sightings(blobs, laid, subject.media)
        if mark := order.watermark_asset:
            compiled = marked(compiled, mark, subject.media[mark].source)
        document = await write_timeline(blobs, job_id, await with_luts(blobs, compiled, caller.id))
    job_input = JobInput(
        sources=tuple(source_of(asset, analysed=True) for asset in subject.media.values()),
        timeline=document,
        outputs=outputs_wanted(order),
        options=options_of(order, title=project.title, job_id=job_id, watermark=watermark),
        extra={"rate": rate, "revision": project.revision, "status_before": project.status},
    )
    draft = JobDraft(
        id=job_id,
        account=caller.id,
        kind="render",
        input=job_input,
        priority=caller.priority,
        project_id=project.id,
        asset_id=project.asset_id,
    )
    async with transaction(pool) as connection:
        await require_consent(connection, list(subject.media))
        await projects.set_status(connection, project.id, "rendering")
        return await start_job(connection, draft)


def _compiled(subject: Subject, timeline: TimelineData, rate: str) -> Timeline:
    sources = {asset.id: asset.source for asset in subject.media.values()}
    return compile_timeline(timeline, subject.project.asset_id, sources, subject.owned, rate)
