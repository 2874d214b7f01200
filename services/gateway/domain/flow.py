"""The order of steps: what a job does next, as pure total functions (job, event) -> decision.

Every pipeline is the list of steps that ``steps_for`` gives a job of its kind. Stages run one after the other, the
steps of a stage side by side. What does not concern the job's present run changes nothing, so that a fact may come
twice, late, or out of order.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from services.gateway.domain import public
from services.gateway.domain.effects import Effect, EffectName, Prepared
from services.gateway.domain.endings import blamed, calls_off, end_steps, stopped, unfounded
from services.gateway.domain.facts import FACTS, absorb, said
from services.gateway.domain.job import Job, JobDraft, JobError, Step
from services.gateway.domain.public import Told
from services.gateway.domain.results import result_of
from services.gateway.domain.steps import (
    Order,
    command_for,
    command_id,
    kind_of_step,
    next_steps,
    percent_of,
    steps_for,
)
from shared.contracts.commands import RenderTimeline
from shared.contracts.events import Event, StepCancelled, StepFailed, StepProgress, TimelineRendered


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to happen: the job as it will be, what the world hears, what the workers are told, what else changes."""

    job: Job
    events: tuple[Told, ...] = ()
    orders: tuple[Order, ...] = ()
    effects: tuple[Effect, ...] = ()

    @property
    def renders(self) -> tuple[str, ...]:
        """The steps whose rendering is ordered by this decision."""
        ordered = {o.id for o in self.orders if isinstance(o.command, RenderTimeline)}
        return tuple(s.name for s in self.job.steps if s.command_id in ordered)


def start(draft: JobDraft, now: datetime) -> Decision:
    """Return the decision that makes a new job."""
    job = Job(
        **{name: getattr(draft, name) for name in JobDraft.model_fields},
        steps=steps_for(draft.kind, draft.input),
        created_at=now,
    )
    return _advance(Decision(job, (public.Created(kind=job.kind, steps=tuple(s.name for s in job.steps)),)), now)


def decide(job: Job, command: str | None, fact: Event, prepared: Prepared, now: datetime) -> Decision:
    """Return what follows from ``fact``, the answer to the message id ``command``."""
    step = next((s for s in job.steps if command is not None and s.command_id == command), None)
    if job.ended or step is None or step.status not in ("pending", "processing") or isinstance(fact, StepProgress):
        return Decision(job)
    if isinstance(fact, StepFailed):
        return fail(job, blamed(step.name, fact), now, fact)
    if isinstance(fact, StepCancelled):
        return fail(job, stopped(step.name), now, fact)
    if not isinstance(fact, kind_of_step(step.name).answer):
        return Decision(job)
    if prepared.refused is not None:
        return fail(job, prepared.refused, now, fact)
    return _complete_step(job, step, fact, prepared, now)


def fail(job: Job, error: JobError, now: datetime, fact: Event | None = None) -> Decision:
    """Return the decision that ends the job with ``error``; what else runs for it is called off."""
    if job.ended:
        return Decision(job)
    at_fault = job.step(error.step) if error.step else None
    orders = calls_off(job, but=at_fault.command_id if at_fault else None)
    after = job.model_copy(update={"status": "failed", "error": error, "ended_at": now, "eta_seconds": None})
    after = end_steps(after, error.step)
    return Decision(
        after,
        (public.Failed(percent=after.percent, error=error),),
        orders,
        (Effect("failed", after, fact),),
    )


def refuse(decision: Decision, error: JobError, now: datetime) -> Decision:
    """Return ``decision`` without its orders: the job fails with ``error`` instead."""
    ordered = {o.id for o in decision.orders}
    job = decision.job
    for step in (s for s in job.steps if s.command_id in ordered):
        job = job.with_step(step.model_copy(update={"command_id": None}))
    return _joined(replace(decision, job=job, orders=()), fail(job, error, now))


