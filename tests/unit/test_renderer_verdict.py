"""Sound on the grid, the built-in sounds, and the verdict on a finished file."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.renderer.domain.check import check, spans
from services.renderer.domain.measured import Expected, Header, Measured, Track
from services.renderer.domain.sound import Level, Stretch, gain_db, groups, needs_limiter, stretches, tempo_steps
from services.renderer.domain.synth import built_in, names
from shared.contracts.layout import lay_out
from shared.contracts.time import sample_at
from shared.contracts.timeline import Clip, Timeline, Transition


def clip(start: int, end: int, **more: object) -> Clip:
    values = {"id": "c", "name": "n", "source": "a", "time_base": "1/1000", "frames": 1}
    return Clip.model_validate({**values, "start": start, "end": end, **more})


def edit(*clips: Clip, rate: str = "25/1") -> Timeline:
    return Timeline(rate=rate, sources={}, video=lay_out(clips, rate))


@given(st.lists(st.integers(40, 5000), min_size=1, max_size=40), st.sampled_from(["25/1", "30000/1001", "24000/1001"]))
def test_samples_add_up_without_drift(lengths: list[int], rate: str) -> None:
    made = edit(*(clip(0, n) for n in lengths), rate=rate)
    total = sum(s.samples - s.overlap for s in stretches(made))
    assert total == sample_at(made.frames, rate, 48000)


def test_joins_are_faded_and_what_goes_on_is_not() -> None:
    made = stretches(edit(clip(0, 1000), clip(1000, 2000), clip(3000, 4000)))
    assert [(s.fade_in, s.fade_out) for s in made] == [(192, 0), (0, 192), (192, 192)]


def test_a_dissolve_overlaps_in_samples() -> None:
    first, second = lay_out([clip(0, 1000), clip(0, 1000)], "25/1")
    second = second.model_copy(update={"transition_in": Transition(kind="dissolve", frames=5)})
    made = Timeline(rate="25/1", sources={}, video=(first, second))
    (one, two) = stretches(made)
    assert (two.overlap, one.fade_out, two.fade_in) == (9600, 0, 0)
    assert one.samples + two.samples - two.overlap == sample_at(made.frames, "25/1", 48000)


def test_groups_are_never_parted_at_an_overlap() -> None:
    parts = [Stretch(i, 1000, 100 if i in (2, 3) else 0, 0, 0) for i in range(7)]
    assert [[s.clip for s in g] for g in groups(parts, 2)] == [[0, 1, 2, 3], [4, 5], [6]]


@pytest.mark.parametrize("speed", ["1/2", "1/1", "2/1", "1/20", "20/1", "3/7"])
def test_tempo_goes_in_steps_that_sound_well(speed: str) -> None:
    steps = tempo_steps(Fraction(speed))
    assert math.prod(steps) == pytest.approx(float(Fraction(speed)))
    assert all(0.5 <= step <= 2.0 for step in steps)


def test_gain_reaches_the_target_and_leaves_silence_alone() -> None:
    assert gain_db(Level(-23.0, -5.0), -14.0) == pytest.approx(9.0)
    assert gain_db(Level(-70.0, -math.inf), -14.0) == 0.0
    assert gain_db(Level(math.nan, 0.0), -14.0) == 0.0
    assert gain_db(Level(-59.0, -50.0), -14.0) == 36.0
    assert needs_limiter(Level(-23.0, -5.0), 9.0) and not needs_limiter(Level(-23.0, -12.0), 9.0)


@pytest.mark.parametrize("name", names())
def test_built_in_sounds_are_sounds(name: str) -> None:
    made = built_in(name, 48000)
    assert np.abs(made).max() == pytest.approx(0.7) and np.isfinite(made).all()
    assert made[0] == 0 and made[-1] == pytest.approx(0, abs=1e-9)
    assert np.array_equal(made, built_in(name, 48000))


def test_risers_can_be_stretched_and_others_not_be_invented() -> None:
    assert len(built_in("riser", 48000, 3.5)) == 168_000
    assert np.isfinite(built_in("whoosh", 44100, 1e-9)).all(), "however short it is asked for"
    with pytest.raises(KeyError):
        built_in("boing", 48000)


EXPECTED = Expected(1920, 1080, "25/1", 100, 48000, 192_000, -14.0)
HEADER = Header(
    1920, 1080, "yuv420p", Track("h264", Fraction(0), Fraction(4), 100), Track("aac", Fraction(0), Fraction(4), 189),
    48000, 2,
)  # fmt: skip
GOOD = Measured(HEADER, Level(-14.2, -1.4), [120.0] * 100, [False] * 100)


def codes(measured: Measured, expected: Expected = EXPECTED) -> set[tuple[str, str]]:
    return {(f.severity, f.code) for f in check(expected, measured).findings}


def test_a_good_film_passes_without_findings() -> None:
    assert check(EXPECTED, GOOD).passed and codes(GOOD) == set()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"video": None}, "video_missing"),
        ({"audio": None}, "audio_missing"),
        ({"pixel_format": "yuv444p"}, "video_codec"),
        ({"width": 1280}, "size_wrong"),
        ({"channels": 1}, "audio_format"),
        ({"video": Track("h264", Fraction(0), Fraction(4), 99)}, "frames_wrong"),
        ({"video": Track("h264", Fraction(0), Fraction(41, 10), 100)}, "duration_wrong"),
        ({"audio": Track("aac", Fraction(1, 20), Fraction(4), 189)}, "sound_offset"),
        ({"audio": Track("aac", Fraction(0), Fraction(39, 10), 189)}, "sound_offset"),
    ],
)
def test_errors_fail_the_check(change: dict[str, object], code: str) -> None:
    broken = replace(GOOD, header=replace(HEADER, **change))  # type: ignore[arg-type]
    assert ("error", code) in codes(broken)
    assert not check(EXPECTED, broken).passed


def test_frames_that_are_not_those_that_were_drawn_fail_the_check() -> None:
    assert ("error", "frames_undrawn") in codes(replace(GOOD, luma=[120.0] * 99))
    (finding,) = check(EXPECTED, replace(GOOD, altered=[50])).findings
    assert (finding.severity, finding.code, finding.at) == ("error", "picture_altered", 2.0)


@pytest.mark.parametrize(
    ("luma", "still", "expected"),
    [
        ([16.0] * 20 + [120.0] * 80, [False] * 100, {("warning", "black")}),
        ([16.0] * 5 + [120.0] * 95, [False] * 100, set()),
        ([120.0] * 100, [False] * 10 + [True] * 60 + [False] * 30, {("warning", "frozen")}),
        ([120.0] * 100, [False, True] * 50, set()),
    ],
)
def test_black_and_frozen_spans_are_warned_of(
    luma: Sequence[float], still: Sequence[bool], expected: set[tuple[str, str]]
) -> None:
    measured = replace(GOOD, luma=luma, still=still)
    assert codes(measured) == expected
    assert check(EXPECTED, measured).passed


def test_a_span_says_where_it_is() -> None:
    (finding,) = check(EXPECTED, replace(GOOD, luma=[120.0] * 50 + [0.0] * 25 + [120.0] * 25)).findings
    assert (finding.at, finding.figure) == (2.0, 1.0)


def test_loudness_is_judged_only_where_it_was_set() -> None:
    loud = replace(GOOD, level=Level(-9.0, 0.4))
    assert codes(loud) == {("warning", "loudness_off"), ("warning", "true_peak_over")}
    assert codes(loud, replace(EXPECTED, loudness=None)) == set()
    assert codes(replace(GOOD, level=Level(-70.0, -math.inf))) == set()


def test_silence_is_told_where_the_material_has_sound() -> None:
    silent = replace(GOOD, level=Level(-70.0, -math.inf))
    assert codes(silent, replace(EXPECTED, heard=True)) == {("warning", "silent")}
    assert codes(replace(GOOD, level=Level(-70.0, -30.0)), replace(EXPECTED, heard=True)) == set(), "soft, or too short"


def test_spans_are_runs() -> None:
    assert list(spans([True, True, False, True, False, True, True, True], 2)) == [(0, 2), (5, 3)]
