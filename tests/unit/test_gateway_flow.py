"""The flow of a job: what each fact leads to, one pipeline after the other."""

from __future__ import annotations

from datetime import UTC, datetime

from services.gateway.domain import flow, public
from services.gateway.domain.effects import Prepared
from services.gateway.domain.flow import Decision
from services.gateway.domain.job import Job, JobDraft, JobError, JobInput, JobSource
from shared.contracts import topics
from shared.contracts.blob import BlobRef
from shared.contracts.commands import AnalyzeMedia, CancelStep, PlanEdit, ProbeMedia, RenderTimeline
from shared.contracts.events import EditPlanned, MediaAnalyzed, MediaProbed, StepCancelled, StepFailed, TimelineRendered
from shared.contracts.media import MediaInfo
from shared.contracts.timeline import Check, Finding, Rendered

NOW = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
NOTHING = Prepared()


def blob(name: str) -> BlobRef:
    return BlobRef(key=name, sha256="0" * 64, size=1, content_type="application/json")


def source(name: str, **known: object) -> JobSource:
    return JobSource.model_validate({"asset_id": name, "media": blob(f"ingest/{name}"), **known})


def draft(kind: str, **wanted: object) -> JobDraft:
    order = JobInput.model_validate({"sources": (source("a"),), **wanted})
    return JobDraft.model_validate({"id": "job", "account": "me", "kind": kind, "input": order})


INFO = MediaInfo(kind="video", container="mp4", duration=2.0, size=1)
PROBED = MediaProbed(asset_id="a", info=INFO, thumbnail=None)
PLANNED = EditPlanned(plan=blob("plan"), clips=2, duration=1.5, planner="rules")
FAILED = StepFailed(code="media_truncated", message="It is cut off.", remedy="Send it again.", attempts=1)


def analyzed(asset: str = "a") -> MediaAnalyzed:
    return MediaAnalyzed(
        asset_id=asset,
        analysis=blob(f"analysis/{asset}"),
        thumbnail=None,
        shots=1,
        words=2,
        tempo=None,
        transcript="completed",
    )


def rendered(*, passed: bool = True) -> TimelineRendered:
    finding = Finding(code="black_frames", severity="error", message="Black from 1 s on.", at=1.0)
    check = Check(passed=passed, findings=() if passed else (finding,))
    out = Rendered(name="9x16", file=blob("final/x.mp4"), width=90, height=160, duration=1.5, frames=45, check=check)
    return TimelineRendered(outputs=(out,))


def told(decision: Decision) -> list[str]:
    return [type(event).__name__ for event in decision.events]


def commands(decision: Decision) -> list[object]:
    return [order.command for order in decision.orders]


def answered(job: Job, step: str, fact: object, prepared: Prepared = NOTHING) -> Decision:
    found = job.step(step)
    assert found is not None
    assert found.command_id is not None
    return flow.decide(job, found.command_id, fact, prepared, NOW)  # type: ignore[arg-type]


def test_an_ingest_is_probed_analysed_and_planned() -> None:
    first = flow.start(draft("ingest"), NOW)
    assert told(first) == ["Created"]
    assert commands(first) == [ProbeMedia(asset_id="a", media=blob("ingest/a"))]
    assert first.job.status == "queued"

    second = answered(first.job, "probe", PROBED)
    assert told(second) == ["Started", "StepStarted", "StepCompleted", "Logged"]
    assert commands(second) == [AnalyzeMedia(asset_id="a", media=blob("ingest/a"))]
    assert [effect.name for effect in second.effects] == ["probed"]

    third = answered(second.job, "analyze", analyzed())
    (plan,) = commands(third)
    assert isinstance(plan, PlanEdit)
    assert [s.analysis for s in plan.sources] == [blob("analysis/a")]

    last = answered(third.job, "plan", PLANNED)
    assert told(last) == ["StepStarted", "StepCompleted", "Logged", "Completed"]
    assert last.orders == ()
    assert (last.job.status, last.job.percent, last.job.ended_at) == ("completed", 100.0, NOW)
    assert last.job.result == {
        "plan": blob("plan").model_dump(mode="json"),
        "clips": 2,
        "duration": 1.5,
        "planner": "rules",
    }


def test_an_ingest_without_analysis_ends_with_the_probe() -> None:
    first = flow.start(draft("ingest", auto_analyze=False), NOW)
    last = answered(first.job, "probe", PROBED)
    assert last.job.status == "completed"
    assert last.orders == ()


def test_a_stored_timeline_is_rendered_at_once() -> None:
    first = flow.start(draft("render", timeline=blob("timelines/1.json")), NOW)
    (order,) = first.orders
    assert order.topic == topics.RENDERER_COMMANDS
    assert isinstance(order.command, RenderTimeline)
    assert order.command.timeline == blob("timelines/1.json")
    assert first.renders == ("render",)
    last = answered(first.job, "render", rendered())
    assert last.job.status == "completed"
    assert last.job.result is not None
    assert last.job.result["check"] == {"passed": True, "findings": []}


def test_an_empty_timeline_is_analysed_planned_and_rendered_from_what_was_prepared() -> None:
    job = flow.start(draft("render"), NOW).job
    job = answered(job, "analyze", analyzed()).job
    ready = answered(job, "plan", PLANNED, Prepared(timeline=blob("timelines/job.json")))
    (command,) = commands(ready)
    assert isinstance(command, RenderTimeline)
    assert command.timeline == blob("timelines/job.json")


def test_a_render_whose_timeline_was_not_prepared_fails_and_says_so() -> None:
    job = flow.start(draft("render", sources=(source("a", analysis=blob("known")),)), NOW).job
    last = answered(job, "plan", PLANNED)
    assert last.orders == ()
    assert last.job.error is not None
    assert (last.job.status, last.job.error.code, last.job.error.step) == ("failed", "step_unfounded", "render")


