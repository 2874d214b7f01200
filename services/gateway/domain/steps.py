"""The steps that there are: one table of what is sent where, what answers it and how much of the work it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from services.gateway.domain.exchange import export_command, import_command
from services.gateway.domain.job import Job, JobInput, JobKind, JobSource, Step
from shared.contracts import topics
from shared.contracts.commands import AnalyzeMedia, Command, GrabFrame, PlanEdit, PlanSource, ProbeMedia, RenderTimeline
from shared.contracts.events import (
    ChatInterpreted,
    EditPlanned,
    Event,
    FrameGrabbed,
    MediaAnalyzed,
    MediaProbed,
    TimelineExported,
    TimelineImported,
    TimelineRendered,
)
from shared.contracts.ids import derived_id


@dataclass(frozen=True, slots=True)
class StepKind:
    """``stage``: its steps run side by side, the next stage waits for all of them. ``weight``: share of the time."""

    stage: int
    topic: str
    answer: type[Event]
    weight: float


KINDS: dict[str, StepKind] = {
    "probe": StepKind(0, topics.ANALYZER_COMMANDS, MediaProbed, 2),
    "analyze": StepKind(1, topics.ANALYZER_COMMANDS, MediaAnalyzed, 40),
    "grab": StepKind(1, topics.ANALYZER_COMMANDS, FrameGrabbed, 5),
    "plan": StepKind(2, topics.PLANNER_COMMANDS, EditPlanned, 3),
    "export": StepKind(2, topics.PLANNER_COMMANDS, TimelineExported, 3),
    "import": StepKind(2, topics.PLANNER_COMMANDS, TimelineImported, 3),
    "chat": StepKind(2, topics.PLANNER_COMMANDS, ChatInterpreted, 3),
    "render": StepKind(3, topics.RENDERER_COMMANDS, TimelineRendered, 55),
}


@dataclass(frozen=True, slots=True)
class Order:
    """A command to send. ``id`` is its message id: sent twice, it is one message."""

    id: str
    topic: str
    command: Command


ANY_KIND: tuple[Literal["video", "audio", "image", "document"], ...] = ("video", "audio", "image", "document")
"""What an asset may be that is held to be used in edits; a project is made of a film alone."""


def kind_of_step(name: str) -> StepKind:
    """Return the table's row for a step such as ``plan`` or ``analyze-2``."""
    return KINDS[name.partition("-")[0]]


def steps_for(kind: JobKind, order: JobInput) -> tuple[Step, ...]:
    """Return the steps of a new job, in order; what is already analysed is not analysed again."""
    analyze_and_plan = [*_analyses(order), "plan"]
    names = {
        "ingest": ["probe", *(analyze_and_plan if order.auto_analyze else [])],
        "asset": ["probe", *(_analyses(order) if order.auto_analyze else [])],
        "analysis": analyze_and_plan,
        "edit": analyze_and_plan,
        "tool": ["analyze"] if order.time is None else ["grab"],
        "export": [*(_analyses(order) if order.parts else []), "export"],
        "import": ["import"],
        "chat": ["chat"],
        "render": [*([] if order.timeline else analyze_and_plan), "render"],
    }[kind]
    return tuple(Step(name=name) for name in names)


def _analyses(order: JobInput) -> list[str]:
    if len(order.sources) == 1:
        return [] if order.sources[0].analysis else ["analyze"]
    return [f"analyze-{i}" for i, source in enumerate(order.sources, 1) if source.analysis is None]


def source_of(job: Job, step: str) -> JobSource:
    """Return the source that a probe or analyze step is about."""
    _, _, number = step.partition("-")
    return job.input.sources[int(number) - 1 if number else 0]


def next_steps(job: Job) -> tuple[Step, ...]:
    """Return the unfinished steps of the first unfinished stage."""
    open_ = [s for s in job.steps if s.status != "completed"]
    stage = min((kind_of_step(s.name).stage for s in open_), default=None)
    return tuple(s for s in open_ if kind_of_step(s.name).stage == stage)


def command_id(job: Job, step: str) -> str:
    """Return the message id of a step's command in the job's present run."""
    return derived_id(job.id, step, str(job.run))


def command_for(job: Job, step: str) -> Command | None:
    """Return the command of a step, or null when something that it needs was never made."""
    match step.partition("-")[0]:
        case "probe":
            source = source_of(job, step)
            return ProbeMedia(
                asset_id=source.asset_id,
                media=source.media,
                label=source.label,
                kinds=ANY_KIND if job.kind == "asset" else ("video",),
            )
        case "analyze":
            source = source_of(job, step)
            return AnalyzeMedia(
                asset_id=source.asset_id,
                media=source.media,
                captions=source.captions,
                language=source.language,
                hotwords=source.hotwords,
                speech_model=source.speech_model,
                parts=job.input.parts,
            )
        case "grab" if job.input.time is not None:
            source = source_of(job, step)
            return GrabFrame(asset_id=source.asset_id, media=source.media, time=job.input.time)
        case "plan":
            return _plan_command(job)
        case "export":
            return export_command(job)
        case "import":
            return import_command(job)
        case "chat":
            return job.input.chat
        case "render":
            return _render_command(job)
    return None


def _plan_command(job: Job) -> PlanEdit | None:
    sources = []
    for source in job.input.sources:
        analysis = source.analysis or job.state.analyses.get(source.asset_id)
        if analysis is None:
            return None
        sources.append(PlanSource(asset_id=source.asset_id, media=source.media, analysis=analysis))
    return PlanEdit(sources=tuple(sources), wishes=job.input.wishes, brief=job.input.brief)


def _render_command(job: Job) -> RenderTimeline | None:
    timeline = job.state.timeline or job.input.timeline
    if timeline is None:
        return None
    return RenderTimeline(timeline=timeline, outputs=job.input.outputs, options=job.input.options)


def percent_of(job: Job) -> float:
    """Return how much of the work is done, 0..100, weighted by the steps; never less than the job had already."""
    whole = sum(kind_of_step(s.name).weight for s in job.steps)
    done = sum(kind_of_step(s.name).weight * s.percent for s in job.steps)
    return max(job.percent, round(done / whole, 1)) if whole else job.percent
