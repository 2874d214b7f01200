"""What holds of every edit, over random material and wishes."""

from __future__ import annotations

from fractions import Fraction
from itertools import zip_longest

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from services.planner.domain.captions import FASTEST, LONGEST_LINE
from services.planner.domain.dead import FLASH, SLIVER
from services.planner.domain.footage import Material
from services.planner.domain.planning import plan
from services.planner.tools.catalog import templates
from shared.contracts.hearing import Beats, Curve
from shared.contracts.layout import lay_out, violations
from shared.contracts.media import Analysis
from shared.contracts.plan import EditPlan, Wishes
from shared.contracts.speech import Caption, Transcript, Word
from shared.contracts.timeline import Clip
from tests.unit.planner_material import material

RATES = ("24/1", "25/1", "30/1", "30000/1001", "24000/1001", "60/1", "15/2")
BASES = {"24000/1001": "1/24000", "30000/1001": "1/30000"}
VOCABULARY = [
    "ship",
    "harbour,",
    "wind.",
    "and",
    "the",
    "captain?",
    "seven",
    "storm",
    "extraordinarily",
    "so.",
    "港の船。",
]


@st.composite
def times(draw: st.DrawFn, duration: float, most: int, shortest: float, longest: float) -> list[tuple[float, float]]:
    """Disjoint spans in order, some of them touching."""
    found, at = [], 0.0
    for _ in range(draw(st.integers(0, most))):
        at += draw(st.sampled_from([0.0, 0.0, 0.02, 0.07, 0.3, 1.3, 4.0]))
        length = draw(st.floats(shortest, longest))
        if at + length > duration:
            break
        found.append((round(at, 3), round(at + length, 3)))
        at = round(at + length, 3)
    return found


@st.composite
def transcripts(draw: st.DrawFn, duration: float) -> Transcript:
    kind = draw(st.sampled_from(["none", "words", "words", "words", "lines"]))
    if kind == "none":
        return Transcript(status="unavailable")
    captions = []
    for start, end in draw(times(duration, 12, 0.4, 5.0)):
        count = draw(st.integers(1, 14))
        texts = [draw(st.sampled_from(VOCABULARY)) for _ in range(count)]
        each = (end - start) / count
        fill = draw(st.sampled_from([1.0, 1.0, 0.7]))
        words = tuple(
            Word(text=t, start=round(start + i * each, 3), end=round(start + (i + fill) * each, 3))
            for i, t in enumerate(texts)
        )
        captions.append(Caption(text=" ".join(texts), start=start, end=end, words=words if kind == "words" else ()))
    return Transcript(status="completed", captions=tuple(captions))


@st.composite
def materials(draw: st.DrawFn, name: str = "one") -> Material:
    rate = draw(st.sampled_from(RATES))
    duration = draw(st.sampled_from([0.2, 1.0, 4.04, 9.5, 20.0, 41.375]))
    spans = times(duration, 6, 0.05, 4.0)
    cuts = sorted({round(round(c * float(Fraction(rate))) / Fraction(rate), 6) for c in draw(st.lists(
        st.floats(0.1, duration, exclude_max=True), max_size=12))}) if duration > 0.5 else []  # fmt: skip
    made = material(
        name,
        duration,
        cuts=[float(c) for c in cuts if 0 < c < duration],
        transcript=draw(transcripts(duration)),
        silences=draw(spans),
        blacks=draw(times(duration, 3, 0.04, 2.0)),
        freezes=draw(times(duration, 3, 0.2, 3.0)),
        sound=draw(st.booleans()) or draw(st.booleans()),
        rate=rate,
        time_base=BASES.get(rate, draw(st.sampled_from(["1/12800", "1/1000", "1/90000"]))),
    )
    curve = draw(st.lists(st.floats(0, 1), min_size=2, max_size=20))
    beats = Beats()
    if draw(st.booleans()):
        period = draw(st.floats(0.3, 0.8))
        beats = Beats(times=tuple(i * period for i in range(int(duration / period))), tempo=60 / period, confidence=0.9)
    update = {"motion": Curve(step=duration / len(curve), values=tuple(curve)), "beats": beats}
    return Material(made.asset_id, made.media, made.analysis.model_copy(update=update))


