"""What each fact adds to a job, what it means to the gateway's own rows, and how it reads to a person."""

from __future__ import annotations

from services.gateway.domain.effects import EffectName, Prepared
from services.gateway.domain.exchange import report_of
from services.gateway.domain.job import Job
from services.gateway.domain.steps import source_of
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

FACTS: dict[type[Event], EffectName] = {
    MediaProbed: "probed",
    MediaAnalyzed: "analyzed",
    FrameGrabbed: "grabbed",
    EditPlanned: "planned",
    TimelineExported: "exported",
    TimelineImported: "imported",
    TimelineRendered: "rendered",
    ChatInterpreted: "interpreted",
}


def absorb(job: Job, step: str, fact: Event, prepared: Prepared) -> Job:
    """Return the job with what ``fact`` brought, so that later steps can build on it."""
    state = job.state
    if isinstance(fact, MediaAnalyzed):
        analyses = {**state.analyses, source_of(job, step).asset_id: fact.analysis}
        state = state.model_copy(update={"analyses": analyses})
    elif isinstance(fact, FrameGrabbed):
        state = state.model_copy(update={"grabbed": fact})
    elif isinstance(fact, EditPlanned):
        state = state.model_copy(update={"plan": fact.plan, "timeline": prepared.timeline, "report": fact.report})
        paid = round(job.cost_usd + (fact.report.use.cost_usd or 0.0), 6)
        return job.model_copy(update={"state": state, "cost_usd": paid})
    elif isinstance(fact, ChatInterpreted):
        return job.model_copy(update={"cost_usd": round(job.cost_usd + (fact.answer.use.cost_usd or 0.0), 6)})
    elif isinstance(fact, TimelineExported | TimelineImported):
        state = state.model_copy(update={"exchanged": report_of(fact, prepared.imported)})
    return job.model_copy(update={"state": state})


def said(fact: Event) -> str:
    """Return a line for people about what was done."""
    match fact:
        case MediaProbed(info=info):
            shape = f", {info.video.width}x{info.video.height}" if info.video else ""
            return f"Looked into the media: {info.kind}, {info.duration:.1f} s{shape}."
        case MediaAnalyzed():
            source = " (known already)" if fact.cached else ""
            return f"Analysed: {fact.shots} shots, {fact.words} words, transcript {fact.transcript}{source}."
        case FrameGrabbed(time=time):
            return f"Made a picture of second {time:.3f}."
        case ChatInterpreted(answer=answer):
            return f"Understood {len(answer.operations)} operations."
        case EditPlanned():
            return f"Planned an edit of {fact.clips} clips, {fact.duration:.1f} s."
        case TimelineExported(losses=losses):
            return f"Exported, with {len(losses)} kinds of loss."
        case TimelineImported(clips=clips, form=form):
            return f"Read {clips} clips from {form}."
        case TimelineRendered(outputs=outputs):
            return (
                "Rendered " + ", ".join(f"{o.name} ({o.width}x{o.height}, {o.duration:.1f} s)" for o in outputs) + "."
            )
    return type(fact).__name__
