"""Frames, ticks and seconds of a source; spans of frames; slots between words; curves."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.planner.domain.curves import Meter
from services.planner.domain.grid import grid_of
from services.planner.domain.spans import merged, subtracted, total
from services.planner.domain.speech import speech_of
from shared.contracts.hearing import Curve
from shared.contracts.speech import Caption, Transcript, Word
from shared.contracts.time import to_ticks
from tests.unit.planner_material import material

quick = settings(max_examples=60, deadline=None, derandomize=True, database=None)
frames = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=8)


def as_set(spans: list[tuple[int, int]]) -> set[int]:
    return {f for a, b in spans for f in range(a, b)}


@quick
@given(frames, frames)
def test_spans_are_subtracted_as_sets_of_frames(some: list[tuple[int, int]], holes: list[tuple[int, int]]) -> None:
    left = subtracted(merged(some), merged(holes))
    assert as_set(left) == as_set(some) - as_set(holes)
    assert total(left) == len(as_set(left))
    assert left == merged(left)


@quick
@given(
    st.sampled_from(["24000/1001", "30000/1001", "25/1", "60/1", "15/2", "120/7"]),
    st.sampled_from(["1/1000", "1/90000", "1/30000", "1/12800"]),
    st.integers(0, 500_000),
)
def test_ticks_are_rounded_from_the_exact_time(rate: str, base: str, frame: int) -> None:
    grid = grid_of(material(duration=20000.0, rate=rate, time_base=base).analysis.media, ())
    assert grid is not None
    assert grid.ticks(frame) == to_ticks(frame / Fraction(rate), base)
    assert grid.seconds(frame) == pytest.approx(float(grid.ticks(frame) * Fraction(base)), abs=1e-9)


@pytest.mark.parametrize(("duration", "count"), [(10.01, 300), (10.0099, 300), (10.0, 299), (0.03, 0)])
def test_only_whole_frames_count(duration: float, count: int) -> None:
    grid = grid_of(material(duration=duration, rate="30000/1001", time_base="1/30000").analysis.media, ())
    assert (grid.frames if grid else 0) == count


def test_the_first_frame_of_a_shot_lies_where_its_ticks_say() -> None:
    grid = grid_of(material(duration=10.0, rate="25/1", time_base="1/1000").analysis.media, [4009])
    assert grid is not None
    assert (grid.ticks(100), grid.seconds(100)) == (4009, 4.009)
    assert grid.at_or_before(4.005) == 99
    assert grid.at_or_after(4.005) == 100


def test_words_leave_slots_between_them() -> None:
    words = tuple(
        Word(text=t, start=a, end=b)
        for t, a, b in [("one", 0.5, 0.9), ("two", 0.9, 1.31), ("three", 1.3, 1.5), ("four", 2.0, 2.2)]
    )
    transcript = Transcript(status="completed", captions=(Caption(text="", start=0.5, end=2.2, words=words),))
    grid = grid_of(material(duration=4.0).analysis.media, ())
    assert grid is not None
    speech = speech_of(transcript, grid)
    assert speech.slots == ((0, 12), (22, 22), (38, 50), (55, 100))
    assert speech.slot(22) == (22, 22)
    assert speech.slot(30) is None
    assert list(speech.between(0.0, 1.0)) == [0]
    assert list(speech.between(1.0, 4.0)) == [1, 2, 3]


def test_a_curve_is_measured_on_its_own_scale() -> None:
    meter = Meter(Curve(step=0.5, values=(1.0, 1.0, 2.0, 3.0, 3.0)))
    assert meter.mean(0.0, 1.0) == 0.0
    assert meter.mean(1.0, 1.5) == 0.5
    assert meter.mean(1.6, 9.0) == 1.0
    assert meter.mean(1.0, 1.01) == 0.5
    assert Meter(Curve(step=1.0, values=(4.0, 4.0))).mean(0, 2) == 0.5
    assert not Meter(None).known
