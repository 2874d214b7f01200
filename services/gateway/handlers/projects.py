"""What facts about jobs do to assets, projects and timelines."""

from __future__ import annotations

from services.gateway.domain.admission import refusal_of
from services.gateway.domain.effects import Effect, Prepared
from services.gateway.domain.job import Job, JobError
from services.gateway.domain.records import Project, ProjectStatus
from services.gateway.domain.refusal import conflict
from services.gateway.domain.timeline.compile import compile_timeline
from services.gateway.domain.timeline.data import TimelineData
from services.gateway.domain.timeline.plan_view import timeline_of
from services.gateway.domain.timeline.rules import references
from services.gateway.domain.unwanted import files_of
from services.gateway.handlers import chats
from services.gateway.handlers.analysed import learn
from services.gateway.handlers.plans import MAX_DOCUMENT, read_analysis
from services.gateway.handlers.uploads import UPLOADS, give_up, remove_upload
from services.gateway.store import assets, consents, perishable, projects
from shared.blobs import Blobs
from shared.contracts.blob import BlobRef
from shared.contracts.events import (
    EditPlanned,
    Event,
    MediaAnalyzed,
    MediaProbed,
    StepFailed,
    TimelineImported,
    TimelineRendered,
)
from shared.contracts.layout import violations
from shared.contracts.media import Analysis
from shared.contracts.plan import EditPlan
from shared.contracts.timeline import Timeline
from shared.db import Connection
from shared.errors import PermanentError

DEFAULT_RATE = "30/1"
CONSENT_REQUIRED = "consent_required"
_CONSENT_MESSAGE = "The people in this film have not been recorded as agreeing to it."


async def prepare(blobs: Blobs, job: Job, event: Event) -> Prepared:
    """Read the documents that ``event`` points to; write the renderer's one where the job renders its own plan.

    An upload whose probe failed is removed. Safe to do again. Raises ``PermanentError`` for a plan that breaks the
    timeline's invariants, ``BlobMissing`` for a document that is not there.
    """
    if isinstance(event, StepFailed):
        await remove_upload(blobs, job)
        return Prepared()
    if isinstance(event, MediaProbed) and job.kind == "ingest":
        refused = refusal_of(event.info)
        if refused is not None:
            await remove_upload(blobs, job)
        return Prepared(refused=refused)
    if not isinstance(event, EditPlanned):
        return Prepared()
    plan = EditPlan.model_validate_json(await blobs.get_bytes(event.plan, MAX_DOCUMENT))
    if broken := violations(plan.timeline):
        raise PermanentError(
            f"The plan is not valid: {broken[0].field}: {broken[0].message}",
            code="plan_invalid",
            remedy="Plan again, with other wishes.",
        )
    if job.kind == "edit":
        return Prepared(plan=plan)
    analysis = await read_analysis(blobs, job, job.input.sources[0].asset_id)
    rendered = await write_timeline(blobs, job.id, _compiled(plan, analysis, job)) if job.kind == "render" else None
    return Prepared(plan=plan, analysis=analysis, timeline=rendered)


async def write_timeline(blobs: Blobs, job_id: str, timeline: Timeline) -> BlobRef:
    """Store the document that the renderer reads for this job."""
    return await blobs.put_bytes(f"timelines/{job_id}.json", timeline.model_dump_json().encode(), "application/json")


async def apply_effect(connection: Connection, effect: Effect) -> None:
    """Write what ``effect`` means into the gateway's own rows, inside the caller's transaction. Safe to do again."""
    job, fact = effect.job, effect.fact
    if isinstance(fact, MediaProbed) and job.kind in UPLOADS and effect.name == "probed":
        await _add_asset(connection, job, fact)
    elif isinstance(fact, MediaAnalyzed) and effect.name == "analyzed":
        await learn(connection, job, fact)
    elif isinstance(fact, TimelineImported):
        await perishable.hold(connection, [fact.edit.key])
    elif isinstance(fact, TimelineRendered) and effect.name == "rendered":
        await perishable.note(connection, files_of(fact), "film")
    elif effect.name == "cancelled":
        await give_up(connection, job)
    if job.kind == "chat":
        await chats.interpreted(connection, effect)
    elif job.project_id is not None:
        project = await projects.find(connection, job.account, job.project_id, lock=True)
        if project is not None:
            await _move_project(connection, project, effect)


