"""Why moments are kept: measures of speech, picture and sound, the hook and the arc."""

from __future__ import annotations

from services.planner.domain.arc import arc
from services.planner.domain.footage import footage_of
from services.planner.domain.scoring import WEIGHTS, WHAT, scores_of
from services.planner.domain.template import PACES
from services.planner.domain.text import Story
from services.planner.domain.units import units_of
from shared.contracts.hearing import Curve
from shared.contracts.media import Analysis
from tests.unit.planner_material import Material, edit, kept, material, said

LINES = (
    ("welcome to the harbour today", 1.0), ("we look at small boats here", 6.0),
    ("so the captain fell into the water", 12.0), ("boats are painted every spring", 20.0),
    ("finally we thank the captain", 27.0),
)  # fmt: skip


def film(**measured: object) -> Material:
    """Half a minute of five sentences, with what was measured beside them."""
    made = material(duration=30.0, transcript=said(*LINES))
    return Material(made.asset_id, made.media, Analysis.model_validate({**made.analysis.model_dump(), **measured}))


def measures(made: Material, name: str) -> list[float]:
    """The measure of each spoken unit."""
    footage = footage_of(made)
    assert footage is not None
    units = units_of(footage, 0, [(0, footage.grid.frames)], PACES["normal"], on_beat=False)
    scores = scores_of([footage], units, Story(None), {}, 0)
    return [round(s.measures[name], 2) for u, s in zip(units, scores, strict=True) if u.tokens and name in s.measures]


def test_every_measure_has_a_weight_and_words() -> None:
    assert WEIGHTS.keys() == WHAT.keys()


def test_openers_count_at_the_beginning_and_closers_at_the_end() -> None:
    assert (arc("Welcome, friends", 0.02), arc("welcome back", 0.5), arc("Finally, thanks", 0.95)) == (1.0, 0.0, 1.0)
    found = measures(film(), "arc")
    assert found[0] == 1.0 and found[-1] == 1.0 and sum(found) == 2.0


def test_laughter_is_loud_sound_right_behind_the_words() -> None:
    laughing = [-10.0 if 146 <= i < 175 else -40.0 for i in range(300)]
    found = measures(film(energy=Curve(step=0.1, values=tuple(laughing))), "laughter")
    assert [value > 0.5 for value in found] == [False, False, True, False, False]


def test_faces_and_sharpness_count_where_they_are_known() -> None:
    box = {"x": 0.1, "y": 0.1, "width": 0.2, "height": 0.2, "score": 0.9}
    track = {"id": "f1", "boxes": [{**box, "time": t / 4} for t in range(48, 64)]}
    found = measures(film(faces=[track]), "faces")
    assert found[2] > 0.3 and found[0] == 0.0
    assert measures(film(), "faces") == measures(film(), "sharp") == []
    sharp = measures(film(sharpness=Curve(step=1.0, values=tuple(float(i > 18) for i in range(30)))), "sharp")
    assert sharp[-1] == 1.0 and sharp[0] == 0.0


def test_the_moment_people_laugh_at_is_the_hook_of_a_trailer() -> None:
    laughing = [-10.0 if 146 <= i < 175 else -30.0 for i in range(300)]
    made = edit(
        film(energy=Curve(step=0.1, values=tuple(laughing))), template_name="highlight_reel", target_duration=14.0
    )
    assert kept(made)[0][0] < 12.5 < 14.0 < kept(made)[0][1]
    assert "laughter" in made.timeline.video[0].evidence[0].detail


def test_every_clip_says_why_it_is_kept_and_every_gap_why_not() -> None:
    made = edit(film(), target_duration=12.0)
    for clip in made.timeline.video:
        assert clip.evidence[0].detail.startswith("kept: ") and len(clip.evidence) >= 3
    whole = sum(b - a for a, b in kept(made)) + sum(d.end - d.start for d in made.dropped)
    assert abs(whole - 30.0) < 0.1


def test_the_story_is_told_by_its_first_strongest_and_last_clip() -> None:
    made = edit(film(), target_duration=16.0)
    assert made.story is not None and made.story.hook is not None and made.story.resolution is not None
    assert "welcome" in made.story.hook.text
    assert made.story.hook.start == kept(made)[0][0] and made.story.resolution.end == kept(made)[-1][1]
