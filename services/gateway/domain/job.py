"""A job and its steps, as immutable values."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from pydantic import Field, JsonValue

from shared.contracts.blob import BlobRef
from shared.contracts.brief import PlanReport, StoryBrief
from shared.contracts.commands import InterpretChat
from shared.contracts.events import FrameGrabbed
from shared.contracts.ids import new_id
from shared.contracts.media import Part
from shared.contracts.plan import Wishes
from shared.contracts.timeline import Output, RenderOptions
from shared.contracts.value import Value

JobKind = Literal["ingest", "asset", "analysis", "edit", "render", "export", "import", "tool", "chat"]
JobStatus = Literal["queued", "processing", "completed", "failed", "cancelled"]
StepStatus = Literal["pending", "processing", "completed", "failed", "cancelled"]
ENDED: frozenset[JobStatus] = frozenset({"completed", "failed", "cancelled"})


class JobSource(Value):
    """An asset that a job works on. ``analysis`` is given when it is already known: then it is not analysed again."""

    asset_id: str
    media: BlobRef
    captions: BlobRef | None = None
    language: str | None = None
    hotwords: str = ""
    speech_model: str = ""
    analysis: BlobRef | None = None
    label: str = ""


class JobInput(Value):
    """What a job was asked for; it never changes.

    With a ``brief`` a language model plans, where there is one. ``timeline`` is a stored timeline document ready for
    the renderer; without one a render plans its own. ``extra`` is for the route that started the job: the flow never
    looks at it.

    ``parts``: what of an analysis is wanted, empty for all. ``time``: a tool makes a picture of this second.
    """

    sources: tuple[JobSource, ...] = ()
    wishes: Wishes = Field(default_factory=Wishes)
    brief: StoryBrief | None = None
    chat: InterpretChat | None = None
    auto_analyze: bool = True
    timeline: BlobRef | None = None
    outputs: tuple[Output, ...] = ()
    options: RenderOptions = Field(default_factory=RenderOptions)
    parts: tuple[Part, ...] = ()
    time: float | None = None
    extra: dict[str, JsonValue] = Field(default_factory=dict)


class JobState(Value):
    """What the steps have made so far; ``analyses`` by asset id, ``phases`` by step name (the last one told).

    ``exchanged`` is what an export or import reports.
    """

    analyses: dict[str, BlobRef] = Field(default_factory=dict)
    plan: BlobRef | None = None
    report: PlanReport | None = None
    timeline: BlobRef | None = None
    phases: dict[str, str] = Field(default_factory=dict)
    grabbed: FrameGrabbed | None = None
    exchanged: dict[str, JsonValue] = Field(default_factory=dict)


class JobError(Value):
    """Why a job failed; ``step`` is null when no step was at fault."""

    step: str | None
    code: str
    message: str
    remedy: str


class Step(Value):
    """One step; ``percent`` is 0..100. ``command_id`` is the order of the current run, null before it is sent."""

    name: str
    status: StepStatus = "pending"
    percent: float = 0.0
    command_id: str | None = None


class JobDraft(Value):
    """An order for a new job. ``priority`` is 0..9, higher first."""

    id: str = Field(default_factory=new_id)
    account: str
    kind: JobKind
    input: JobInput
    priority: int = Field(default=0, ge=0, le=9)
    project_id: str | None = None
    asset_id: str | None = None
    traceparent: str | None = None


class Job(Value):
    """A job. ``percent`` is 0..100 and never goes back; ``run`` counts from 1; ``last_seq`` is its newest event."""

    id: str
    account: str
    kind: JobKind
    status: JobStatus = "queued"
    percent: float = 0.0
    eta_seconds: float | None = None
    cost_usd: float = 0.0
    priority: int = 0
    run: int = 1
    project_id: str | None = None
    asset_id: str | None = None
    input: JobInput
    state: JobState = Field(default_factory=JobState)
    steps: tuple[Step, ...] = ()
    result: dict[str, JsonValue] | None = None
    error: JobError | None = None
    traceparent: str | None = None
    last_seq: int = 0
    created_at: datetime = Field(default_factory=lambda: datetime.now(UTC))
    started_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more happens to this run."""
        return self.status in ENDED

    def step(self, name: str) -> Step | None:
        """Return the step of that name."""
        return next((s for s in self.steps if s.name == name), None)

    def with_step(self, step: Step) -> Job:
        """Return the job with ``step`` in the place of the step of the same name."""
        return self.model_copy(update={"steps": tuple(step if s.name == step.name else s for s in self.steps)})
