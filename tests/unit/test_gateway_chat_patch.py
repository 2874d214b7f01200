"""Operations of a conversation on a timeline: what they do, and that nothing invalid comes of them."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.chat.patch import Patched, patched
from services.gateway.domain.chat.places import CannotDo
from services.gateway.domain.timeline.data import CaptionData, SegmentData, SpokenWord, TimelineData
from services.gateway.domain.timeline.layer_data import MusicData, OverlayData, SoundData
from services.gateway.domain.timeline.playing import whole
from services.gateway.domain.timeline.rules import violations
from shared.contracts.chat import OPERATIONS
from shared.contracts.hearing import Curve
from shared.contracts.overlays import TextBox
from tests.unit.planner_material import material

DURATION = 100.0
LINES = (
    (1.0, "Welcome to our new editor."),
    (6.0, "The pricing starts at ten dollars."),
    (11.0, "Higher prices buy more seats."),
    (21.0, "Our team is small and happy."),
    (26.0, "Haha, that was a funny joke!"),
    (41.0, "Finally, thank you for watching."),
)


def line(start: float, text: str) -> CaptionData:
    words = text.split()
    spoken = tuple(
        SpokenWord(text=w, start=round(start + 0.5 * i, 3), end=round(start + 0.5 * i + 0.4, 3))
        for i, w in enumerate(words)
    )
    return CaptionData(text=text, start=start, end=spoken[-1].end, words=spoken)


def talk() -> TimelineData:
    captions = tuple(line(*told) for told in LINES)
    spans = ((0.0, 15.0), (20.0, 30.0), (40.0, 46.0), (60.0, 64.0))
    segments = tuple(
        SegmentData(name=f"segment {i}", start=a, end=b, captions=tuple(c for c in captions if a <= c.start < b))
        for i, (a, b) in enumerate(spans, 1)
    )
    return TimelineData(segments=segments, captions=captions)


def op(kind: str, /, **members: object) -> dict[str, object]:
    return {"op": kind, **members}


def done(*operations: dict[str, object], data: TimelineData | None = None) -> Patched | CannotDo:
    return patched(data or talk(), OPERATIONS.validate_python(operations), DURATION, {})


def spans(result: Patched | CannotDo) -> list[tuple[float, float]]:
    assert isinstance(result, Patched), result
    return [(s.start, s.end) for s in result.data.segments]


def refused(result: Patched | CannotDo) -> str:
    assert isinstance(result, CannotDo)
    return str(result)


def test_a_shorter_edit_keeps_what_says_most_and_cuts_no_word() -> None:
    result = done(op("set_duration", seconds=20))
    assert isinstance(result, Patched)
    assert whole(result.data.segments) == pytest.approx(20, abs=0.6)
    assert result.data.segments[0].start == 0.0
    for segment in result.data.segments:
        assert not any(w.start < segment.end < w.end for c in segment.captions or () for w in c.words)
    assert "left out" in result.said


def test_an_edit_is_not_made_longer_from_nothing() -> None:
    assert "target_duration=90" in refused(done(op("set_duration", seconds=90)))


def test_a_topic_goes_with_all_its_lines_and_only_they_do() -> None:
    result = done(op("remove_topic", topic="pricing"))
    left = [c.text for s in result.data.segments for c in s.captions or ()] if isinstance(result, Patched) else []
    assert [t for t in left if "pric" in t.lower()] == []
    assert "Welcome to our new editor." in left
    assert len(left) == 4
    assert "nothing" in refused(done(op("remove_topic", topic="dinosaurs"))).lower()


def test_only_a_topic() -> None:
    result = done(op("keep_topic", topic="the joke"))
    assert len(spans(result)) == 1
    assert spans(result)[0][0] == pytest.approx(25.2, abs=1.0)


def test_a_span_of_play_time() -> None:
    assert spans(done(op("remove_span", start=0, end=5))) == [
        (5.0, 15.0),
        (20.0, 30.0),
        (40.0, 46.0),
        (60.0, 64.0),
    ]
    assert spans(done(op("remove_span", start=13, end=17))) == [
        (0.0, 13.0), (22.0, 30.0), (40.0, 46.0), (60.0, 64.0),
    ]  # fmt: skip
    assert spans(done(op("remove_span", start=25))) == [(0.0, 15.0), (20.0, 30.0)]
    assert "35.0 s" in refused(done(op("remove_span", start=50)))


def test_segments_out_moved_and_in_another_order() -> None:
    assert spans(done(op("remove_segments", segments=[2, -1]))) == [(0.0, 15.0), (40.0, 46.0)]
    assert spans(done(op("move", to=1, segment=3)))[0] == (40.0, 46.0)
    assert spans(done(op("move", to=-1, segment=1)))[-1] == (0.0, 15.0)
    assert spans(done(op("reorder", order=[4, 2]))) == [(60.0, 64.0), (20.0, 30.0), (0.0, 15.0), (40.0, 46.0)]
    assert "no segment 9" in refused(done(op("remove_segments", segments=[9])))
    assert "Nothing would be left" in refused(done(op("remove_segments", segments=[1, 2, 3, 4])))
    assert "there already" in refused(done(op("move", to=1, segment=1)))


def test_the_funniest_bit_is_found_by_what_is_said() -> None:
    assert spans(done(op("move", to=1, kind="funniest")))[0] == (20.0, 30.0)
    dull = talk().model_copy(update={"segments": (talk().segments[0], talk().segments[2])})
    assert "Name its number" in refused(done(op("move", to=1, kind="funniest"), data=dull))
    assert spans(done(op("move", to=1, topic="thank you")))[0] == (40.0, 46.0)


def test_laughter_behind_a_line_is_heard() -> None:
    values = [0.1] * 100
    values[23:25] = [0.9, 0.8]  # somebody laughs after "Our team is small and happy."
    quiet = talk().model_copy(update={"captions": tuple(c for c in talk().captions if "Haha" not in c.text)})
    segments = tuple(s.model_copy(update={"captions": None}) for s in quiet.segments)
    data = quiet.model_copy(update={"segments": segments})
    order = OPERATIONS.validate_python([op("move", to=1, kind="funniest")])
    heard = patched(data, order, DURATION, {}, Curve(step=1.0, values=tuple(values)))
    assert spans(heard)[0] == (20.0, 30.0)
    assert "Name its number" in refused(patched(data, order, DURATION, {}, Curve(step=1.0, values=(0.1,) * 100)))
    loud = OPERATIONS.validate_python([op("move", to=1, kind="loudest")])
    assert spans(patched(data, loud, DURATION, {}, Curve(step=1.0, values=tuple(values))))[0] == (20.0, 30.0)


def test_thousands_of_segments_take_no_time() -> None:
    captions = tuple(CaptionData(text="one two three", start=i / 20, end=i / 20 + 0.04) for i in range(500))
    segments = tuple(SegmentData(name="s", start=i / 20, end=i / 20 + 0.5) for i in range(475))
    data = TimelineData(segments=segments, captions=captions)
    began = time.process_time()
    for order in (op("set_duration", seconds=30), op("remove_topic", topic="three"), op("set_pace", pace="calm")):
        done(order, data=data)
    assert time.process_time() - began < 4


def test_the_transcript_is_of_the_projects_own_film() -> None:
    segments = (talk().segments[0], talk().segments[0].model_copy(update={"asset_id": "two", "captions": None}))
    data = talk().model_copy(update={"segments": segments})
    info = material(duration=60.0).analysis.media
    order = OPERATIONS.validate_python([op("remove_topic", topic="pricing")])
    result = patched(data, order, DURATION, {"two": "two"}, None, {"two": info})
    assert isinstance(result, Patched), result
    assert [(s.asset_id, s.start, s.end) for s in result.data.segments][-1] == ("two", 0.0, 15.0)
    assert "Removed 1 passage" in result.said


def test_nothing_lies_behind_the_end_of_a_shorter_edit() -> None:
    texts = tuple(
        OverlayData(start=start, end=end, text=TextBox(text="Hi"))
        for start, end in ((0.0, 35.0), (2.0, 4.0), (20.0, 22.0))
    )
    sounds = (SoundData(name="ding", at=3.0), SoundData(name="pop", at=30.0))
    data = talk().model_copy(update={"overlays": texts, "sounds": sounds})
    result = done(op("set_duration", seconds=12), data=data)
    assert isinstance(result, Patched)
    length = whole(result.data.segments)
    assert [(o.start, o.end) for o in result.data.overlays] == [(0.0, pytest.approx(length)), (2.0, 4.0)]
    assert [s.at for s in result.data.sounds] == [3.0]
    assert "2 of the texts, pictures and sounds lay on what was cut" in result.said
    other = done(op("set_captions", shown=False), data=data)
    assert isinstance(other, Patched) and other.data.overlays == texts


def test_looks_stay_with_the_timeline() -> None:
    result = done(op("set_captions", shown=True, position="top", style="boxed"), op("set_ratio", ratio="1:1"))
    assert isinstance(result, Patched)
    assert result.data.look is not None
    assert result.data.look.model_dump() == {
        "aspect_ratio": "1:1", "captions": True, "caption_position": "top", "caption_style": "boxed",
    }  # fmt: skip
    assert "ratio" in refused(done(op("set_ratio", ratio="9:1"))).lower()
    assert "style" in refused(done(op("set_captions", style="comic_sans")))


def test_effects_and_speed() -> None:
    result = done(op("add_effect", name="zoom", segments=[2]), op("set_speed", factor=2, segments=[1]))
    assert isinstance(result, Patched)
    assert [[e.name for e in s.effects] for s in result.data.segments] == [["speed"], ["zoom"], [], []]
    assert whole(result.data.segments) == pytest.approx(7.5 + 10 + 6 + 4)
    again = done(op("add_effect", name="zoom", segments=[2]), data=result.data)
    assert "zoom already" in refused(again)
    cleared = done(op("remove_effect"), data=result.data)
    assert isinstance(cleared, Patched)
    assert all(not s.effects for s in cleared.data.segments)
    assert "There is no effect" in refused(done(op("add_effect", name="explode")))


def test_pace_and_split() -> None:
    fast = done(op("set_pace", pace="fast"))
    assert isinstance(fast, Patched)
    assert all(s.end - s.start <= 2.6 + 0.6 for s in fast.data.segments)
    parts = spans(done(op("split", segment=2, at=4)))
    assert parts[1:3] == [(20.0, 24.0), (24.0, 30.0)]
    assert "cannot be cut" in refused(done(op("split", segment=4, at=60)))


def test_one_impossible_operation_stops_all() -> None:
    assert "no segment 9" in refused(done(op("set_ratio", ratio="1:1"), op("remove_segments", segments=[9])))
    assert "empty" in refused(done(op("set_ratio", ratio="1:1"), data=TimelineData()))
    there_and_back = [op("reorder", order=[2, 1]), op("reorder", order=[2, 1])]
    assert "like that already" in refused(done(*there_and_back))


def test_music_gets_louder_and_goes() -> None:
    data = talk().model_copy(update={"music": (MusicData(asset_id="x", gain_db=-12),)})
    operation = OPERATIONS.validate_python([op("change_music", gain_db=6)])
    result = patched(data, operation, DURATION, {"x": "x"})
    assert isinstance(result, Patched)
    assert [m.gain_db for m in result.data.music] == [-6.0]


def test_without_music_it_says_so() -> None:
    assert "no music" in refused(done(op("change_music", gain_db=3)))


PLACE = st.integers(-6, 6)
TOPIC = st.sampled_from(["prices", "joke", "team", "x"])
SHAPED = st.fixed_dictionaries
OPERATION = st.one_of(
    SHAPED({"op": st.just("set_duration"), "seconds": st.floats(0.1, 60)}),
    st.fixed_dictionaries(
        {
            "op": st.sampled_from(["remove_topic", "keep_topic"]),
            "topic": TOPIC,
        }
    ),
    st.fixed_dictionaries(
        {"op": st.just("remove_span"), "start": st.floats(0, 40), "end": st.none() | st.floats(0, 60)}
    ),
    SHAPED({"op": st.just("remove_segments"), "segments": st.lists(PLACE, min_size=1, max_size=3)}),
    SHAPED({"op": st.just("move"), "to": PLACE, "segment": PLACE}),
    SHAPED({"op": st.just("reorder"), "order": st.lists(PLACE, min_size=1, max_size=5)}),
    st.fixed_dictionaries(
        {"op": st.just("set_speed"), "factor": st.floats(0.05, 20), "segments": st.lists(PLACE, max_size=2)}
    ),
    SHAPED({"op": st.just("add_effect"), "name": st.sampled_from(["zoom", "slowmo", "blur", "freeze"])}),
    SHAPED({"op": st.just("set_pace"), "pace": st.sampled_from(["calm", "normal", "fast"])}),
    SHAPED({"op": st.just("split"), "segment": PLACE, "at": st.none() | st.floats(0, 30)}),
)


@given(st.lists(OPERATION, min_size=1, max_size=6))
def test_whatever_is_asked_the_timeline_stays_valid(operations: Sequence[dict[str, object]]) -> None:
    result = done(*operations)
    if isinstance(result, Patched):
        assert result.data.segments
        assert violations(result.data, DURATION, {}) == []
