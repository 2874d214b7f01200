"""The flow under any order of facts, orders and progress, each perhaps twice: whatever comes, the log stays sound."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.gateway.domain import flow, public
from services.gateway.domain.effects import Prepared
from services.gateway.domain.flow import Decision
from services.gateway.domain.job import Job, JobDraft, JobInput, JobSource
from services.gateway.domain.progress import report
from services.gateway.domain.steps import kind_of_step
from shared.contracts.blob import BlobRef
from shared.contracts.commands import CancelStep
from shared.contracts.events import (
    EditPlanned,
    Event,
    MediaAnalyzed,
    MediaProbed,
    StepCancelled,
    StepFailed,
    StepProgress,
    TimelineRendered,
)
from shared.contracts.media import MediaInfo
from shared.contracts.timeline import Check, Rendered

NOW = datetime(2026, 11, 2, tzinfo=UTC)
BLOB = BlobRef(key="x", sha256="", size=1, content_type="a/b")
INFO = MediaInfo(kind="video", container="mp4", duration=2.0, size=1)
CHECK = Check(passed=False)
FACTS: dict[str, Event] = {
    "probed": MediaProbed(asset_id="a", info=INFO, thumbnail=None),
    "analyzed": MediaAnalyzed(
        asset_id="a", analysis=BLOB, thumbnail=None, shots=0, words=0, tempo=None, transcript="none"
    ),
    "planned": EditPlanned(plan=BLOB, clips=1, duration=1.0, planner="rules"),
    "rendered": TimelineRendered(
        outputs=(Rendered(name="o", file=BLOB, width=16, height=16, duration=1.0, frames=1, check=CHECK),)
    ),
    "failed": StepFailed(code="c", message="m", remedy="r", attempts=1),
    "stopped": StepCancelled(),
}
TERMINAL = (public.Completed, public.Failed, public.Cancelled)


@dataclass(slots=True)
class World:
    """A job, everything that was said of it, and every command that was ever sent for it."""

    job: Job
    log: list[public.Told] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    percents: list[float] = field(default_factory=list)

    def take(self, decision: Decision) -> None:
        self.job = decision.job
        self.log += decision.events
        self.sent += [o.id for o in decision.orders]
        self.percents.append(decision.job.percent)


Move = tuple[str, int, float]
moves = st.lists(
    st.tuples(st.sampled_from([*FACTS, "right", "right", "right", "right", "progress", "cancel", "retry"]),
              st.integers(0, 9), st.floats(-1, 2)),
    max_size=30,
)  # fmt: skip
jobs = st.builds(
    lambda kind, known, auto, ready: JobDraft(
        id="job",
        account="me",
        kind=kind,
        input=JobInput(
            sources=tuple(
                JobSource(asset_id=str(i), media=BLOB, analysis=BLOB if k else None) for i, k in enumerate(known)
            ),
            auto_analyze=auto,
            timeline=BLOB if ready else None,
        ),
    ),
    st.sampled_from(["ingest", "analysis", "edit", "render"]),
    st.lists(st.booleans(), min_size=1, max_size=3),
    st.booleans(),
    st.booleans(),
)


def play(world: World, move: Move, at: datetime) -> Decision:
    what, which, fraction = move
    if what == "cancel":
        return flow.cancel(world.job, at)
    if what == "retry":
        return flow.retry(world.job, at)
    known = [*world.sent, "unknown"]
    command = known[-1 - which % len(known)] if what != "right" else _running(world.job, which)
    if what == "progress":
        return report(world.job, command, StepProgress(fraction=fraction, detail={"phase": str(which)}), at)
    fact = _right(world.job, command) if what == "right" else FACTS[what]
    return flow.decide(world.job, command, fact, Prepared(timeline=BLOB), at)


def _running(job: Job, which: int) -> str:
    open_ = [s.command_id for s in job.steps if s.command_id and s.status in ("pending", "processing")]
    return open_[which % len(open_)] if open_ else "unknown"


def _right(job: Job, command: str) -> Event:
    step = next((s for s in job.steps if s.command_id == command), None)
    if step is None:
        return FACTS["planned"]
    return next(f for f in FACTS.values() if isinstance(f, kind_of_step(step.name).answer))


@given(draft=jobs, todo=moves)
@settings(max_examples=100, deadline=None)
def test_whatever_comes_the_log_is_sound(draft: JobDraft, todo: list[Move]) -> None:
    first = flow.start(draft, NOW)
    world = World(first.job)
    world.take(first)
    for i, move in enumerate(todo):
        before = world.job
        decision = play(world, move, NOW + timedelta(seconds=i))
        assert decision == play(world, move, NOW + timedelta(seconds=i)), "a decision depends on nothing but its input"
        world.take(decision)
        if before.ended and move[0] != "retry":
            assert decision == Decision(before), "an ended job stays as it is"
    _sound(world)


def _sound(world: World) -> None:
    assert world.percents == sorted(world.percents)
    assert all(0 <= p <= 100 for p in world.percents)
    assert len(world.sent) == len(set(world.sent)), "no message id is used twice"
    runs: list[list[public.Told]] = [[]]
    for told in world.log:
        if isinstance(told, public.Retried):
            runs.append([])
        runs[-1].append(told)
    assert len(runs) == world.job.run
    for run in runs:
        ends = [i for i, told in enumerate(run) if isinstance(told, TERMINAL)]
        assert len(ends) <= 1
        assert ends in ([], [len(run) - 1]), "what ends a run is its last event"
    assert world.job.ended == isinstance(world.log[-1], TERMINAL)
    if world.job.status == "completed":
        assert all(s.status == "completed" for s in world.job.steps)
    if not world.job.ended:
        assert _running(world.job, 0) != "unknown", "a job that has not ended waits for something"


@given(draft=jobs, again=st.integers(1, 3))
@settings(max_examples=20, deadline=None)
def test_facts_that_come_again_and_again_change_nothing(draft: JobDraft, again: int) -> None:
    job = flow.start(draft, NOW).job
    while not job.ended:
        command = _running(job, 0)
        fact = _right(job, command)
        job = flow.decide(job, command, fact, Prepared(timeline=BLOB), NOW).job
        for _ in range(again):
            assert flow.decide(job, command, fact, Prepared(timeline=BLOB), NOW) == Decision(job)
    assert job.status == "completed"


def test_cancel_names_only_commands_that_are_under_way() -> None:
    draft = JobDraft(
        id="job", account="me", kind="ingest", input=JobInput(sources=(JobSource(asset_id="a", media=BLOB),))
    )
    job = flow.start(draft, NOW).job
    job = flow.decide(job, job.steps[0].command_id, FACTS["probed"], Prepared(), NOW).job
    (order,) = flow.cancel(job, NOW).orders
    assert order.command == CancelStep(command_ids=(job.steps[1].command_id or "",))
