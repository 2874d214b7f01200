"""What changed between two timelines, and effects that are suggested."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from services.gateway.domain.suggestions import suggested
from services.gateway.domain.timeline.data import SegmentData, TimelineData
from services.gateway.domain.timeline.diff import diff_view
from services.gateway.domain.timeline.effect_data import EffectData
from shared.contracts.effects import EFFECTS
from shared.contracts.hearing import Curve
from shared.contracts.media import Analysis, Shot
from shared.contracts.speech import Caption, Transcript, Word
from tests.unit.gateway_made import info


def made(*spans: tuple[float, float], **members: object) -> TimelineData:
    segments = tuple(SegmentData(name=f"s{a}", start=a, end=b) for a, b in spans)
    return TimelineData.model_validate({"segments": segments, **members})


def ops(before: TimelineData, after: TimelineData) -> list[tuple[str, int | None, int | None]]:
    lines = diff_view(before, after)["segments"]
    assert isinstance(lines, list)
    return [(line["op"], line["place_before"], line["place_after"]) for line in lines]


def test_nothing_changed() -> None:
    one = made((0, 1), (2, 3))
    assert diff_view(one, one) == {"duration_before": 2, "duration_after": 2, "segments": [], "members": []}


def test_added_removed_moved_and_changed_segments_are_told_apart() -> None:
    before = made((0, 1), (2, 3), (4, 5))
    assert ops(before, made((0, 1), (4, 5))) == [("removed", 1, None)]
    assert ops(before, made((0, 1), (2, 3), (7, 8), (4, 5))) == [("added", None, 2)]
    assert ops(before, made((4, 5), (0, 1), (2, 3))) == [("moved", 2, 0)]
    trimmed = diff_view(before, made((0, 1), (2.2, 3), (4, 5), tempo=90.0))
    assert trimmed["segments"] == [
        {
            "op": "changed", "name": "s2.2", "start": 2.2, "end": 3.0, "place_before": 1, "place_after": 1,
            "fields": [
                {"field": "start", "before": 2.0, "after": 2.2}, {"field": "name", "before": "s2", "after": "s2.2"},
            ],
        }
    ]  # fmt: skip
    assert (trimmed["members"], trimmed["duration_after"]) == (["tempo"], 2.8)


def test_an_effect_is_a_change() -> None:
    zoomed = made((0, 1)).segments[0].model_copy(update={"effects": (EffectData(name="zoom"),)})
    (line,) = diff_view(made((0, 1)), TimelineData(segments=(zoomed,)))["segments"]  # type: ignore[misc]
    assert line["fields"] == [{"field": "effects", "before": [], "after": ["zoom"]}]  # type: ignore[index]


SPANS = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 5)), max_size=12)


@given(SPANS, SPANS)
@settings(max_examples=150, deadline=None)
def test_every_segment_is_accounted_for(one: list[tuple[int, int]], two: list[tuple[int, int]]) -> None:
    before, after = (made(*((float(a), float(a + n)) for a, n in spans)) for spans in (one, two))
    found = ops(before, after)
    removed = sum(op == "removed" for op, *_ in found)
    added = sum(op == "added" for op, *_ in found)
    assert len(before.segments) - removed + added == len(after.segments)
    assert ops(before, before) == []


def film() -> Analysis:
    """A calm spoken shot, a lively silent one, and a shouted word."""
    words = tuple(Word(text=t, start=a, end=a + 0.8) for t, a in (("well", 1.0), ("wow", 3.0), ("yes", 5.0)))
    shots = tuple(Shot(start_ticks=0, end_ticks=0, start=a, end=a + 10) for a in (0.0, 10.0, 20.0))
    return Analysis(
        sha256="", media=info(30.0), shots=shots,
        transcript=Transcript(
            status="completed", captions=(Caption(text="well wow yes", start=1.0, end=8.0, words=words),)
        ),
        motion=Curve(step=1.0, values=(0.01,) * 10 + (0.6,) * 10 + (0.1,) * 10),
        energy=Curve(step=0.1, values=tuple(-8.0 if 30 <= i < 38 else -30.0 for i in range(300))),
    )  # fmt: skip


def test_suggestions_have_names_spans_and_reasons() -> None:
    found = suggested(film())
    assert {(v["name"], v["start"], v["end"]) for v in found} == {
        ("fade_in", 0.0, 0.5), ("zoom", 0.0, 10.0), ("punch_in", 3.0, 3.8), ("slowmo", 10.0, 14.0),
        ("fade_out", 29.5, 30.0),
    }  # fmt: skip
    assert all(v["name"] in EFFECTS and v["reason"] for v in found)


def test_a_film_of_which_nothing_is_known_gets_no_more_than_fades() -> None:
    bare = Analysis(sha256="", media=info(3.0), transcript=Transcript(status="unavailable"))
    assert suggested(bare) == []
