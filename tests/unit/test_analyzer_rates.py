"""Frame rates from frame times."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.analyzer.domain.rates import STANDARD, cadence


def _times(rate: Fraction, base: Fraction, frames: int) -> np.ndarray:
    return np.array([round(n / rate / base) for n in range(frames)], np.int64)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(STANDARD), st.sampled_from([90_000, 30_000, 15_360, 1000]), st.integers(100, 400))
def test_a_steady_standard_rate_is_found_in_any_time_base(rate: Fraction, ticks: int, frames: int) -> None:
    base = Fraction(1, ticks)
    found = cadence(_times(rate, base, frames), base, rate)
    assert found.rate == rate
    assert not found.variable


def test_film_and_video_rates_are_told_apart_without_the_containers_word() -> None:
    base = Fraction(1, 90_000)
    assert cadence(_times(Fraction(24000, 1001), base, 50), base).rate == Fraction(24000, 1001)
    assert cadence(_times(Fraction(24), base, 50), base).rate == 24


def test_the_containers_word_is_not_believed_against_the_frames() -> None:
    base = Fraction(1, 90_000)
    assert cadence(_times(Fraction(25), base, 100), base, Fraction(1000)).rate == 25


def test_an_odd_steady_rate_stays_what_it_is() -> None:
    base = Fraction(1, 90_000)
    found = cadence(_times(Fraction(17), base, 100), base)
    assert found.rate == 17
    assert not found.variable


@pytest.mark.parametrize("steps", [[1, 2] * 30, [1] * 50 + [4] + [1] * 50, [1] * 30 + [2] * 30])
def test_uneven_times_are_variable_and_the_rate_is_the_average(steps: list[int]) -> None:
    times = np.concatenate([[0], np.cumsum(steps)]).astype(np.int64) * 3000
    found = cadence(times, Fraction(1, 90_000))
    assert found.variable
    assert float(found.rate) == pytest.approx(len(steps) * 30 / sum(steps), rel=1e-3)


def test_a_frame_left_out_in_a_time_base_of_frames_does_not_slow_the_rate() -> None:
    """ffmpeg's MPEG-4 in AVI: the first frame stands for two."""
    times = np.array([0, *range(2, 101)], np.int64)
    assert cadence(times, Fraction(1, 25), Fraction(25)).rate == 25


def test_one_frame_has_the_declared_rate() -> None:
    assert cadence(np.array([7], np.int64), Fraction(1, 1000), Fraction(50)).rate == 50
    assert cadence(np.array([], np.int64), Fraction(1, 1000)).rate == 25
