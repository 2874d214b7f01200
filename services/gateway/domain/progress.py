"""Progress: what a lossy report from a worker changes in a job, and how often that is worth saying."""

from __future__ import annotations

from datetime import datetime

from services.gateway.domain import public
from services.gateway.domain.flow import Decision, wake
from services.gateway.domain.job import Job, Step
from services.gateway.domain.steps import percent_of
from shared.contracts.events import StepProgress

SECONDS_BETWEEN = 0.25
SOONEST_GUESS = 3.0
MOST_DETAILS = 20
LONGEST_DETAIL = 200


def report(job: Job, command: str | None, progress: StepProgress, now: datetime) -> Decision:
    """Return what a report changes: nothing for an ended job, another run, or when the step was further already."""
    step = next((s for s in job.steps if command is not None and s.command_id == command), None)
    if job.ended or step is None or step.status not in ("pending", "processing"):
        return Decision(job)
    job, step, events = wake(job, step, now)
    detail = _trimmed(progress.detail)
    phase = detail.get("phase")
    if isinstance(phase, str) and job.state.phases.get(step.name) != phase:
        job = _with_phase(job, step.name, phase)
        events += (public.Logged(step=step.name, message=phase),)
    percent = round(min(max(progress.fraction, 0.0), 1.0) * 100, 1)
    if percent > step.percent:
        step = step.model_copy(update={"percent": percent})
        job = job.with_step(step)
        job = job.model_copy(update={"percent": min(percent_of(job), 99.9)})
        job = job.model_copy(update={"eta_seconds": _eta(job, step, detail, now)})
        told = {"percent": job.percent, "eta_seconds": job.eta_seconds, "step_percent": step.percent}
        events += (public.Progressed(**told, step=step.name, detail=detail),)
    return Decision(job, events)


def _eta(job: Job, step: Step, detail: dict[str, float | int | str], now: datetime) -> float | None:
    """Return the seconds that are left: the worker's own guess for the last step, else the past's pace."""
    own = detail.get("eta_seconds")
    last = job.steps[-1].name == step.name
    if last and isinstance(own, int | float) and own >= 0:
        return round(float(own), 1)
    if job.started_at is None or job.percent < SOONEST_GUESS:
        return None
    elapsed = (now - job.started_at).total_seconds()
    return round(max(elapsed, 0.0) * (100 - job.percent) / job.percent, 1)


def _with_phase(job: Job, step: str, phase: str) -> Job:
    state = job.state.model_copy(update={"phases": {**job.state.phases, step: phase}})
    return job.model_copy(update={"state": state})


def _trimmed(detail: dict[str, float | int | str]) -> dict[str, float | int | str]:
    kept = list(detail.items())[:MOST_DETAILS]
    return {k[:LONGEST_DETAIL]: v[:LONGEST_DETAIL] if isinstance(v, str) else v for k, v in kept}
