"""From TimelineData to the renderer's timeline."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from services.gateway.domain.timeline.compile import compile_timeline, retime
from services.gateway.domain.timeline.data import TimelineData, read
from services.gateway.domain.timeline.rules import violations as rules
from shared.contracts.blob import BlobRef
from shared.contracts.layout import starts, violations
from shared.contracts.media import MediaInfo, VideoStream
from shared.contracts.timeline import Source, Timeline

DURATION = 10.0
RATES = st.sampled_from(["30/1", "30000/1001", "25/1", "24/1", "60/1"])
BASES = st.sampled_from(["1/30000", "1/90000", "1/1000", "1/12800", "1001/30000"])


def source(time_base: str = "1/90000", duration: float = DURATION) -> Source:
    video = VideoStream(
        index=0, codec="h264", width=320, height=180, coded_width=320, coded_height=180,
        frame_rate="30/1", time_base=time_base, duration=duration,
    )  # fmt: skip
    info = MediaInfo(kind="video", container="mp4", duration=duration, size=1, video=video)
    return Source(blob=BlobRef(key="ingest/a/a.mp4", sha256="", size=1, content_type="video/mp4"), media=info)


def data_of(written: dict[str, object]) -> TimelineData:
    result = read(written)
    assert isinstance(result, tuple), result
    return result[0]


def compiled(written: dict[str, object], rate: str = "30/1") -> Timeline:
    return compile_timeline(data_of(written), "a", {"a": source(), "b": source()}, {"b": "b"}, rate)


@st.composite
def segments(draw: st.DrawFn) -> list[dict[str, object]]:
    made: list[dict[str, object]] = []
    for place in range(draw(st.integers(1, 8))):
        start = draw(st.floats(0, DURATION - 0.01))
        end = draw(st.floats(start + 0.001, DURATION + 0.0009))
        segment: dict[str, object] = {
            "start": start,
            "end": end,
            "effects": draw(st.sampled_from([[], ["slowmo"], ["zoom"]])),
        }
        if place and draw(st.booleans()):
            segment["transition"] = {"duration": draw(st.floats(0.01, 5))}
        if draw(st.booleans()):
            segment["sfx"] = {"name": "pop", "at": draw(st.floats(0, 20))}
        made.append(segment)
    return made


@settings(max_examples=25, deadline=None)
@given(segments(), RATES, BASES)
def test_every_stored_timeline_compiles_to_a_valid_one(made: list[dict[str, object]], rate: str, base: str) -> None:
    data = data_of({"segments": made})
    assert rules(data, DURATION, {}) == []
    timeline = compile_timeline(data, "a", {"a": source(base)}, {}, rate)
    assert violations(timeline) == []
    assert [c.source for c in timeline.video] == ["a"] * len(made)
    exact = sum(clip.seconds for clip in timeline.video)
    laid = Fraction(sum(clip.frames for clip in timeline.video)) / Fraction(rate)
    assert abs(laid - exact) <= (Fraction(len(made)) + Fraction(1, 2)) / Fraction(rate)


@settings(max_examples=20, deadline=None)
@given(segments(), RATES, RATES)
def test_a_timeline_is_valid_at_every_other_rate(made: list[dict[str, object]], rate: str, other: str) -> None:
    timeline = compile_timeline(data_of({"segments": made}), "a", {"a": source()}, {}, rate)
    again = retime(timeline, other)
    assert again.rate == other
    assert violations(again) == []
    assert len(again.video) == len(timeline.video)


def test_times_land_on_the_ticks_of_the_source_and_the_end_stays_inside() -> None:
    timeline = compiled({"segments": [{"start": 1.5, "end": 10.0009}]})
    clip = timeline.video[0]
    assert (clip.start, clip.end, clip.time_base) == (135_000, 900_000, "1/90000")
    assert clip.frames == 255


def test_slow_motion_is_half_speed_and_twice_as_long() -> None:
    clip = compiled({"segments": [{"start": 0, "end": 2, "effects": ["slowmo", {"name": "zoom", "to": 1.5}]}]}).video[0]
    assert (clip.speed, clip.frames) == ("1/2", 120)
    assert [(e.name, e.parameters) for e in clip.effects] == [("zoom", {"to": 1.5})]


def test_the_transcript_is_drawn_only_where_a_segment_has_no_captions_member() -> None:
    spoken = [{"text": "said", "start": 1.0, "end": 2.0}]
    own = [{"text": "own", "start": 1.0, "end": 1.5}]
    span = {"start": 0, "end": 3}
    timeline = compiled({"captions": spoken, "segments": [span, {**span, "captions": []}, {**span, "captions": own}]})
    assert [[c.text for c in clip.captions] for clip in timeline.video] == [["said"], [], ["own"]]


def test_a_caption_is_cut_to_the_words_that_are_heard() -> None:
    words = [{"text": w, "start": float(i), "end": i + 1.0} for i, w in enumerate(("one", "two", "three", "four"))]
    line = {"text": "one two three four", "start": 0.0, "end": 4.0, "words": words}
    silent = {"text": "later", "start": 5.0, "end": 6.0}
    clip = compiled({"captions": [line, silent], "segments": [{"start": 1.2, "end": 3.4}]}).video[0]
    assert [(c.text, c.start, c.end) for c in clip.captions] == [("two three", 1.2, 3.4)]
    assert [(w.text, w.start, w.end) for w in clip.captions[0].words] == [("two", 1.2, 2.0), ("three", 2.0, 3.0)]


def test_sounds_lie_where_their_segment_does() -> None:
    timeline = compiled({
        "segments": [
            {"start": 0, "end": 2},
            {"start": 4, "end": 6, "sfx": {"name": "pop", "at": 0.5}},
            {"start": 4, "end": 6, "sfx": {"name": "door", "asset_id": "b", "duration": 0.7}},
        ]
    })  # fmt: skip
    assert [(s.name, s.at, s.source, s.seconds) for s in timeline.sounds] == [
        ("pop", 75, None, None),
        ("door", 120, "b", 0.7),
    ]
    assert set(timeline.sources) == {"a", "b"}


def test_a_dissolve_is_shortened_to_the_room_that_there_is() -> None:
    timeline = compiled({
        "segments": [
            {"start": 0, "end": 1},
            {"start": 2, "end": 3, "transition": {"duration": 0.5}},
            {"start": 4, "end": 4.5, "transition": {"duration": 3}},
            {"start": 5, "end": 5.01, "transition": {"duration": 1}},
        ]
    })  # fmt: skip
    overlaps = [clip.transition_in.frames if clip.transition_in else 0 for clip in timeline.video]
    assert overlaps == [0, 15, 14, 0]
    assert starts(timeline.video) == [0, 15, 31, 46]
