"""The public events of a job: what SSE, WebSocket, webhooks and the topic of job events all carry."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, JsonValue

from services.gateway.domain.job import Job, JobError, Step
from services.gateway.domain.results import findings_of
from shared.contracts.envelope import Envelope
from shared.contracts.media import Value
from shared.contracts.timeline import Rendered

PublicName = Literal[
    "created",
    "started",
    "step_started",
    "progress",
    "step_completed",
    "log",
    "check_failed",
    "retried",
    "completed",
    "failed",
    "cancelled",
]
TERMINAL: frozenset[PublicName] = frozenset({"completed", "failed", "cancelled"})
SOURCE = "/services/gateway"
PREFIX = "cutroom.job."


class PublicEvent(Value):
    """One entry of a job's log, before it has its number."""

    name: PublicName
    data: dict[str, JsonValue] = Field(default_factory=dict)


def sealed(event: PublicEvent, job: Job, seq: int, *, cause: str | None) -> Envelope:
    """Return the CloudEvent for ``event`` as number ``seq`` of the job's log."""
    return Envelope(
        source=SOURCE,
        type=PREFIX + event.name,
        subject=job.id,
        tenant=job.account,
        priority=job.priority,
        causationid=cause,
        traceparent=job.traceparent,
        sequence=seq,
        data=event.data,
    )


def created(job: Job) -> PublicEvent:
    """The job exists."""
    steps: list[JsonValue] = [s.name for s in job.steps]
    return PublicEvent(name="created", data={"kind": job.kind, "status": job.status, "steps": steps})


def started(job: Job) -> PublicEvent:
    """The first sign of life from a worker."""
    return PublicEvent(name="started", data={"status": "processing", "percent": job.percent})


def step_started(step: Step) -> PublicEvent:
    """A worker is at a step."""
    return PublicEvent(name="step_started", data={"step": step.name})


def step_completed(job: Job, step: Step) -> PublicEvent:
    """A step has its result."""
    return PublicEvent(name="step_completed", data={"step": step.name, "percent": job.percent})


def progress(job: Job, step: Step, detail: dict[str, float | int | str]) -> PublicEvent:
    """How far the job and its step are."""
    data: dict[str, JsonValue] = {
        "percent": job.percent,
        "eta_seconds": job.eta_seconds,
        "step": step.name,
        "step_percent": step.percent,
        "detail": dict(detail),
    }
    return PublicEvent(name="progress", data=data)


def logged(step: str | None, message: str) -> PublicEvent:
    """A line for people."""
    return PublicEvent(name="log", data={"step": step, "message": message})


def check_failed(output: Rendered) -> PublicEvent:
    """The file is there, and is not as it should be."""
    return PublicEvent(name="check_failed", data={"output": output.name, "findings": findings_of(output)})


def retried(job: Job) -> PublicEvent:
    """The job begins again at its first unfinished step."""
    return PublicEvent(name="retried", data={"status": "queued", "run": job.run, "percent": job.percent})


def completed(job: Job) -> PublicEvent:
    """The end, well."""
    return PublicEvent(name="completed", data={"status": "completed", "percent": 100.0, "result": job.result})


def failed(job: Job, error: JobError) -> PublicEvent:
    """The end, with the reason."""
    return PublicEvent(name="failed", data={"status": "failed", "percent": job.percent, "error": error.model_dump()})


def cancelled(job: Job) -> PublicEvent:
    """The end, on request."""
    return PublicEvent(name="cancelled", data={"status": "cancelled", "percent": job.percent})
