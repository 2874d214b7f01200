"""An edit plan as the AI edit's routes show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from services.gateway.domain.job import Job
from services.gateway.domain.views import View, moment
from shared.contracts.brief import PlanReport, StoryBeat, StoryTold
from shared.contracts.media import Analysis
from shared.contracts.plan import EditPlan, Moment
from shared.contracts.timeline import Clip, Evidence


@dataclass(slots=True)
class Cut:
    """A line of the edit decision list: a span of a source, of one clip or of several that join without a gap."""

    id: str
    video_id: str
    start: Fraction
    end: Fraction
    speed: str
    name: str
    text: list[str] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)

    def view(self) -> View:
        """Return the line as it is shown."""
        return {
            "id": self.id,
            "video_id": self.video_id,
            "start": _seconds(self.start),
            "end": _seconds(self.end),
            "reason": self.evidence[0].detail if self.evidence else self.name,
            "evidence": [evidence.model_dump(mode="json") for evidence in self.evidence],
        }

    def beat(self) -> View:
        """Return the span as a part of the story."""
        return {"text": " ".join(self.text) or self.name, "start": _seconds(self.start), "end": _seconds(self.end)}


def job_view(job: Job, output_paths: Mapping[str, str]) -> View:
    """Return the edit job without its plan."""
    extra, report = job.input.extra, job.state.report or PlanReport()
    return {
        "job_id": job.id,
        "status": job.status,
        "compression_metadata": report.compression.model_dump(mode="json"),
        "validation_errors": [fault.model_dump(mode="json") for fault in report.faults],
        "llm_usage": report.use.model_dump(mode="json"),
        "error_message": job.error.message if job.error else None,
        "output_paths": dict(output_paths),
        "summary": extra.get("summary"),
        "story_prompt": extra.get("story_prompt"),
        "created_at": moment(job.created_at),
        "started_at": moment(job.started_at),
        "completed_at": moment(job.ended_at),
    }


def plan_view(plan: EditPlan, tone: str | None) -> View:
    """Return the plan: the cuts in play order, the story they tell, and what was left out."""
    cuts, transitions = cuts_of(plan)
    return {
        "edl": [cut.view() for cut in cuts],
        "story_analysis": _story(plan, cuts, tone),
        "key_moments": [
            {**_span(m.start, m.end), "description": m.description, "score": m.score, "video_id": m.source}
            for m in plan.moments
        ],
        "transitions": transitions,
        "dropped": [{**_span(d.start, d.end), "reason": d.reason, "video_id": d.source} for d in plan.dropped],
    }


def cuts_of(plan: EditPlan) -> tuple[list[Cut], list[View]]:
    """Return the decision list, neighbouring spans merged, and the transitions by the cut that they follow."""
    cuts: list[Cut] = []
    transitions: list[View] = []
    for clip in plan.timeline.video:
        last = cuts[-1] if cuts else None
        dissolve = clip.transition_in
        if last is not None and dissolve is None and _joins(last, clip):
            last.end = clip.source_end
            last.text += _lines(clip)
            last.evidence += clip.evidence
            continue
        if last is not None and dissolve is not None:
            seconds = float(dissolve.frames / Fraction(plan.timeline.rate))
            transitions.append({"after": last.id, "type": dissolve.kind, "duration": round(seconds, 6)})
        place = len(cuts) + 1
        cuts.append(
            Cut(
                f"cut-{place}", clip.source, clip.source_start, clip.source_end, clip.speed, clip.name,
                _lines(clip), list(clip.evidence),
            )
        )  # fmt: skip
    return cuts, transitions


def data_view(analysis: Analysis | None, *, at_work: bool) -> View:
    """Return what is known for an edit: transcription, frames and scenes; zeros before the analysis."""
    waiting: View = {"status": "processing" if at_work else "pending", "segment_count": 0, "has_data": False}
    if analysis is None:
        return {"transcription": waiting, "frames": _count(0), "scenes": _count(0)}
    seen = {
        "frames": _count(analysis.sprites.count if analysis.sprites else 0),
        "scenes": _count(len(analysis.shots)),
    }
    if "speech" not in analysis.parts:
        return {"transcription": waiting, **seen}
    transcript = analysis.transcript
    lines = len(transcript.captions)
    spoken: View = {"status": transcript.status, "segment_count": lines, "has_data": lines > 0}
    why = {"reason": transcript.reason, "remedy": transcript.remedy}
    return {
        "transcription": spoken | {name: text for name, text in why.items() if text},
        **seen,
    }


def _story(plan: EditPlan, cuts: Sequence[Cut], tone: str | None) -> View:
    best = max(plan.moments, key=lambda m: m.score, default=None)
    kept = sum((cut.end - cut.start for cut in cuts), Fraction(0))
    footage = sum(source.media.duration for source in plan.timeline.sources.values())
    cut = "cut" if len(cuts) == 1 else "cuts"
    told = plan.story or StoryTold()
    return {
        "hook": _told(told.hook) or (cuts[0].beat() if cuts else None),
        "climax": _told(told.climax)
        or ((_climax(best, cuts) if best else cuts[len(cuts) // 2].beat()) if cuts else None),
        "resolution": _told(told.resolution) or (cuts[-1].beat() if cuts else None),
        "tone": told.tone or tone or "neutral",
        "summary": told.summary or f"Keeps {float(kept):.1f} s of {footage:.1f} s in {len(cuts)} {cut}.",
    }


def _told(beat: StoryBeat | None) -> View | None:
    return {"text": beat.text, **_span(beat.start, beat.end), "video_id": beat.source} if beat else None


def _climax(best: Moment, cuts: Sequence[Cut]) -> View:
    """Return the cut that shows most of the best moment, else the moment itself."""
    shared = {
        cut.id: min(float(cut.end), best.end) - max(float(cut.start), best.start)
        for cut in cuts
        if cut.video_id == best.source
    }
    widest = max((cut for cut in cuts if shared.get(cut.id, 0) > 0), key=lambda cut: shared[cut.id], default=None)
    return widest.beat() if widest else {"text": best.description, **_span(best.start, best.end)}


def _joins(last: Cut, clip: Clip) -> bool:
    return last.video_id == clip.source and last.end == clip.source_start and last.speed == clip.speed


def _lines(clip: Clip) -> list[str]:
    return [caption.text for caption in clip.captions]


def _count(number: int) -> View:
    return {"count": number, "has_data": number > 0}


def _span(start: float, end: float) -> View:
    return {"start": round(start, 6), "end": round(end, 6)}


def _seconds(exact: Fraction) -> float:
    return round(float(exact), 6)
