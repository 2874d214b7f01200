"""Plans: fetch, decide, act, done."""

from __future__ import annotations

import asyncio
import hashlib
from fractions import Fraction

from pydantic import ValidationError

from services.planner import store
from services.planner.domain.footage import Material
from services.planner.domain.planning import plan
from services.planner.handlers.deps import Deps
from shared.contracts.commands import PlanEdit, PlanSource
from shared.contracts.events import EditPlanned
from shared.contracts.media import Analysis
from shared.errors import BadRequest
from shared.step import Step


async def plan_edit(command: PlanEdit, step: Step, deps: Deps) -> None:
    """Make an edit of the sources; the plan document's name is the hash of its content."""
    sources = [Material(s.asset_id, s.media, await _analysis(s, deps)) for s in command.sources]
    step.progress(0.3)
    made = await asyncio.to_thread(plan, sources, command.wishes, deps.templates)
    body = made.model_dump_json().encode()
    ref = await deps.blobs.put_bytes(f"plans/{hashlib.sha256(body).hexdigest()}.json", body, "application/json")
    seconds = float(made.timeline.frames / Fraction(made.timeline.rate))
    step.log.info("plan.done", clips=len(made.timeline.video), seconds=round(seconds, 3), template=made.template_name)
    async with step.finish() as done:
        await store.save(
            done.connection, command_id=step.command_id, job_id=step.job_id, tenant=step.tenant, ref=ref, plan=made
        )
        fact = EditPlanned(plan=ref, clips=len(made.timeline.video), duration=seconds, planner=made.planner)
        await done.emit(fact)


async def _analysis(source: PlanSource, deps: Deps) -> Analysis:
    try:
        return Analysis.model_validate_json(
            await deps.blobs.get_bytes(source.analysis, limit=deps.settings.max_analysis_bytes)
        )
    except ValidationError as bad:
        fields = [".".join(map(str, error["loc"])) for error in bad.errors()[:20]]
        raise BadRequest(
            f"The analysis of asset {source.asset_id} cannot be read.",
            code="analysis_invalid",
            remedy="Analyse the asset again.",
            details={"fields": fields},
        ) from None
