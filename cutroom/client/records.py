"""What the API answers, as far as the client reads it. Members that it does not know are kept out of the way."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

from shared.contracts.envelope import Envelope
from shared.contracts.media import Analysis
from shared.contracts.timeline import Check

JobStatus = Literal["queued", "processing", "waiting_approval", "completed", "failed", "cancelled"]
Event = Envelope
"""One entry of a job's log; ``sequence`` is its number."""

TERMINAL = frozenset({"cutroom.job.completed", "cutroom.job.failed", "cutroom.job.cancelled"})
"""Types of the last event of a job."""


class Record(BaseModel):
    """Base of the answers: newer servers may say more."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class JobStep(Record):
    """One step; ``percent`` is 0..100."""

    name: str
    status: str
    percent: float = 0.0


class JobFailure(Record):
    """Why a job failed, and what to do."""

    step: str | None = None
    code: str
    message: str
    remedy: str = ""


class Output(Record):
    """A finished file: its signed link, pixels, seconds, and what the check after rendering found."""

    name: str
    url: str
    width: int
    height: int
    duration: float
    check: Check


class JobResult(Record):
    """What came out of a job; a render has outputs."""

    outputs: tuple[Output, ...] = ()
    clips: int | None = None
    duration: float | None = None


class Job(Record):
    """A job of any kind."""

    id: str
    kind: str
    status: JobStatus
    percent: float = 0.0
    eta_seconds: float | None = None
    cost_usd: float = 0.0
    project_id: str | None = None
    asset_id: str | None = None
    steps: tuple[JobStep, ...] = ()
    result: JobResult | None = None
    error: JobFailure | None = None
    created_at: str = ""
    started_at: str | None = None
    ended_at: str | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more happens to it."""
        return self.status in {"completed", "failed", "cancelled"}


class JobPage(Record):
    """A page of jobs, newest first."""

    items: tuple[Job, ...]
    next_cursor: str | None = None


class Asset(Record):
    """An uploaded film; ``duration`` in seconds, ``resolution`` as ``WxH``."""

    id: str
    duration: float
    resolution: str | None = None
    fps: float | None = None
    has_audio: bool = False


class Project(Record):
    """A project on one asset."""

    id: str
    title: str
    status: str
    asset: Asset


class Ingested(Record):
    """An accepted upload; ``job_id`` is null where nothing had to be analysed."""

    asset: Asset
    project: Project
    job_id: str | None = None


class Started(Record):
    """A job that was started."""

    job_id: str


class Analyzed(RootModel[Analysis | Started]):
    """An analysis, or the job that makes it."""


class Held(Record):
    """A file that is held as an asset, of any kind."""

    asset: Asset


class Applied(Record):
    """An edit plan on its way to files: ``render_job_id`` makes them."""

    job_id: str
    status: str
    render_job_id: str | None = None
    output_paths: dict[str, str] = Field(default_factory=dict)
