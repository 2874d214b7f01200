"""Peaks of sound and their picture."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from services.analyzer.domain.sound.swings import PEAKS_A_SECOND, drawn, fewer, peaks

RATE = 8000
SIZE = RATE // PEAKS_A_SECOND


def test_each_fiftieth_has_its_lowest_and_highest_sample() -> None:
    samples = np.zeros(3 * SIZE + 10, np.float32)
    samples[5], samples[SIZE + 3], samples[-1] = 0.5, -1.0, 0.25
    assert peaks(samples, RATE).tolist() == [[0, 16384], [-32767, 0], [0, 0], [0, 8192]]
    assert peaks(np.zeros(0, np.float32), RATE).shape == (0, 2)


def test_what_is_no_number_or_too_loud_is_kept_in_range() -> None:
    samples = np.array([np.nan, np.inf, -9.0, 2.0] * SIZE, np.float32)
    assert peaks(samples, RATE)[0].tolist() == [-32767, 32767]


@given(arrays(np.int16, st.tuples(st.integers(1, 300), st.just(2)), elements=st.integers(-99, 99)), st.integers(1, 400))
def test_fewer_peaks_lose_no_swing(found: np.ndarray, count: int) -> None:
    shown = fewer(found, count)
    assert len(shown) == min(count, len(found))
    assert shown[:, 0].min() == found[:, 0].min() and shown[:, 1].max() == found[:, 1].max()


def test_the_picture_is_as_high_as_the_sound_is_loud() -> None:
    found = np.array([[0, 0]] * 50 + [[-32767, 32767]] * 50, np.int16)
    mask = drawn(found, 200, 41)
    assert mask.shape == (41, 200)
    assert (mask[:, :100] > 0).sum(axis=0).max() <= 2 and (mask[:, 100:] == 255).all()
    assert (mask > 0).any(axis=0).all(), "silence is a line"
