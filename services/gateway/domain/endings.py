"""What belongs to the end of a job: calling off what still runs, and the errors that the flow itself finds."""

from __future__ import annotations

from services.gateway.domain.job import Job, JobError
from services.gateway.domain.steps import Order, kind_of_step
from shared.contracts.commands import CancelStep
from shared.contracts.events import StepFailed
from shared.contracts.ids import derived_id

LONGEST_CODE = 80
LONGEST_TEXT = 2000


def calls_off(job: Job, but: str | None = None) -> tuple[Order, ...]:
    """Return an order to each service that has commands of this job under way."""
    by_topic: dict[str, list[str]] = {}
    for step in job.steps:
        if step.command_id and step.command_id != but and step.status in ("pending", "processing"):
            by_topic.setdefault(kind_of_step(step.name).topic, []).append(step.command_id)
    return tuple(
        Order(derived_id(job.id, "cancel", topic, str(job.run)), topic, CancelStep(command_ids=tuple(ids)))
        for topic, ids in by_topic.items()
    )


def end_steps(job: Job, at_fault: str | None) -> Job:
    """Return the job with its step ``at_fault`` failed and every other unfinished one cancelled."""
    for step in job.steps:
        if step.name == at_fault:
            job = job.with_step(step.model_copy(update={"status": "failed"}))
        elif step.status in ("pending", "processing"):
            job = job.with_step(step.model_copy(update={"status": "cancelled"}))
    return job


def blamed(step: str, fact: StepFailed) -> JobError:
    """Return the error of a step that failed, cut to what fits into an event."""
    message, remedy = fact.message[:LONGEST_TEXT], fact.remedy[:LONGEST_TEXT]
    return JobError(step=step, code=fact.code[:LONGEST_CODE], message=message, remedy=remedy)


def stopped(step: str) -> JobError:
    """Return the error of a step that somebody else stopped."""
    return JobError(step=step, code="step_cancelled", message="The step was stopped.", remedy="Retry the job.")


def unfounded(step: str) -> JobError:
    """Return the error of a step whose foundations are missing."""
    message = f"The step {step} cannot begin: what it builds on was not made."
    return JobError(step=step, code="step_unfounded", message=message, remedy="Start the job again.")
