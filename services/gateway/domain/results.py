"""The result of a completed job, as it stands in the job's record and in its last event."""

from __future__ import annotations

from pydantic import JsonValue

from services.gateway.domain.job import Job
from shared.contracts.events import ChatInterpreted, EditPlanned, Event, TimelineRendered
from shared.contracts.timeline import Rendered

MOST_FINDINGS = 25


def result_of(job: Job, last: Event | None) -> dict[str, JsonValue]:
    """Return what came out of ``job``; ``last`` is the fact that completed it.

    The findings of checks are cut to ``MOST_FINDINGS`` an output, so that the event fits on the bus.
    """
    result: dict[str, JsonValue] = {}
    if job.state.plan is not None:
        result["plan"] = job.state.plan.model_dump(mode="json")
    if isinstance(last, EditPlanned):
        result |= {"clips": last.clips, "duration": last.duration, "planner": last.planner}
    result |= job.state.exchanged
    if job.kind == "tool":
        result |= _found(job)
    if isinstance(last, ChatInterpreted):
        result |= {"operations": [o.op for o in last.answer.operations], "reply": last.answer.reply}
    if isinstance(last, TimelineRendered):
        result |= _rendered(last.outputs)
    return result


def _found(job: Job) -> dict[str, JsonValue]:
    """Return what a tool made: a picture, or the analysis that has what was asked for."""
    found: dict[str, JsonValue] = {}
    for ref in job.state.analyses.values():
        found["analysis"] = ref.model_dump(mode="json")
    if (grabbed := job.state.grabbed) is not None:
        found["picture"] = grabbed.picture.model_dump(mode="json")
        found |= {"time": grabbed.time, "width": grabbed.width, "height": grabbed.height}
    return found


def findings_of(output: Rendered) -> list[JsonValue]:
    """Return the check's findings on one output, as JSON, at most ``MOST_FINDINGS``."""
    return [f.model_dump(mode="json") for f in output.check.findings[:MOST_FINDINGS]]


def _rendered(outputs: tuple[Rendered, ...]) -> dict[str, JsonValue]:
    files: list[JsonValue] = []
    findings: list[JsonValue] = []
    for output in outputs:
        shown = output.model_dump(mode="json", exclude={"check"})
        found = findings_of(output)
        files.append({**shown, "check": {"passed": output.check.passed, "findings": found}})
        findings += [{**f, "output": output.name} for f in found if isinstance(f, dict)]
    passed = all(o.check.passed for o in outputs)
    return {"outputs": files, "check": {"passed": passed, "findings": findings[:MOST_FINDINGS]}}
