"""What the rules planner makes of given material."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from services.planner.domain.footage import Material
from services.planner.domain.template import Template, chosen
from services.planner.tools.catalog import templates
from shared.contracts.hearing import Beats
from shared.contracts.plan import TEMPLATES, EditPlan, Wishes
from shared.contracts.speech import Caption, Transcript
from shared.errors import BadMedia, BadRequest
from tests.unit.planner_material import Pair, edit, kept, material, said, shown

TALK = said(
    ("The harbour was quiet that morning.", 1.0),
    ("Then the storm broke over the harbour wall!", 6.0),
    ("Nobody remembers what we had for lunch.", 12.0),
    ("Seven ships were lost in the storm.", 18.0),
)


def length(made: EditPlan) -> float:
    return float(sum(c.seconds for c in made.timeline.video))


def spoken(made: EditPlan) -> str:
    return " ".join(c.text for clip in made.timeline.video for c in clip.captions)


def overlaps(made: EditPlan, start: float, end: float) -> bool:
    return any(a < end - 0.001 and b > start + 0.001 for a, b in kept(made))


def test_dead_air_goes_and_speech_stays_with_its_margins() -> None:
    talk = said(("Hello there.", 2.0), ("And goodbye.", 8.0))
    made = edit(material(duration=12.0, transcript=talk, silences=[(0.0, 1.9), (2.8, 7.9), (8.8, 12.0)]))
    assert kept(made) == [(1.68, 3.0), (7.68, 9.0)]
    assert [(d.start, d.end, d.reason) for d in made.dropped] == [
        (0.0, 1.68, "silence"),
        (3.0, 7.68, "silence"),
        (9.0, 12.0, "silence"),
    ]


def test_a_pause_hardly_longer_than_its_margins_is_no_cut() -> None:
    talk = said(("Hello there.", 1.0), ("And goodbye.", 2.2))
    made = edit(material(duration=4.0, transcript=talk, silences=[(1.7, 2.15)]))
    assert kept(made) == [(0.0, 4.0)]


def test_wanted_sound_without_words_stays() -> None:
    made = edit(material(duration=10.0, silences=[(4.0, 8.0)]))
    assert kept(made) == [(0.0, 4.2), (7.8, 10.0)]


def test_black_and_frozen_pictures_go_unless_somebody_speaks() -> None:
    talk = said(("Listen to this in the dark", 7.0))
    made = edit(material(duration=20.0, transcript=talk, blacks=[(2.0, 4.0), (6.0, 10.0)], freezes=[(14.0, 17.0)]))
    assert not overlaps(made, 2.0, 4.0)
    assert not overlaps(made, 6.0, 6.9)
    assert overlaps(made, 7.0, 9.0)
    assert not overlaps(made, 14.0, 17.0)
    assert {d.reason for d in made.dropped} == {"black", "frozen"}


def test_a_remain_of_a_shot_beside_a_cut_goes_too() -> None:
    made = edit(material(duration=10.0, cuts=[4.12], silences=[(1.0, 4.24)]))
    starts = [a for a, _ in kept(made)]
    assert starts == [0.0, 4.12]
    made = edit(material(duration=10.0, cuts=[4.12], silences=[(1.0, 4.2)]))
    assert [a for a, _ in kept(made)] == [0.0, 4.12]


@pytest.mark.parametrize("wished", [1.0, 3.5, 7.04, 12.0])
@pytest.mark.parametrize("pace", ["calm", "normal", "fast"])
def test_a_wished_length_is_met_to_the_frame(wished: float, pace: str) -> None:
    made = edit(
        material(duration=30.0, cuts=[5.0, 9.4, 17.0, 21.2], motion=[0.1, 0.9, 0.3] * 10),
        target_duration=wished,
        pace=pace,
    )
    assert made.timeline.frames == int(wished * 25)


def test_a_wished_length_is_met_between_words() -> None:
    made = edit(material(duration=24.0, transcript=TALK), target_duration=8.0)
    assert made.timeline.frames == 200
    assert length(made) == 8.0


def test_a_wish_for_more_than_there_is_says_so() -> None:
    made = edit(material(duration=6.0), target_duration=30.0)
    assert kept(made) == [(0.0, 6.0)]
    assert made.notes == ("There is 6.0 s to show; 30.0 s were wished.",)


def test_pauses_grow_before_a_wish_goes_unmet() -> None:
    talk = said(("Hello there.", 2.0), ("And goodbye.", 8.0))
    silences = [(0.0, 1.9), (2.8, 7.9), (8.8, 12.0)]
    made = edit(material(duration=12.0, transcript=talk, silences=silences), target_duration=4.0)
    assert length(made) == 4.0
    assert spoken(made) == "Hello there. And goodbye."


def test_gapless_words_are_the_only_reason_to_miss_a_wish() -> None:
    wall = Transcript(
        status="completed",
        captions=tuple(Caption(text=f"line {i}", start=i * 1.5, end=(i + 1) * 1.5) for i in range(8)),
    )
    made = edit(material(duration=12.0, transcript=wall), target_duration=5.0)
    assert length(made) == pytest.approx(4.5, abs=0.05)
    made = edit(material(duration=12.0, transcript=wall), target_duration=0.5)
    assert length(made) == pytest.approx(1.5, abs=0.05)
    assert made.notes


def test_the_story_chooses_what_is_told() -> None:
    source = material(duration=24.0, transcript=TALK)
    made = edit(source, target_duration=7.0, story="How storms sank the ships")
    assert "storm broke" in spoken(made)
    assert "ships were lost" in spoken(made)
    assert "lunch" not in spoken(made)
    reasons = {d.reason for d in made.dropped}
    assert "off_topic" in reasons
    made = edit(source, target_duration=4.0, story="What was for lunch?")
    assert "lunch" in spoken(made)


def test_a_story_that_nothing_touches_is_noted() -> None:
    made = edit(material(duration=24.0, transcript=TALK), target_duration=7.0, story="Bicycles in Norway")
    assert any("touches the story" in n for n in made.notes)


def test_order_is_kept_except_for_a_hook() -> None:
    source = material(
        duration=60.0, cuts=[float(c) for c in range(3, 60, 3)], motion=[0.2] * 50 + [1.0] * 3 + [0.2] * 7
    )
    plain = [a for a, _ in kept(edit(source, target_duration=20.0))]
    assert plain == sorted(plain)
    hooked = [a for a, _ in kept(edit(source, target_duration=20.0, template_name="highlight_reel"))]
    assert 49.0 <= hooked[0] <= 53.0
    assert hooked[1:] == sorted(hooked[1:])


def test_pace_decides_how_long_clips_are() -> None:
    source = material(duration=120.0, motion=[0.1, 0.8, 0.4, 0.9, 0.2, 0.6] * 20)
    mean = {
        pace: 30.0 / len(edit(source, target_duration=30.0, pace=pace).timeline.video)
        for pace in ("calm", "normal", "fast")
    }
    assert mean["fast"] < mean["normal"] < mean["calm"]


def test_unspoken_music_is_cut_on_its_beats() -> None:
    times = tuple(0.37 + i * 0.5 for i in range(118))
    source = material(duration=60.0, beats=Beats(times=times, tempo=120.0, confidence=0.9), motion=[0.1, 0.9] * 30)
    made = edit(source, target_duration=20.0)
    kinds = [{e.kind for e in c.evidence} for c in made.timeline.video]
    assert len(kinds) > 2
    assert all("beat" in k for k in kinds)
    on_beat = {round(t * 25) for t in times}
    starts = [round(a * 25) for a, _ in kept(made)]
    assert all(s in on_beat or s == 0 for s in starts)
    unsure = edit(
        Material(
            "one", source.media,
            source.analysis.model_copy(update={"beats": Beats(times=times, tempo=120.0, confidence=0.2)}),
        ),
        target_duration=20.0,
    )  # fmt: skip
    assert not any(e.kind == "beat" for c in unsure.timeline.video for e in c.evidence)


def test_several_sources_each_have_their_part() -> None:
    one = material("one", 20.0, rate="30000/1001", time_base="1/30000", motion=[0.9] * 20)
    two = material("two", 20.0, rate="24/1", motion=[0.1] * 20)
    made = edit(one, two, target_duration=12.0)
    order = [c.source for c in made.timeline.video]
    assert order == sorted(order)
    assert {*order} == {"one", "two"}
    assert made.timeline.rate == "30000/1001"
    assert abs(made.timeline.frames - 12.0 * 30000 / 1001) <= 1.5
    assert {d.source for d in made.dropped} == {"one", "two"}


def test_a_source_named_twice_is_used_once() -> None:
    made = edit(material("one", 5.0), material("one", 5.0))
    assert kept(made) == [(0.0, 5.0)]


def test_a_film_without_sound_is_judged_by_its_picture() -> None:
    made = edit(material(duration=10.0, sound=False, silences=[(0.0, 10.0)]))
    assert kept(made) == [(0.0, 10.0)]
    assert made.notes == ()


def test_a_film_in_which_nothing_is_heard_is_never_empty() -> None:
    made = edit(material(duration=10.0, silences=[(0.0, 10.0)]))
    assert kept(made) == [(0.0, 10.0)]
    assert "nothing is heard" in made.notes[0]
    best = edit(material(duration=10.0, silences=[(0.0, 10.0)], motion=[0.0] * 5 + [1.0] * 5), target_duration=3.0)
    assert kept(best)[0][0] >= 4.0


def test_an_all_black_film_is_kept_with_a_note() -> None:
    made = edit(material(duration=4.0, blacks=[(0.0, 4.0)], silences=[(0.0, 4.0)]))
    assert kept(made) == [(0.0, 4.0)]
    assert any("black" in n for n in made.notes)


def test_a_single_frame_is_an_edit() -> None:
    made = edit(material(duration=0.04))
    assert made.timeline.frames == 1


def test_sound_alone_is_no_source() -> None:
    film = material("film", 5.0)
    song = material("song", 9.0)
    info = song.analysis.media.model_copy(update={"kind": "audio", "video": None})
    alone = Material("song", song.media, song.analysis.model_copy(update={"media": info, "shots": ()}))
    with pytest.raises(BadMedia) as refused:
        edit(alone)
    assert refused.value.code == "media_no_video"
    made = edit(film, alone)
    assert [(d.source, d.end, d.reason) for d in made.dropped] == [("song", 9.0, "no_picture")]


def test_no_source_is_refused() -> None:
    with pytest.raises(BadRequest) as refused:
        edit()
    assert refused.value.code == "sources_missing"


def test_an_unknown_template_is_refused_and_the_known_ones_named() -> None:
    with pytest.raises(BadRequest) as refused:
        edit(material(), template_name="vaporwave")
    assert refused.value.code == "template_unknown"
    assert all(name in refused.value.remedy for name in TEMPLATES)


def test_the_catalogue_is_the_contract() -> None:
    assert templates().keys() == TEMPLATES.keys()
    assert chosen(templates(), Wishes())[1] == Template()


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_every_template_makes_an_edit(name: str) -> None:
    source = material(duration=240.0, cuts=[float(c) for c in range(4, 240, 4)], motion=[0.1, 0.5, 0.9] * 80)
    made = edit(source, template_name=name)
    template = templates()[name]
    assert made.template_name == name
    assert length(made) == pytest.approx(min(240.0 * template.keep, template.longest or 240.0), abs=0.05)


def test_slow_motion_keeps_the_length_and_is_rare() -> None:
    source = material(duration=90.0, cuts=[float(c) for c in range(2, 90, 2)], motion=[0.2, 0.9, 1.0] * 30)
    made = edit(source, template_name="realistic_chaos", target_duration=30.0)
    slow = [c for c in made.timeline.video if c.speed == "1/2"]
    assert slow
    assert all([e.name for e in c.effects] == ["slowmo"] for c in slow)
    assert len(slow) <= len(made.timeline.video) / 4
    assert made.timeline.frames == 750


def test_speech_is_never_slowed() -> None:
    source = material(duration=24.0, transcript=TALK, motion=[1.0] * 24)
    made = edit(source, template_name="realistic_chaos", target_duration=15.0)
    assert all(c.speed == "1/1" or not c.captions for c in made.timeline.video)


def test_another_seed_is_another_edit_and_the_same_seed_the_same() -> None:
    source = material(duration=120.0, cuts=[float(c) for c in range(3, 120, 3)], motion=[0.5, 0.52, 0.51] * 40)
    edits = {seed: kept(edit(source, target_duration=20.0, seed=seed)) for seed in (0, 1, 2)}
    assert len({str(e) for e in edits.values()}) == 3
    assert edits[1] == kept(edit(source, target_duration=20.0, seed=1))


def test_evidence_names_the_word_the_shot_and_the_silence() -> None:
    talk = said(("Hello there.", 2.0), ("And goodbye.", 8.0))
    source = material(duration=12.0, cuts=[8.8], transcript=talk, silences=[(0.0, 1.9), (2.8, 7.9)])
    details = [e.detail for c in edit(source).timeline.video for e in c.evidence]
    assert "silence 0.000-1.900 s" in details
    assert "before 'Hello' (2.000 s)" in details
    assert "after 'there.' (2.650 s)" in details
    assert "the source ends" in details
    wished = edit(source, target_duration=1.5)
    assert all(any(abs(e.at - cut) < 0.001 for e in c.evidence) for c in wished.timeline.video for cut in shown(c))


def test_moments_stand_out_and_are_described() -> None:
    made = edit(material(duration=24.0, transcript=TALK), story="storm")
    assert made.moments
    best = max(made.moments, key=lambda m: m.score)
    assert "storm" in best.description
    assert "touches the story" in best.description


def test_odd_clocks_are_kept() -> None:
    source = material(duration=10.01, rate="30000/1001", time_base="1/30000", silences=[(2.0, 6.0)])
    made = edit(source)
    for clip in made.timeline.video:
        assert clip.start % 1001 == 0
        assert clip.end % 1001 == 0
        assert clip.frames == (clip.end - clip.start) // 1001


def test_a_source_that_starts_late_keeps_its_times() -> None:
    source = material(duration=10.0)
    video = source.analysis.media.video
    assert video is not None
    late = video.model_copy(update={"start": 0.5, "duration": 9.0})
    info = source.analysis.media.model_copy(update={"video": late})
    made = edit(Material("one", source.media, source.analysis.model_copy(update={"media": info, "shots": ()})))
    assert kept(made) == [(0.5, 9.5)]
    assert [(d.start, d.end, d.reason) for d in made.dropped] == [(0.0, 0.5, "no_picture"), (9.5, 10.0, "no_picture")]


def test_a_clock_is_no_frame_rate() -> None:
    made = edit(material(duration=4.0, rate="1000/1", time_base="1/1000"))
    assert made.timeline.rate == "30/1"
    assert made.timeline.frames == 120
    assert Fraction(made.timeline.video[0].end, 1000) == 4


def test_pair_is_seconds() -> None:
    pair: Pair = shown(edit(material(duration=2.0)).timeline.video[0])
    assert pair == (0.0, 2.0)


@pytest.mark.parametrize("tempo", [84, 100, 128, 171])
@pytest.mark.parametrize("seed", range(4))
def test_every_cut_of_wordless_film_is_on_a_beat_and_the_length_is_met(tempo: int, seed: int) -> None:
    dice = random.Random(seed)
    times = tuple(0.31 + i * 60 / tempo for i in range(int(58 * tempo / 60)))
    source = material(
        duration=60.0,
        beats=Beats(times=times, tempo=float(tempo), confidence=0.9),
        motion=[dice.random() for _ in range(60)],
    )
    made = edit(source, target_duration=30.0, template_name="energetic")
    assert abs(made.timeline.frames / 25 - 30) < 0.5 / 25
    begins, *cuts, ends = [at for span in kept(made) for at in span]
    off = [at for at in cuts if min(abs(beat - at) for beat in times) * 25 > 1]
    assert len(off) <= (1 if begins == 0 or ends > 59.9 else 0), "the edit's own ends give way as far as the film goes"


def test_a_film_of_a_second_keeps_a_whole_shot_and_no_remains_of_its_neighbours() -> None:
    short = material(duration=1.0, cuts=(0.5, 0.75), rate="24/1", motion=(0.0, 1.0))
    assert kept(edit(short, template_name="energetic")) == [(0.0, 0.5)]
