"""From a model's mended answer to an edit plan, with the same invariants as a plan by the rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from services.planner.domain.assembly import assembled
from services.planner.domain.dead import Life, life_of
from services.planner.domain.effects import Shown
from services.planner.domain.footage import Footage, Material, footage_of
from services.planner.domain.left_out import left_out, without_picture
from services.planner.domain.model.answer import EditAnswer
from services.planner.domain.model.digest import video_name
from services.planner.domain.model.repair import Pick, mended
from shared.contracts.brief import PlanFault, StoryBeat, StoryTold
from shared.contracts.layout import violations
from shared.contracts.plan import Dropped, EditPlan, Moment
from shared.contracts.timeline import Clip, Effect, Evidence, Timeline, Transition

DISSOLVE = Fraction(1, 2)
"""Seconds of a dissolve."""
LEAST_FOR_DISSOLVE = 3
"""A clip must be so many times as long as the dissolve that begins or ends it."""
MARGIN = 0.2
MOST_TEXT = 600


@dataclass(frozen=True, slots=True)
class Composed:
    """``plan`` is None when the answer cannot be used; then ``faults`` say why, else what was mended."""

    plan: EditPlan | None
    faults: tuple[PlanFault, ...]


def composed(
    materials: Sequence[Material], answer: EditAnswer, template: str, wanted: float | None, *, model: str, final: bool
) -> Composed:
    """Return the plan that ``answer`` of ``model`` means; ``wanted`` is its length in seconds."""
    found = [(m, footage_of(m)) for m in materials]
    footages = [f for _, f in found if f is not None]
    made = mended(answer, footages, wanted, final=final)
    if made.refusals:
        return Composed(None, (*made.refusals, *made.faults))
    lives = [life_of(f, MARGIN) for f in footages]
    timeline = _timeline(footages, lives, made.picks)
    if broken := violations(timeline):
        return Composed(None, tuple(PlanFault(code=v.code, message=v.message, path=v.field) for v in broken[:10]))
    dropped = [d for m, f in found if f is None for d in without_picture(m.asset_id, m.analysis.media)]
    for footage, life in zip(footages, lives, strict=True):
        dropped += _left_out(footage, life, timeline)
    plan = EditPlan(
        planner=f"model:{model}"[:120],
        template_name=template,
        timeline=timeline,
        dropped=tuple(dropped),
        moments=_moments(answer, footages),
        story=_story(answer, made.picks, footages, timeline),
    )
    return Composed(plan, tuple(made.faults))


def _timeline(footages: Sequence[Footage], lives: Sequence[Life], picks: Sequence[Pick]) -> Timeline:
    shown = [
        Shown(
            p.source,
            p.frames,
            1.0,
            "1/2" if p.effect == "slowmo" else "1/1",
            () if p.effect == "none" else (Effect(name="slowmo" if p.effect == "slowmo" else "zoom"),),
        )
        for p in picks
    ]
    made = assembled(footages, lives, shown, 0, on_beat=False)
    clips: list[Clip] = []
    for place, (clip, pick) in enumerate(zip(made.video, picks, strict=True)):
        at = round(float(clip.source_start), 6)
        said = Evidence(kind="model", at=at, detail=pick.reason or f"chosen as {pick.role}")
        before = clips[-1] if clips else None
        dissolve = _dissolve(before, clip, made.rate) if pick.dissolve else None
        clips.append(clip.model_copy(update={"evidence": (said, *clip.evidence), "transition_in": dissolve,
                                             "id": f"{clip.id[:30]}-{place + 1}"}))  # fmt: skip
    return made.model_copy(update={"video": tuple(clips)})


def _dissolve(before: Clip | None, clip: Clip, rate: str) -> Transition | None:
    frames = max(1, round(DISSOLVE * Fraction(rate)))
    if before is None or min(before.frames, clip.frames) < LEAST_FOR_DISSOLVE * frames:
        return None
    return Transition(kind="dissolve", frames=frames)


def _left_out(footage: Footage, life: Life, timeline: Timeline) -> list[Dropped]:
    grid = footage.grid
    kept = [
        (grid.nearest(float(c.source_start)), grid.nearest(float(c.source_end)))
        for c in timeline.video
        if c.source == footage.asset_id
    ]
    found = left_out(footage, kept, life.dead, (), story=False)
    return [d.model_copy(update={"reason": "not_chosen"}) if d.reason == "trimmed" else d for d in found]


def _moments(answer: EditAnswer, footages: Sequence[Footage]) -> tuple[Moment, ...]:
    names = {video_name(i): f for i, f in enumerate(footages)}
    found = []
    for told in answer.key_moments:
        footage = names.get(told.video.strip())
        if footage is None:
            continue
        first, last = footage.grid.seconds(0), footage.grid.seconds(footage.grid.frames)
        start, end = max(first, told.start), min(last, told.end)
        if end > start:
            said = told.description[:300] or "Named by the model."
            found.append(Moment(source=footage.asset_id, start=start, end=end, score=told.score, description=said))
    return tuple(found)


def _story(answer: EditAnswer, picks: Sequence[Pick], footages: Sequence[Footage], timeline: Timeline) -> StoryTold:
    def beat(role: str, otherwise: int | None) -> StoryBeat | None:
        place = next((i for i, pick in enumerate(picks) if pick.role == role), otherwise)
        if place is None:
            return None
        clip = timeline.video[place]
        said = " ".join(c.text for c in clip.captions) or picks[place].reason or clip.name
        start, end = float(clip.source_start), float(clip.source_end)
        return StoryBeat(text=said[:MOST_TEXT], source=clip.source, start=round(start, 6), end=round(end, 6))

    return StoryTold(
        hook=beat("hook", 0),
        climax=beat("climax", None),
        resolution=beat("resolution", len(picks) - 1),
        tone=answer.tone[:200],
        summary=answer.summary[:2000],
    )