def cancel(job: Job, now: datetime) -> Decision:
    """Return the decision of a person who wants no more of it; an ended job stays as it is."""
    if job.ended:
        return Decision(job)
    after = job.model_copy(update={"status": "cancelled", "ended_at": now, "eta_seconds": None})
    after = end_steps(after, None)
    return Decision(after, (public.Cancelled(percent=after.percent),), calls_off(job), (Effect("cancelled", after),))


def retry(job: Job, now: datetime) -> Decision:
    """Return the decision to begin again at the first unfinished step; only of a failed or cancelled job."""
    if job.status not in ("failed", "cancelled"):
        return Decision(job)
    steps = tuple(s if s.status == "completed" else Step(name=s.name, percent=s.percent) for s in job.steps)
    cleared = dict.fromkeys(("error", "ended_at", "started_at", "eta_seconds"))
    after = job.model_copy(update={**cleared, "status": "queued", "run": job.run + 1, "steps": steps})
    return _advance(
        Decision(
            after,
            (public.Retried(run=after.run, percent=after.percent),),
            (),
            (Effect("retried", after),),
        ),
        now,
    )


def wake(job: Job, step: Step, now: datetime) -> tuple[Job, Step, tuple[Told, ...]]:
    """Note a step's first sign of life: the job is at work from now on."""
    events: list[Told] = []
    if job.status == "queued":
        job = job.model_copy(update={"status": "processing", "started_at": now})
        events.append(public.Started(percent=job.percent))
    if step.status == "pending":
        step = step.model_copy(update={"status": "processing"})
        job = job.with_step(step)
        events.append(public.StepStarted(step=step.name))
    return job, step, tuple(events)


def _complete_step(job: Job, step: Step, fact: Event, prepared: Prepared, now: datetime) -> Decision:
    job, step, events = wake(job, step, now)
    done = step.model_copy(update={"status": "completed", "percent": 100.0})
    job = absorb(job.with_step(done), step.name, fact, prepared)
    job = job.model_copy(update={"percent": percent_of(job), "eta_seconds": None})
    events += (
        public.StepCompleted(step=step.name, percent=job.percent),
        public.Logged(step=step.name, message=said(fact)),
    )
    effect: EffectName = FACTS[type(fact)]
    return _advance(Decision(job, events, (), (Effect(effect, job, fact, prepared),)), now, fact)


def _advance(so_far: Decision, now: datetime, fact: Event | None = None) -> Decision:
    """Send what can be sent, or end the job when nothing is left to do."""
    job = so_far.job
    steps = next_steps(job)
    if not steps:
        return _complete(so_far, now, fact)
    orders: list[Order] = []
    for step in (s for s in steps if s.command_id is None):
        command = command_for(job, step.name)
        if command is None:
            return _joined(so_far, fail(job, unfounded(step.name), now, fact))
        order = Order(command_id(job, step.name), kind_of_step(step.name).topic, command)
        job = job.with_step(step.model_copy(update={"command_id": order.id}))
        orders.append(order)
    effects = tuple(Effect(e.name, job, e.fact, e.prepared) for e in so_far.effects)
    return Decision(job, so_far.events, (*so_far.orders, *orders), effects)


def _complete(so_far: Decision, now: datetime, fact: Event | None) -> Decision:
    job = so_far.job
    ended = {"status": "completed", "percent": 100.0, "eta_seconds": None, "ended_at": now}
    job = job.model_copy(update={**ended, "result": result_of(job, fact)})
    events = list(so_far.events)
    if isinstance(fact, TimelineRendered):
        events += [public.check_failed(out) for out in fact.outputs if not out.check.passed]
    effects = tuple(Effect(e.name, job, e.fact, e.prepared) for e in so_far.effects)
    return Decision(job, (*events, public.Completed(result=job.result or {})), so_far.orders, effects)


def _joined(first: Decision, then: Decision) -> Decision:
    orders, effects = (*first.orders, *then.orders), (*first.effects, *then.effects)
    return Decision(then.job, (*first.events, *then.events), orders, effects)
