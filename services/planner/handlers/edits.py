"""Plans: fetch, decide, act, done."""

from __future__ import annotations

from services.planner import store
from services.planner.domain.desk import DeskOrder, PlanMade
from services.planner.handlers.deps import Deps
from services.planner.handlers.modelled import planned_by_model
from services.planner.tools.desk import Desk, desk
from shared.contracts.blob import BlobRef
from shared.contracts.brief import PlanFault, PlanReport
from shared.contracts.commands import PlanEdit
from shared.contracts.events import EditPlanned
from shared.errors import CapabilityMissing
from shared.step import Step


async def plan_edit(command: PlanEdit, step: Step, deps: Deps) -> None:
    """Make an edit of the sources; the plan document's name is the hash of its content."""
    async with desk(
        command.sources, blobs=deps.blobs, settings=deps.settings, templates=deps.templates, folder=step.scratch
    ) as at:
        step.progress(0.3)
        made, ref = await _planned(command, step, deps, at)
    step.log.info(
        "plan.done", clips=made.clips, seconds=round(made.seconds, 3), template=made.template_name, planner=made.planner
    )
    async with step.finish() as done:
        await store.save(
            done.connection, command_id=step.command_id, job_id=step.job_id, tenant=step.tenant, ref=ref, made=made
        )
        fact = EditPlanned(plan=ref, clips=made.clips, duration=made.seconds, planner=made.planner, report=made.report)
        await done.emit(fact)


async def _planned(command: PlanEdit, step: Step, deps: Deps, at: Desk) -> tuple[PlanMade, BlobRef]:
    """Return a plan by the model where one is wanted, else by the rules, with the reason in the plan's report."""
    report = PlanReport()
    if command.brief is not None:
        try:
            model = deps.model()
        except CapabilityMissing as missing:
            fault = PlanFault(code=missing.code, message=f"{missing.message} {missing.remedy}"[:400])
            report, model = PlanReport(faults=(fault,)), None
        if model is not None:
            asked = await planned_by_model(command, step, deps, at, model)
            if not isinstance(asked, PlanReport):
                return asked
            report = asked
    answer, ref = await at.reckon(DeskOrder(op="plan", wishes=command.wishes, report=report))
    if answer.made is None or ref is None:
        raise AssertionError("the rules always give a plan or an error")
    return answer.made, ref
