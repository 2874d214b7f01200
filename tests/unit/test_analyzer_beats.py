"""Believing a beat tracker or not."""

import numpy as np
import pytest

from services.analyzer.domain.beats import confidence, judged

_rng = np.random.default_rng(3)


def _onsets(period: int, count: int, jitter: float = 0.0) -> tuple[np.ndarray, list[int]]:
    places = [round(20 + n * period + _rng.normal(0, jitter)) for n in range(count)]
    onsets = np.abs(_rng.normal(0, 0.1, 40 + period * count)).astype(np.float32)
    onsets[places] += 5
    return onsets, places


def test_a_regular_strong_beat_is_believed() -> None:
    onsets, places = _onsets(31, 40)
    assert confidence(onsets, places) > 0.9


def test_irregular_onsets_are_not_believed_however_regular_the_tracker_is() -> None:
    onsets, _ = _onsets(31, 40, jitter=9)
    assert confidence(onsets, list(range(20, 20 + 31 * 40, 31))) < 0.3


def test_a_regular_ripple_without_strength_is_not_believed() -> None:
    onsets, places = _onsets(31, 40)
    assert confidence(onsets / 200, places) < 0.05


@pytest.mark.parametrize("places", [[], [1, 2, 3], [5, 5, 5, 5, 5]])
def test_too_little_is_nothing(places: list[int]) -> None:
    assert confidence(np.ones(100, np.float32), places) == 0.0


def test_the_tempo_is_sixty_by_the_mean_interval() -> None:
    found = judged([0.1 + n * 0.5 for n in range(10)], 0.9)
    assert found.tempo == pytest.approx(120.0)
    assert len(found.times) == 10


def test_doubtful_beats_are_left_out_and_their_doubt_is_told() -> None:
    found = judged([0.1 + n * 0.5 for n in range(10)], 0.2)
    assert (found.times, found.tempo, found.confidence) == ((), None, 0.2)