async def _add_asset(connection: Connection, job: Job, fact: MediaProbed) -> None:
    source = job.input.sources[0]
    title = str(job.input.extra.get("title", source.label))
    await assets.add(
        connection,
        asset_id=source.asset_id,
        account=job.account,
        title=title,
        media=source.media,
        info=fact.info,
        thumbnail=fact.thumbnail,
        captions=source.captions,
    )
    if job.project_id is not None:
        await projects.add(
            connection,
            project_id=job.project_id,
            account=job.account,
            title=title,
            asset_id=source.asset_id,
            status="analyzing" if job.input.auto_analyze else "ingested",
        )


async def _move_project(connection: Connection, project: Project, effect: Effect) -> None:
    job, prepared = effect.job, effect.prepared
    if effect.name == "planned" and prepared.plan is not None and job.kind != "edit":
        timeline = timeline_of(prepared.plan, prepared.analysis)
        await projects.add_revision(connection, project.id, timeline, f"plan:{job.id}")
    if effect.name == "imported" and prepared.imported is not None:
        await projects.add_revision(connection, project.id, prepared.imported.timeline, f"import:{job.id}")
    if effect.name == "retried" and job.kind == "render":
        await require_consent(connection, _asset_ids(job))
    status = next_status(project, effect)
    if status is not None and status != project.status:
        await projects.set_status(connection, project.id, status)


def next_status(project: Project, effect: Effect) -> ProjectStatus | None:
    """Return where the project stands after ``effect``; None leaves it where it is."""
    job = effect.job
    if job.kind in ("export", "import"):
        at_rest = project.status not in ("analyzing", "rendering")
        return "analyzed" if effect.name == "imported" and at_rest else None
    match effect.name:
        case "planned" if job.kind in ("ingest", "analysis"):
            return "analyzed"
        case "rendered":
            return "rendered"
        case "retried":
            return "rendering" if job.kind == "render" else "analyzing"
        case "failed" | "cancelled":
            if project.revision > 0:
                return "rendered" if job.input.extra.get("status_before") == "rendered" else "analyzed"
            return "failed" if effect.name == "failed" else "ingested"
    return None


async def refusal(connection: Connection, job: Job, step: str) -> JobError | None:
    """Return why ``step`` may not render for ``job`` now, or None: whoever is to be seen must have agreed to it."""
    missing = await consents.missing(connection, _asset_ids(job))
    return consent_error(missing[0], step) if missing else None


def consent_error(asset_id: str, step: str | None) -> JobError:
    """Return the error of a render that lacks the consent for an asset."""
    return JobError(step=step, code=CONSENT_REQUIRED, message=_CONSENT_MESSAGE, remedy=_consent_remedy(asset_id))


async def require_consent(connection: Connection, asset_ids: list[str]) -> None:
    """Return when consent was given for every asset; it holds for this transaction.

    Raises the 409 refusal ``consent_required``, with the first asset that lacks it.
    """
    missing = await consents.missing(connection, asset_ids)
    if missing:
        raise conflict(
            CONSENT_REQUIRED,
            _CONSENT_MESSAGE,
            remedy=_consent_remedy(missing[0]),
            asset_id=missing[0],
            consent_url=f"/api/consent/{missing[0]}",
        )


def _asset_ids(job: Job) -> list[str]:
    return [source.asset_id for source in job.input.sources]


def _consent_remedy(asset_id: str) -> str:
    return f'POST {{"accepted": true}} to /api/consent/{asset_id}/checkbox first.'


def _compiled(plan: EditPlan, analysis: Analysis | None, job: Job) -> Timeline:
    data: TimelineData = timeline_of(plan, analysis)
    main, rate = job.input.sources[0].asset_id, str(job.input.extra.get("rate", DEFAULT_RATE))
    owned = {reference: reference for reference in references(data)}
    return compile_timeline(data, main, plan.timeline.sources, owned, rate)