sources = st.integers(1, 3).flatmap(lambda n: st.tuples(*(materials(f"source-{i}") for i in range(n))))
wishes = st.builds(
    Wishes,
    template_name=st.sampled_from([None, *sorted(templates())]),
    target_duration=st.one_of(st.none(), st.floats(0.05, 60.0).map(lambda d: round(d, 3))),
    pace=st.sampled_from([None, "calm", "normal", "fast"]),
    story=st.sampled_from([None, "A captain in the storm", "a wedding"]),
    seed=st.sampled_from([0, 1, 7]),
)
many = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)


def said(analysis: Analysis) -> list[Word | Caption]:
    return [w for c in analysis.transcript.captions for w in (c.words or (c,))]


def holds_word(analysis: Analysis, start: float, end: float) -> bool:
    return any(w.start < end - 1e-6 and w.end > start + 1e-6 for w in said(analysis))


def frame(made: EditPlan, clip: Clip) -> float:
    video = made.timeline.sources[clip.source].media.video
    assert video is not None
    return 1 / float(Fraction(video.frame_rate))


def by_id(materials: tuple[Material, ...]) -> dict[str, Analysis]:
    return {m.asset_id: m.analysis for m in materials}


@many
@given(sources, wishes)
def test_an_edit_can_be_rendered_and_is_the_same_again(given_sources: tuple[Material, ...], wish: Wishes) -> None:
    made = plan(given_sources, wish, templates())
    assert violations(made.timeline) == []
    assert lay_out(made.timeline.video, made.timeline.rate) == made.timeline.video
    assert plan(given_sources, wish, templates()).model_dump_json() == made.model_dump_json()
    assert len({c.id for c in made.timeline.video}) == len(made.timeline.video)


@many
@given(sources, wishes)
def test_no_word_is_cut(given_sources: tuple[Material, ...], wish: Wishes) -> None:
    made = plan(given_sources, wish, templates())
    for clip in made.timeline.video:
        analysis = by_id(given_sources)[clip.source]
        slack = frame(made, clip) / 2 + 0.0011
        for cut in (float(clip.source_start), float(clip.source_end)):
            if cut < 0.001 or cut > analysis.media.duration - frame(made, clip):
                continue
            for word in said(analysis):
                assert not word.start + slack < cut < word.end - slack, (cut, word, clip.evidence)


@many
@given(sources, wishes)
def test_cuts_lie_on_frames_and_say_why(given_sources: tuple[Material, ...], wish: Wishes) -> None:
    made = plan(given_sources, wish, templates())
    for clip in made.timeline.video:
        for cut in (clip.source_start, clip.source_end):
            frames = float(cut) / frame(made, clip)
            assert abs(frames - round(frames)) * frame(made, clip) <= 0.00051
            assert any(abs(e.at - float(cut)) < 0.001 and e.detail for e in clip.evidence)


@many
@given(sources, wishes)
def test_shown_and_left_out_cover_each_source_once(given_sources: tuple[Material, ...], wish: Wishes) -> None:
    made = plan(given_sources, wish, templates())
    for name, analysis in by_id(given_sources).items():
        spans = [(float(c.source_start), float(c.source_end)) for c in made.timeline.video if c.source == name]
        spans = sorted(spans + [(d.start, d.end) for d in made.dropped if d.source == name])
        at = 0.0
        for start, end in spans:
            assert abs(start - at) <= 0.0015, spans
            at = end
        assert abs(at - analysis.media.duration) <= 0.0015


@many
@given(sources, wishes)
def test_a_wished_length_is_not_passed(given_sources: tuple[Material, ...], wish: Wishes) -> None:
    made = plan(given_sources, wish, templates())
    if wish.target_duration is None:
        return
    length = float(sum(c.seconds for c in made.timeline.video))
    if length > wish.target_duration + 0.001:
        assert len(made.timeline.video) == 1
        clip = made.timeline.video[0]
        analysis = by_id(given_sources)[clip.source]
        single = length <= frame(made, clip) + 0.002
        inside = [w for w in said(analysis) if w.end > float(clip.source_start) and w.start < float(clip.source_end)]
        assert single or inside


@st.composite
def calm_materials(draw: st.DrawFn) -> Material:
    """Wordless films whose shots and pauses are long enough to choose from."""
    cuts, at, duration = [], 0.0, 40.0
    for step in draw(st.lists(st.sampled_from([1.0, 1.48, 2.2, 3.6, 8.0]), max_size=12)):
        at = round(at + step, 2)
        cuts += [at] if at < duration - 1 else []
    black = draw(st.sampled_from([[], [(10.0, 12.5)], [(0.0, 3.0), (20.0, 21.04)]]))
    rate = draw(st.sampled_from(["25/1", "50/1"]))
    motion = draw(st.lists(st.floats(0, 1), min_size=20, max_size=20))
    return material(duration=duration, cuts=cuts, blacks=black, rate=rate, motion=motion)


