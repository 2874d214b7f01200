"""A model's answer held against the footage: mended where that is safe, refused where it is not."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.planner.domain.footage import Material
from services.planner.domain.model.answer import EditAnswer, read_answer
from services.planner.domain.model.compose import Composed, composed
from shared.contracts.layout import violations
from shared.contracts.plan import EditPlan
from tests.unit.planner_material import material, said, shown

LINES = [(f"Sentence number {n} is spoken here.", 1.0 + 5 * n) for n in range(6)]
FILM = material(duration=31.0, transcript=said(*LINES), cuts=(10.0, 20.0))
OTHER = material("two", duration=8.0, cuts=(4.0,))


def made(*cuts: dict[str, object], wanted: float | None = None, final: bool = False, **more: object) -> Composed:
    answer = read_answer(json.dumps({"cuts": [{"video": "v1", **c} for c in cuts], **more}), EditAnswer)
    assert isinstance(answer, EditAnswer), answer
    return composed([FILM, OTHER], answer, "none", wanted, model="m", final=final)


def plan(result: Composed) -> EditPlan:
    assert result.plan is not None, result.faults
    return result.plan


def codes(result: Composed) -> list[str]:
    return [f.code for f in result.faults]


def cut(start: float, end: float, **more: object) -> dict[str, object]:
    return {"start": start, "end": end, **more}


def inside_words(film: Material, seconds: float) -> bool:
    return any(w.start + 0.021 < seconds < w.end - 0.021 for c in film.analysis.transcript.captions for w in c.words)


def test_times_are_moved_out_of_words_and_to_shots() -> None:
    (clip,) = plan(made(cut(1.1, 9.9))).timeline.video
    start, end = shown(clip)
    assert not inside_words(FILM, start)
    assert end == 10.0, "a change of shot is close by"
    assert abs(start - 1.1) <= 0.2


def test_times_outside_the_film_are_clamped_and_told() -> None:
    result = made(cut(-5, 4), cut(29, 99))
    assert codes(result) == ["time_clamped", "time_clamped"]
    spans = [shown(c) for c in plan(result).timeline.video]
    assert (spans[0][0], spans[-1][1]) == (0.0, 31.0)


@pytest.mark.parametrize("wrong", [cut(5, 5), cut(9, 2), cut(500, 600), cut(-9, -1)])
def test_cuts_that_show_nothing_are_left_out(wrong: dict[str, object]) -> None:
    result = made(wrong, cut(10, 15))
    assert codes(result) == ["cut_empty"]
    assert len(plan(result).timeline.video) == 1
    assert made(wrong).plan is None
    assert codes(made(wrong))[0] == "no_usable_cut"


def test_unknown_videos_are_left_out() -> None:
    result = made(cut(0, 4, video="v9"), cut(0, 4, video="v2"))
    assert codes(result) == ["video_unknown"]
    assert [c.source for c in plan(result).timeline.video] == ["two"]


def test_overlaps_in_play_order_are_one_cut() -> None:
    result = made(cut(0, 6), cut(4.5, 15))
    assert codes(result) == ["overlap_merged"]
    assert [shown(c) for c in plan(result).timeline.video] == [(0.0, 15.0)]
    touching = made(cut(10, 15), cut(15, 20))
    assert [shown(c) for c in plan(touching).timeline.video] == [(10.0, 20.0)]


def test_nothing_is_shown_twice() -> None:
    result = made(cut(10, 20), cut(0, 4), cut(10, 14), cut(18, 25))
    assert codes(result) == ["cut_repeated", "overlap_trimmed"]
    spans = sorted(shown(c) for c in plan(result).timeline.video)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))


def test_effects_and_transitions_are_those_on_the_list() -> None:
    result = made(
        cut(0, 5, effect="zoom"), cut(10, 15, transition="dissolve"), cut(20, 25, effect="rm", transition="x")
    )
    clips = plan(result).timeline.video
    assert [[e.name for e in c.effects] for c in clips] == [["zoom"], [], []]
    assert [c.transition_in.frames if c.transition_in else 0 for c in clips] == [0, 12, 0]
    assert codes(result) == ["effect_unknown", "transition_unknown"]
    slow = plan(made(cut(10, 15, effect="slowmo")))
    assert (slow.timeline.video[0].speed, slow.timeline.frames) == ("1/2", 250)


def test_a_wished_length_is_held() -> None:
    long = (cut(0, 10), cut(10, 20), cut(20, 30))
    assert codes(made(*long, wanted=10)) == ["too_long"]
    assert made(*long, wanted=10).plan is None
    last = made(*long, wanted=10, final=True)
    assert codes(last) == ["too_long"]
    assert plan(last).timeline.frames / 25 == pytest.approx(12.5, abs=0.5)
    parted = made(cut(0, 9), cut(10, 19), cut(20, 30), wanted=10, final=True)
    assert [shown(c) for c in plan(parted).timeline.video] == [(0.0, 9.0)]
    short = made(cut(0, 5), wanted=20)
    assert (short.plan, codes(short)) == (None, ["too_short"])
    assert plan(made(cut(0, 5), wanted=20, final=True)).timeline.frames == 125


def test_the_plan_tells_its_story_and_what_it_leaves_out() -> None:
    result = made(
        cut(10, 15, role="hook", reason="it grabs"), cut(0, 5), cut(20, 26, role="resolution"),
        tone="calm", summary="All of it.",
        key_moments=[{"video": "v1", "start": 10, "end": 99, "description": "d", "score": 0.9}],
    )  # fmt: skip
    made_plan = plan(result)
    story = made_plan.story
    assert story is not None
    assert story.hook is not None
    assert (story.hook.start, story.climax, story.tone) == (10.0, None, "calm")
    assert "Sentence number 2" in story.hook.text
    assert [(m.start, m.end, m.score) for m in made_plan.moments] == [(10.0, 31.0, 0.9)]
    assert {d.reason for d in made_plan.dropped} <= {"not_chosen", "sliver"}
    left_out = sum(d.end - d.start for d in made_plan.dropped if d.source == "one")
    assert left_out == pytest.approx(31 - 16, abs=0.5)
    ids = [c.id for c in made_plan.timeline.video]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "answer_not_json"),
        ("no", "answer_not_json"),
        ("{" * 100_000, "answer_not_json"),
        ('{"a": 1}', "answer_invalid"),
        ('{"cuts": []}', "answer_invalid"),
        ('{"cuts": [{"video": "v1", "start": NaN, "end": 2}]}', "answer_invalid"),
        ('{"cuts": [{"video": "v1", "start": "now", "end": 2}]}', "answer_invalid"),
    ],
)
def test_what_is_no_answer(text: str, code: str) -> None:
    read = read_answer(text, EditAnswer)
    assert isinstance(read, list)
    assert read[0].code == code


def test_an_answer_is_found_between_other_words() -> None:
    text = 'Thinking {about it} first: {"x": 1} ```json\n{"cuts": [{"video": "v1", "start": 1, "end": 2}]}\n``` Bye.'
    read = read_answer(text, EditAnswer)
    assert isinstance(read, EditAnswer)
    assert read.cuts[0].end == 2


NUMBER = st.floats(-10, 50) | st.sampled_from([0.0, 10.0, 31.0, 1e12])
CUT = st.fixed_dictionaries({
    "start": NUMBER, "end": NUMBER, "video": st.sampled_from(["v1", "v2", "one", "v0", "nobody"]),
    "effect": st.sampled_from(["none", "zoom", "slowmo", "explode"]),
    "transition": st.sampled_from(["cut", "dissolve"]),
    "role": st.sampled_from(["hook", "body", "climax", "resolution"]),
})  # fmt: skip


@settings(max_examples=150)
@given(st.lists(CUT, min_size=1, max_size=20), st.none() | st.floats(1, 40), st.booleans())
def test_whatever_a_model_answers_a_plan_is_valid(
    cuts: list[dict[str, object]], wanted: float | None, final: bool
) -> None:
    result = made(*cuts, wanted=wanted, final=final)
    if result.plan is None:
        assert result.faults
        return
    timeline = result.plan.timeline
    assert violations(timeline) == []
    for clip in timeline.video:
        if clip.source == "one":
            assert not any(inside_words(FILM, t) for t in shown(clip))
    spans = sorted((c.source, *shown(c)) for c in timeline.video)
    assert all(a[0] != b[0] or a[2] <= b[1] for a, b in pairwise(spans))
    if final and wanted:
        assert timeline.frames / 25 <= wanted * 1.15 + 1.05
