"""Progress reports: what they change in a job, and what they cannot."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.gateway.domain import flow, public
from services.gateway.domain.effects import Prepared
from services.gateway.domain.job import Job, JobDraft, JobInput, JobSource
from services.gateway.domain.progress import report
from shared.contracts.blob import BlobRef
from shared.contracts.events import MediaProbed, StepProgress
from shared.contracts.media import MediaInfo

NOW = datetime(2026, 11, 2, tzinfo=UTC)
BLOB = BlobRef(key="x", sha256="", size=1, content_type="a/b")
PROBED = MediaProbed(asset_id="a", info=MediaInfo(kind="video", container="mp4", duration=1.0, size=1), thumbnail=None)


def job_of(kind: str = "render", timeline: BlobRef | None = BLOB) -> Job:
    order = JobInput(sources=(JobSource(asset_id="a", media=BLOB),), timeline=timeline)
    draft = JobDraft.model_validate({"id": "job", "account": "me", "kind": kind, "input": order})
    return flow.start(draft, NOW).job


def told(job: Job, fraction: float, after_s: float = 0.0, **detail: float | str) -> flow.Decision:
    step = next(s for s in job.steps if s.command_id and s.status != "completed")
    return report(
        job, step.command_id, StepProgress(fraction=fraction, detail=detail), NOW + timedelta(seconds=after_s)
    )


def names(decision: flow.Decision) -> list[str]:
    return [type(event).__name__ for event in decision.events]


def test_the_first_report_starts_the_job_and_its_step() -> None:
    first = told(job_of(), 0.0)
    assert names(first) == ["Started", "StepStarted"]
    assert (first.job.status, first.job.started_at) == ("processing", NOW)
    assert names(told(first.job, 0.0)) == []


def test_a_step_counts_by_its_weight() -> None:
    job = job_of("ingest")
    assert told(job, 1.0).job.percent == pytest.approx(100 * 2 / 45, abs=0.1)
    job = flow.decide(job, job.steps[0].command_id, PROBED, Prepared(), NOW).job
    assert told(job, 0.5).job.percent == pytest.approx(100 * (2 + 20) / 45, abs=0.1)


@pytest.mark.parametrize("fraction", [-1.0, 0.2, 0.5, float("nan")])
def test_what_is_no_further_is_not_told(fraction: float) -> None:
    job = told(job_of(), 0.5).job
    assert told(job, fraction) == flow.Decision(job)


@pytest.mark.parametrize("fraction", [1.0, 7.5, float("inf")])
def test_a_job_is_not_done_before_its_fact(fraction: float) -> None:
    job = told(job_of(), fraction).job
    assert (job.percent, job.steps[0].percent, job.status) == (99.9, 100.0, "processing")


def test_the_time_that_is_left_follows_the_pace_so_far() -> None:
    job = told(job_of("ingest"), 0.0).job
    job = flow.decide(job, job.steps[0].command_id, PROBED, Prepared(), NOW).job
    assert job.eta_seconds is None
    job = told(job, 0.5, after_s=11).job
    assert job.eta_seconds == pytest.approx(11 * (100 - job.percent) / job.percent, abs=0.1)


def test_the_workers_own_guess_counts_for_the_last_step() -> None:
    job = told(job_of(), 0.0).job
    assert told(job, 0.5, after_s=10, eta_seconds=3.25).job.eta_seconds == pytest.approx(3.2, abs=0.1)
    assert told(job, 0.5, after_s=10, eta_seconds=-1).job.eta_seconds == 10.0


def test_a_new_phase_is_a_line_in_the_log_once() -> None:
    first = told(job_of(), 0.1, phase="encoding")
    assert public.Logged(step="render", message="encoding") in first.events
    assert names(told(first.job, 0.2, phase="encoding")) == ["Progressed"]
    assert names(told(first.job, 0.2, phase="joining")) == ["Logged", "Progressed"]


def test_a_report_without_measure_is_cut() -> None:
    decision = told(job_of(), 0.1, **{"x" * 500: "y" * 500}, **{f"n{i}": i for i in range(100)})
    (event,) = [e for e in decision.events if isinstance(e, public.Progressed)]
    assert len(event.detail) == 20
    assert max(len(k) for k in event.detail) == max(len(v) for v in event.detail.values() if isinstance(v, str)) == 200
