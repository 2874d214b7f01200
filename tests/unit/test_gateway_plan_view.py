"""Plans as timelines, and as edit decision lists."""

from __future__ import annotations

from services.gateway.domain.ai_order import StoryPrompt, story_text
from services.gateway.domain.ai_plan import data_view, job_view, plan_view
from services.gateway.domain.timeline.compile import compile_timeline
from services.gateway.domain.timeline.data import read, view
from services.gateway.domain.timeline.plan_view import timeline_of
from services.gateway.domain.timeline.rules import violations
from shared.contracts.plan import Dropped, Moment
from shared.contracts.timeline import Effect, Evidence, SoundClip, Transition
from tests.unit.gateway_made import RATE, analysis, clip, job, plan

WORD = Evidence(kind="word", at=1.0, detail="before the word 'one'")


def test_a_plan_becomes_a_timeline_that_may_be_stored_and_written_again() -> None:
    made = plan(
        clip(1, 3, effects=(Effect(name="zoom", parameters={"to": 1.3}),)),
        clip(5, 6, speed="1/2"),
        clip(8, 10, transition_in=Transition(kind="dissolve", frames=15)),
    )
    sounds = (SoundClip(id="s", name="pop", at=66), SoundClip(id="t", name="click", at=70))
    made = made.model_copy(update={"timeline": made.timeline.model_copy(update={"sounds": sounds})})
    data = timeline_of(made, analysis())
    assert violations(data, 10.0, {}) == []
    assert [(s.start, s.end) for s in data.segments] == [(1.0, 3.0), (5.0, 6.0), (8.0, 10.0)]
    assert [[(e.name, e.parameters) for e in s.effects] for s in data.segments] == [
        [("zoom", {"to": 1.3})],
        [("slowmo", {})],
        [],
    ]
    assert [(s.sfx.name, s.sfx.at) for s in data.segments if s.sfx] == [("pop", 0.2)]
    assert [(c.text, c.start, c.end) for c in data.captions] == [("one two", 1.0, 2.0), ("late", 9.5, 10.0)]
    assert data.captions[1].words[0].end == 10.0
    assert data.beats == (0.5, 1.5)
    assert data.segments[0].beats == (1.5,)
    again = read(view(data))
    assert isinstance(again, tuple)
    assert view(again[0]) == view(data)


def test_what_a_plan_says_is_what_is_rendered() -> None:
    made = plan(clip(1, 3), clip(5, 6, speed="1/2"), clip(8, 10, transition_in=Transition(kind="dissolve", frames=15)))
    data = timeline_of(made, analysis())
    rendered = compile_timeline(data, "a", made.timeline.sources, {}, RATE)
    fields = {"start", "end", "time_base", "speed", "frames", "transition_in"}
    assert [c.model_dump(include=fields) for c in rendered.video] == [
        c.model_dump(include=fields) for c in made.timeline.video
    ]


def test_neighbouring_spans_are_one_cut() -> None:
    made = plan(
        clip(1, 2, evidence=(WORD,)), clip(2, 3), clip(5, 6, transition_in=Transition(kind="dissolve", frames=15)),
        clip(5, 6, source="b"), clip(6, 7, speed="1/2", source="b"),
    )  # fmt: skip
    shown = plan_view(made, None)
    assert [(c["id"], c["video_id"], c["start"], c["end"]) for c in shown["edl"]] == [  # type: ignore[attr-defined]
        ("cut-1", "a", 1.0, 3.0),
        ("cut-2", "a", 5.0, 6.0),
        ("cut-3", "b", 5.0, 6.0),
        ("cut-4", "b", 6.0, 7.0),
    ]
    first = shown["edl"][0]  # type: ignore[index]
    assert first["reason"] == "before the word 'one'"
    assert first["evidence"] == [{"kind": "word", "at": 1.0, "detail": "before the word 'one'"}]
    assert shown["transitions"] == [{"after": "cut-1", "type": "dissolve", "duration": 0.5}]


def test_the_story_has_hook_climax_and_resolution() -> None:
    made = plan(
        clip(1, 2), clip(4, 6), clip(8, 9),
        moments=(
            Moment(source="a", start=4.5, end=5.0, score=0.9, description="loud"),
            Moment(source="a", start=1.0, end=1.5, score=0.2, description="quiet"),
        ),
        dropped=(Dropped(source="a", start=0.0, end=1.0, reason="silence"),),
    )  # fmt: skip
    shown = plan_view(made, "calm")
    story = shown["story_analysis"]
    assert isinstance(story, dict)
    assert [(story[part]["start"], story[part]["end"]) for part in ("hook", "climax", "resolution")] == [
        (1.0, 2.0),
        (4.0, 6.0),
        (8.0, 9.0),
    ]
    assert story["tone"] == "calm"
    assert story["summary"] == "Keeps 4.0 s of 10.0 s in 3 cuts."
    assert shown["dropped"] == [{"start": 0.0, "end": 1.0, "reason": "silence", "video_id": "a"}]


def test_before_the_analysis_there_are_zeros() -> None:
    shown = data_view(None, at_work=False)
    assert shown["transcription"] == {"status": "pending", "segment_count": 0, "has_data": False}
    assert shown["scenes"] == shown["frames"] == {"count": 0, "has_data": False}
    assert data_view(None, at_work=True)["transcription"]["status"] == "processing"  # type: ignore[index]
    assert data_view(analysis(), at_work=False)["transcription"] == {
        "status": "completed",
        "segment_count": 3,
        "has_data": True,
    }


def test_without_a_model_the_usage_is_zero() -> None:
    shown = job_view(job("edit"), {})
    assert shown["llm_usage"] == {
        "prompt_tokens": 0,
        "completion_tokens": 0,
        "total_tokens": 0,
        "model": "rules",
        "cost_usd": 0.0,
    }
    assert shown["created_at"] == "2026-11-01T12:00:00.000Z"
    assert shown["completed_at"] is None


def test_a_story_is_what_was_said_of_it() -> None:
    prompt = StoryPrompt.model_validate({"key_message": "Learn", "story_arc": {"hook": " Look! ", "climax": ""}})
    assert story_text(prompt) == "Learn\nLook!"
    assert story_text(StoryPrompt(tone="calm")) is None


def test_a_plan_over_several_films_names_the_others() -> None:
    made = plan(clip(1, 3), clip(2, 4, "b"))
    found = timeline_of(made, analysis(), "a")
    assert [s.asset_id for s in found.segments] == [None, "b"]
    assert [s.beats for s in found.segments] == [(1.5,), ()]
    assert [s.asset_id for s in timeline_of(plan(clip(1, 3)), analysis()).segments] == [None]
