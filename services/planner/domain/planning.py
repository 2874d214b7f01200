"""The rules planner: one pure function from analyses and wishes to an edit with its reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from services.planner.domain.arc import told
from services.planner.domain.asked import life_asked
from services.planner.domain.assembly import assembled, shown
from services.planner.domain.choosing import choose
from services.planner.domain.dead import Life, life_of
from services.planner.domain.effects import Shown, with_effects
from services.planner.domain.fitting import fit
from services.planner.domain.footage import Footage, Material, footage_of
from services.planner.domain.left_out import left_out, without_picture
from services.planner.domain.moments import moments_of
from services.planner.domain.scoring import Score, scores_of
from services.planner.domain.selection import Selection
from services.planner.domain.template import Pace, Template, chosen
from services.planner.domain.text import Story
from services.planner.domain.units import Unit, units_of
from shared.contracts.expression import parse
from shared.contracts.plan import Dropped, EditPlan, Reason, Wishes
from shared.errors import BadMedia, BadRequest

PLANNER = "rules-2"
"""The name under which plans say who made them; another number means other edits from the same input."""
_RELAXED: tuple[tuple[frozenset[Reason], str], ...] = (
    (frozenset(), ""),
    (frozenset({"silence"}), "Nothing is heard worth keeping; the picture alone decided."),
    (frozenset({"silence", "frozen"}), "The picture stands still throughout; it was kept all the same."),
    (frozenset({"silence", "frozen", "black"}), "The picture is black throughout; it was kept all the same."),
)


@dataclass(frozen=True, slots=True)
class Judged:
    """Every source with what may be used of it, in units, scored."""

    footages: Sequence[Footage]
    lives: Sequence[Life]
    units: Sequence[Unit]
    scores: Sequence[Score]
    notes: tuple[str, ...]


def plan(sources: Sequence[Material], wishes: Wishes, templates: Mapping[str, Template]) -> EditPlan:
    """Return an edit of ``sources``: the same for the same input, to the byte.

    With a wished length the edit meets it within a frame of the slowest source where there are pauses or pictures to
    adjust, else within a word (under a second); it is longer only when the shortest word is. Raises ``BadRequest``
    (``template_unknown``, ``sources_missing``, ``edit_matches_nothing``) and ``BadMedia`` (``media_no_video``).
    """
    name, template, pace = chosen(templates, wishes)
    materials = list({m.asset_id: m for m in reversed(sources)}.values())[::-1]
    footages = [f for f in map(footage_of, materials) if f is not None]
    if not materials:
        raise BadRequest("There is no source to edit.", code="sources_missing", remedy="Name at least one asset.")
    if not footages:
        raise BadMedia("No source has a moving picture.", code="media_no_video", remedy="Give at least one video.")
    judged = _judge(footages, wishes, template, pace)
    wanted = _wanted(judged, wishes, template)
    selection = _select(judged, wanted, pace)
    clips = with_effects(shown(selection, hook=template.hook and wanted is not None), footages, template, wishes.seed)
    timeline = assembled(footages, judged.lives, clips, wishes.seed, on_beat=template.on_beat)
    return EditPlan(
        planner=PLANNER,
        template_name=name,
        timeline=timeline,
        story=told(timeline.video, [c.score for c in clips]),
        dropped=tuple(_dropped(materials, judged, selection, clips)),
        moments=moments_of(footages, judged.units, judged.scores),
        notes=judged.notes + _notes(judged, selection, wishes, wanted),
    )


def _judge(footages: Sequence[Footage], wishes: Wishes, template: Template, pace: Pace) -> Judged:
    lives, notes = _asked(footages, wishes, pace) if wishes.edit else _alive(footages, pace)
    notes += [f"Source {f.asset_id} has sound, yet nothing is heard in it." for f in footages if f.hushed]
    units = [
        unit
        for i, (footage, life) in enumerate(zip(footages, lives, strict=True))
        for unit in units_of(footage, i, life.live, pace, on_beat=template.on_beat)
    ]
    scores = scores_of(footages, units, Story(wishes.story), template.weights, wishes.seed)
    return Judged(footages, lives, units, scores, tuple(notes))


def _alive(footages: Sequence[Footage], pace: Pace) -> tuple[list[Life], list[str]]:
    for ignore, note in _RELAXED:
        lives = [life_of(f, pace.margin, ignore=ignore) for f in footages]
        if any(life.live for life in lives):
            return lives, [note] if note else []
    return [Life(((0, f.grid.frames),), ()) for f in footages], []


def _asked(footages: Sequence[Footage], wishes: Wishes, pace: Pace) -> tuple[list[Life], list[str]]:
    """Split the sources by the expression of what to keep, with the margin around it where one is wished."""
    text = wishes.edit or ""
    lives = [life_asked(f, parse(text), text, pace.margin) for f in footages]
    if not any(life.live for life in lives):
        raise BadRequest(
            f"Nothing in the footage is what {text[:80]!r} asks for.",
            code="edit_matches_nothing",
            remedy="Ask for less: a lower level, other words, or more terms joined by or.",
        )
    return lives, []


def _wanted(judged: Judged, wishes: Wishes, template: Template) -> Fraction | None:
    """Return the wished length in seconds; None when everything live is to stay."""
    if wishes.target_duration is not None:
        return Fraction(repr(wishes.target_duration))
    if template.keep >= 1 and template.longest is None:
        return None
    kept = _live(judged) * Fraction(repr(template.keep))
    return kept if template.longest is None else min(kept, Fraction(repr(template.longest)))


def _live(judged: Judged) -> Fraction:
    frames = [sum(u.length for u in judged.units if u.source == i) for i in range(len(judged.footages))]
    return sum((n / f.grid.rate for n, f in zip(frames, judged.footages, strict=True)), Fraction(0))


def _select(judged: Judged, wanted: Fraction | None, pace: Pace) -> Selection:
    live = _live(judged)
    if wanted is None or live <= wanted:
        selection = Selection(judged.footages, judged.units, judged.scores, live if wanted is None else wanted)
        for i, unit in enumerate(judged.units):
            selection.take(i, unit.frames, whole=True)
    else:
        selection = choose(judged.footages, judged.units, judged.scores, wanted, pace)
    if wanted is not None:
        fit(selection, judged.lives)
    return selection


def _dropped(
    materials: Sequence[Material], judged: Judged, selection: Selection, clips: Sequence[Shown]
) -> list[Dropped]:
    found: list[Dropped] = []
    story = any(s.measures.get("story") for s in judged.scores)
    places = {f.asset_id: i for i, f in enumerate(judged.footages)}
    for material in materials:
        place = places.get(material.asset_id)
        if place is None:
            found += without_picture(material.asset_id, material.analysis.media)
            continue
        units = [
            (u, s, i in selection.picks)
            for i, (u, s) in enumerate(zip(judged.units, judged.scores, strict=True))
            if u.source == place
        ]
        kept = [c.frames for c in clips if c.source == place]
        found += left_out(judged.footages[place], kept, judged.lives[place].dead, units, story=story)
    return found


def _notes(judged: Judged, selection: Selection, wishes: Wishes, wanted: Fraction | None) -> tuple[str, ...]:
    notes: list[str] = []
    if wishes.target_duration is not None:
        length = wishes.target_duration - selection.left
        if selection.left > 0.5:
            notes.append(f"There is {length:.1f} s to show; {wishes.target_duration:.1f} s were wished.")
        elif selection.left < -0.1:
            notes.append(f"The shortest piece that cuts no word lasts {length:.1f} s.")
    if Story(wishes.story).stems and not any(s.measures.get("story") for s in judged.scores):
        notes.append("Nothing that is said touches the story; the other measures decided.")
    elif wishes.story and wanted is None:
        notes.append("No length was wished, so nothing said was left out; the story ranks the moments.")
    return tuple(notes)