def test_a_failed_check_completes_the_job_and_is_told_on_its_own() -> None:
    job = flow.start(draft("render", timeline=blob("t")), NOW).job
    last = answered(job, "render", rendered(passed=False))
    assert told(last)[-2:] == ["CheckFailed", "Completed"]
    assert last.job.result is not None
    assert last.job.result["check"] == {
        "passed": False,
        "findings": [
            {"code": "black_frames", "severity": "error", "message": "Black from 1 s on.", "at": 1.0, "figure": None,
             "output": "9x16"}
        ],
    }  # fmt: skip


def test_assets_are_analysed_side_by_side_and_the_plan_waits_for_all() -> None:
    sources = (source("a"), source("b", analysis=blob("known")), source("c"))
    first = flow.start(draft("edit", sources=sources), NOW)
    assert [s.name for s in first.job.steps] == ["analyze-1", "analyze-3", "plan"]
    assert len(first.orders) == 2
    second = answered(first.job, "analyze-3", analyzed("c"))
    assert second.orders == ()
    third = answered(second.job, "analyze-1", analyzed("a"))
    (plan,) = commands(third)
    assert isinstance(plan, PlanEdit)
    assert [s.analysis.key for s in plan.sources] == ["analysis/a", "known", "analysis/c"]


def test_a_failure_ends_the_job_and_calls_off_what_else_runs() -> None:
    first = flow.start(draft("edit", sources=(source("a"), source("b"))), NOW)
    last = answered(first.job, "analyze-1", FAILED)
    assert told(last) == ["Failed"]
    assert last.job.error == JobError(
        step="analyze-1", code="media_truncated", message="It is cut off.", remedy="Send it again."
    )
    other = first.job.step("analyze-2")
    assert other is not None
    (order,) = last.orders
    assert order.command == CancelStep(command_ids=(other.command_id or "",))
    assert [(s.name, s.status) for s in last.job.steps] == [
        ("analyze-1", "failed"),
        ("analyze-2", "cancelled"),
        ("plan", "cancelled"),
    ]


def test_a_failure_too_long_for_an_event_is_cut() -> None:
    job = flow.start(draft("ingest"), NOW).job
    last = answered(job, "probe", FAILED.model_copy(update={"message": "x" * 100_000}))
    assert last.job.error is not None
    assert len(last.job.error.message) == 2000


def test_what_was_probed_but_is_refused_fails_the_job() -> None:
    job = flow.start(draft("ingest"), NOW).job
    refused = JobError(step="probe", code="media_no_video", message="No picture.", remedy="Give a film.")
    last = answered(job, "probe", PROBED, Prepared(refused=refused))
    assert last.job.error == refused
    assert last.orders == ()


def test_cancel_calls_off_the_running_command_and_ends_the_job_at_once() -> None:
    job = flow.start(draft("ingest"), NOW).job
    last = flow.cancel(job, NOW)
    assert told(last) == ["Cancelled"]
    (order,) = last.orders
    assert order.topic == topics.ANALYZER_COMMANDS
    assert order.command == CancelStep(command_ids=(job.steps[0].command_id or "",))
    assert flow.cancel(last.job, NOW) == Decision(last.job)


def test_retry_goes_on_at_the_first_unfinished_step_under_new_commands() -> None:
    job = flow.start(draft("ingest"), NOW).job
    job = answered(job, "probe", PROBED).job
    failed = answered(job, "analyze", FAILED).job
    again = flow.retry(failed, NOW)
    assert told(again) == ["Retried"]
    assert (again.job.status, again.job.run, again.job.error, again.job.ended_at) == ("queued", 2, None, None)
    assert [type(c) for c in commands(again)] == [AnalyzeMedia]
    assert again.orders[0].id != job.steps[1].command_id
    assert [s.status for s in again.job.steps] == ["completed", "pending", "pending"]


def test_a_late_answer_of_an_earlier_run_changes_nothing() -> None:
    job = flow.start(draft("ingest"), NOW).job
    old = job.steps[0].command_id
    again = flow.retry(flow.cancel(job, NOW).job, NOW).job
    assert flow.decide(again, old, PROBED, NOTHING, NOW) == Decision(again)
    assert flow.decide(again, old, StepCancelled(), NOTHING, NOW) == Decision(again)


def test_a_completed_job_is_neither_cancelled_nor_retried_nor_failed() -> None:
    job = answered(flow.start(draft("ingest", auto_analyze=False), NOW).job, "probe", PROBED).job
    error = JobError(step=None, code="x", message="x", remedy="x")
    assert flow.cancel(job, NOW) == flow.retry(job, NOW) == flow.fail(job, error, NOW) == Decision(job)


def test_a_refused_render_is_not_ordered() -> None:
    first = flow.start(draft("render", timeline=blob("t")), NOW)
    refused = JobError(step="render", code="consent_required", message="No consent.", remedy="Ask.")
    last = flow.refuse(first, refused, NOW)
    assert last.orders == ()
    assert told(last) == ["Created", "Failed"]
    assert last.job.steps[0].command_id is None
    again = flow.retry(last.job, NOW)
    assert [type(c) for c in commands(again)] == [RenderTimeline]


def test_every_public_event_is_sealed_under_its_name() -> None:
    job = flow.start(draft("ingest"), NOW).job
    sealed = public.sealed(public.Logged(step="probe", message="x"), job, 7, cause="c")
    assert (sealed.type, sealed.sequence, sealed.subject, sealed.causationid) == ("cutroom.job.log", 7, "job", "c")
    assert set(public.DATA.values()) == set(public.Told.__args__)
