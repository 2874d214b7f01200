"""Analyses as they should not be: times in disorder, outside the film, of no length. A plan comes of it anyway."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.planner.domain.footage import Material
from services.planner.domain.planning import plan
from services.planner.tools.catalog import templates
from shared.contracts.hearing import Beats, Curve
from shared.contracts.layout import violations
from shared.contracts.media import Shot, Span
from shared.contracts.plan import Wishes
from shared.contracts.speech import Caption, Transcript, Word
from tests.unit.planner_material import material

DURATION = 12.0
anywhere = st.one_of(st.floats(-2, DURATION + 3), st.sampled_from([0.0, DURATION, 6.0, 6.0]))
spans = st.lists(st.tuples(anywhere, anywhere), max_size=6).map(lambda s: tuple(Span(start=a, end=b) for a, b in s))
words = st.builds(Word, text=st.text(max_size=12), start=anywhere, end=anywhere, confidence=st.none() | st.floats(0, 1))
captions = st.builds(
    Caption,
    text=st.text(max_size=120),
    start=anywhere,
    end=anywhere,
    words=st.lists(words, max_size=5).map(tuple),
)
curves = st.none() | st.builds(
    Curve, step=st.sampled_from([0.0, 0.5, 5.0]), values=st.lists(st.floats(-5, 5), max_size=9).map(tuple)
)


@st.composite
def messes(draw: st.DrawFn) -> Material:
    rate = draw(st.sampled_from(["25/1", "30000/1001", "1000/1", "1/2", "7/3"]))
    base = draw(st.sampled_from(["1/1000", "1/90000", "1/25"]))
    made = material("mess", DURATION, rate=rate, time_base=base)
    video = made.analysis.media.video
    assert video is not None
    start = draw(st.sampled_from([0.0, 0.0, 0.083, 1.5, -0.2]))
    duration = draw(st.sampled_from([DURATION, DURATION - start, 3.0, 0.0]))
    shot_starts = draw(st.lists(anywhere, max_size=8))
    ticks = [(round(a / Fraction(base)), a) for a in shot_starts]
    update = {
        "media": made.analysis.media.model_copy(
            update={"video": video.model_copy(update={"start": start, "duration": duration})}
        ),
        "transcript": Transcript(status="completed", captions=tuple(draw(st.lists(captions, max_size=8)))),
        "shots": tuple(Shot(start_ticks=t, end_ticks=t, start=a, end=a) for t, a in ticks),
        "silences": draw(spans),
        "blacks": draw(spans),
        "freezes": draw(spans),
        "energy": draw(curves),
        "motion": draw(curves),
        "beats": Beats(times=tuple(draw(st.lists(anywhere, max_size=20))), tempo=100.0, confidence=1.0),
    }
    return Material("mess", made.media, made.analysis.model_copy(update=update))


@settings(max_examples=120, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(messes(), st.none() | st.floats(0.01, 20.0), st.sampled_from([None, "trailer", "energetic"]))
def test_a_mess_still_gives_a_timeline_that_can_be_rendered(
    source: Material, wished: float | None, template: str | None
) -> None:
    made = plan([source], Wishes(target_duration=wished, template_name=template, story="ship"), templates())
    assert violations(made.timeline) == []
    assert made.timeline.video
    for clip in made.timeline.video:
        assert clip.evidence
        for caption in clip.captions:
            assert clip.source_start - Fraction(1, 1000) <= Fraction(caption.start) < Fraction(caption.end)
            assert Fraction(caption.end) <= clip.source_end + Fraction(1, 1000)
