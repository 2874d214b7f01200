"""Plans that jobs have made, read back."""

from __future__ import annotations

from services.gateway.domain.job import Job
from services.gateway.domain.refusal import conflict, not_found, wrong_field
from services.gateway.domain.timeline.data import TimelineData
from services.gateway.domain.timeline.plan_view import timeline_of
from services.gateway.store import jobs, projects
from shared.blobs import Blobs
from shared.contracts.ids import is_id
from shared.contracts.media import Analysis
from shared.contracts.plan import EditPlan
from shared.db import Pool

MAX_DOCUMENT = 256 * 1024 * 1024


async def read_plan(blobs: Blobs, job: Job) -> EditPlan:
    """Return the plan that ``job`` has made. Raises the 409 refusal ``plan_not_ready`` while there is none."""
    if job.state.plan is None:
        raise conflict("plan_not_ready", f"The job is {job.status} and has no plan.", remedy="Wait for its plan.")
    return EditPlan.model_validate_json(await blobs.get_bytes(job.state.plan, MAX_DOCUMENT))


async def read_analysis(blobs: Blobs, job: Job, asset_id: str) -> Analysis | None:
    """Return the analysis of an asset that ``job`` made or was given; None where it had none."""
    given = next((s.analysis for s in job.input.sources if s.asset_id == asset_id), None)
    ref = job.state.analyses.get(asset_id) or given
    return Analysis.model_validate_json(await blobs.get_bytes(ref, MAX_DOCUMENT)) if ref else None


async def planned_timeline(pool: Pool, blobs: Blobs, account: str, project_id: str, job_id: str) -> TimelineData:
    """Return the plan of a job as a timeline for the project.

    Raises refusals: 404 for a project that is not the account's, 422 for a job that is not, or whose plan does not use
    the project's film, 409 ``plan_not_ready``.
    """
    async with pool.acquire() as connection:
        project = await projects.find(connection, account, project_id)
        job = await jobs.get(connection, job_id) if is_id(job_id) else None
    if project is None:
        raise not_found("project")
    if job is None or job.account != account:
        raise wrong_field("from_plan", "plan_unknown", "There is no such job.")
    plan = await read_plan(blobs, job)
    if project.asset_id not in plan.timeline.sources:
        raise wrong_field("from_plan", "timeline_invalid", "The plan does not use the project's film.")
    return timeline_of(plan, await read_analysis(blobs, job, project.asset_id), project.asset_id)
