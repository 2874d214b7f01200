"""The public events of a job: what SSE, WebSocket and the topic of job events all carry."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, JsonValue

from services.gateway.domain.job import Job, JobError, JobKind
from services.gateway.domain.results import findings_of
from shared.contracts.envelope import Envelope
from shared.contracts.timeline import Rendered
from shared.contracts.value import Value

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


class Created(Value):
    """The job exists; ``steps`` are what it will go through."""

    kind: JobKind
    status: Literal["queued"] = "queued"
    steps: tuple[str, ...]


class Started(Value):
    """The first sign of life from a worker."""

    status: Literal["processing"] = "processing"
    percent: float


class StepStarted(Value):
    """A worker is at a step."""

    step: str


class Progressed(Value):
    """How far the job and its step are. ``detail`` is the worker's own, such as ``frame`` and ``frames``."""

    percent: float
    eta_seconds: float | None
    step: str
    step_percent: float
    detail: dict[str, float | int | str] = Field(default_factory=dict)


class StepCompleted(Value):
    """A step has its result."""

    step: str
    percent: float


class Logged(Value):
    """A line for people."""

    step: str | None
    message: str


class CheckFailed(Value):
    """An output is there, and is not as it should be."""

    output: str
    findings: list[JsonValue]


class Retried(Value):
    """The job begins again at its first unfinished step; ``run`` counts from 1."""

    status: Literal["queued"] = "queued"
    run: int
    percent: float


class Completed(Value):
    """The end, well."""

    status: Literal["completed"] = "completed"
    percent: float = 100.0
    result: dict[str, JsonValue]


class Failed(Value):
    """The end, with the reason."""

    status: Literal["failed"] = "failed"
    percent: float
    error: JobError


class Cancelled(Value):
    """The end, on request."""

    status: Literal["cancelled"] = "cancelled"
    percent: float


Told = (
    Created
    | Started
    | StepStarted
    | Progressed
    | StepCompleted
    | Logged
    | CheckFailed
    | Retried
    | Completed
    | Failed
    | Cancelled
)
DATA: dict[PublicName, type[Told]] = {
    "created": Created,
    "started": Started,
    "step_started": StepStarted,
    "progress": Progressed,
    "step_completed": StepCompleted,
    "log": Logged,
    "check_failed": CheckFailed,
    "retried": Retried,
    "completed": Completed,
    "failed": Failed,
    "cancelled": Cancelled,
}
_TYPES: dict[type[Told], str] = {model: PREFIX + name for name, model in DATA.items()}


def sealed(told: Told, job: Job, seq: int, *, cause: str | None) -> Envelope:
    """Return the CloudEvent that says ``told``, as number ``seq`` of the job's log."""
    return Envelope(
        source=SOURCE,
        type=_TYPES[type(told)],
        subject=job.id,
        tenant=job.account,
        priority=job.priority,
        causationid=cause,
        traceparent=job.traceparent,
        sequence=seq,
        data=told.model_dump(mode="json"),
    )


def check_failed(output: Rendered) -> CheckFailed:
    """Return what to tell of an output that did not pass its check."""
    return CheckFailed(output=output.name, findings=findings_of(output))