@many
@given(calm_materials(), st.floats(0.5, 30.0), st.sampled_from(["calm", "normal", "fast"]), st.sampled_from([0, 3]))
def test_wordless_material_meets_the_wish_to_the_frame(source: Material, wished: float, pace: str, seed: int) -> None:
    made = plan([source], Wishes.model_validate({"target_duration": wished, "pace": pace, "seed": seed}), templates())
    length = float(sum(c.seconds for c in made.timeline.video))
    assert wished - frame(made, made.timeline.video[0]) - 0.002 <= length <= wished + 0.001


@many
@given(calm_materials(), st.floats(3.0, 12.0), st.integers(0, 2**31 - 1))
def test_spoken_material_meets_the_wish_to_the_word(source: Material, wished: float, seed: int) -> None:
    text = VOCABULARY[:9]
    words, at = [], 0.5
    for i in range(90):
        duration, gap = (0.25, 0.4, 0.18)[i * 7 % 3], (0.0, 0.03, 0.12)[(i * 5 + seed) % 3]
        words.append(Word(text=text[i % len(text)], start=round(at, 3), end=round(at + duration, 3)))
        at += duration + gap
    talk = Transcript(status="completed", captions=(Caption(text="talk", start=0.5, end=at, words=tuple(words)),))
    bare = source.analysis.model_copy(update={"transcript": talk, "blacks": ()})
    talking = Material(source.asset_id, source.media, bare)
    made = plan([talking], Wishes(target_duration=wished, seed=seed), templates())
    length = float(sum(c.seconds for c in made.timeline.video))
    assert wished - 0.5 <= length <= wished + 0.001


@many
@given(sources, wishes)
def test_no_flash_of_another_shot(given_sources: tuple[Material, ...], wish: Wishes) -> None:
    made = plan(given_sources, wish, templates())
    for clip in made.timeline.video:
        analysis = by_id(given_sources)[clip.source]
        start, end = float(clip.source_start), float(clip.source_end)
        end_of_picture = analysis.media.duration - analysis.media.duration % frame(made, clip)
        edges = [0.0, *(s.start for s in analysis.shots), analysis.media.duration, end_of_picture]
        first, last = (
            (FLASH if any(abs(cut - e) < 0.001 for e in edges) else SLIVER) - frame(made, clip) for cut in (start, end)
        )
        for shot in analysis.shots[1:]:
            if start + 0.001 < shot.start < min(end - 0.001, start + first):
                assert holds_word(analysis, start - 0.03, shot.start + 0.03), (clip, shot)
            if max(start + 0.001, end - last) < shot.start < end - 0.001:
                assert holds_word(analysis, shot.start - 0.03, end + 0.03), (clip, shot)


@many
@given(sources, wishes)
def test_captions_stay_in_their_clips_and_can_be_read(given_sources: tuple[Material, ...], wish: Wishes) -> None:
    made = plan(given_sources, wish, templates())
    for clip in made.timeline.video:
        at = float(clip.source_start) - 1e-5
        for caption, after in zip_longest(clip.captions, clip.captions[1:]):
            assert at <= caption.start < caption.end <= float(clip.source_end) + 1e-5
            assert len(caption.text) <= LONGEST_LINE or " " not in caption.text
            room = (after.start if after else float(clip.source_end)) - caption.start
            read = len(caption.text) / FASTEST
            assert caption.end - caption.start >= min(read, room) - 0.001
            assert all(caption.start <= w.start <= w.end <= caption.end for w in caption.words)
            at = caption.end


@many
@given(sources)
def test_without_a_wish_only_dead_air_is_left_out(given_sources: tuple[Material, ...]) -> None:
    made = plan(given_sources, Wishes(), templates())
    assert {d.reason for d in made.dropped} <= {"silence", "black", "frozen", "sliver", "no_picture"}
    for name, analysis in by_id(given_sources).items():
        clips = [c for c in made.timeline.video if c.source == name]
        last = analysis.media.duration - 0.2
        for word in (w for w in said(analysis) if w.end < last and w.end - w.start > 0.2):
            middle = (word.start + word.end) / 2
            assert any(float(c.source_start) <= middle <= float(c.source_end) for c in clips), word
