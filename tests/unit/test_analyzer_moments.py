"""Which moments of a film are chosen as its stills."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from services.analyzer.domain.looks import Look
from services.analyzer.domain.moments import A_SHOT, best_moments
from services.analyzer.domain.shots.changes import Change
from shared.contracts.media import Shot, Still

SECONDS = 300
TIMES = np.arange(SECONDS * 25 + 1) / 25
SHOTS = tuple(Shot(start_ticks=0, end_ticks=0, start=10.0 * n, end=10.0 * n + 10) for n in range(30))
Worth = Callable[[float], float]


def _stills(sharpness: Worth, exposure: Worth, changes: tuple[Change, ...] = ()) -> tuple[Still, ...]:
    at = np.arange(0, SECONDS, 0.4)
    looks = [Look(time=round(float(t), 3), sharpness=sharpness(t), exposure=exposure(t)) for t in at]
    return best_moments(looks, SHOTS, changes, TIMES)


def test_the_first_few_show_the_film_and_not_its_best_minute() -> None:
    stills = _stills(lambda t: 0.9 if t < 60 else 0.6, lambda _: 0.9)
    assert stills[0].time < 60 and stills[0].score == max(still.score for still in stills)
    parts = {int(still.time // 30) for still in stills[:10]}
    assert len(parts) >= 8
    assert sum(still.time < 60 for still in stills[:10]) >= 2


def test_a_far_better_moment_comes_before_a_far_one() -> None:
    stills = _stills(lambda t: 0.9 if 100 <= t < 110 else 0.01, lambda t: 0.9 if 100 <= t < 110 else 0.05)
    assert 100 <= stills[0].time < 110 and 100 <= stills[1].time < 110


def test_a_shot_that_is_dark_throughout_has_one_still_and_a_good_one_has_several() -> None:
    stills = _stills(lambda _: 0.5, lambda t: 0.1 if t < 10 else 0.9)
    assert sum(still.time < 10 for still in stills) == 1
    assert sum(10 <= still.time < 20 for still in stills) == A_SHOT


def test_nothing_from_black_or_from_within_or_beside_a_transition() -> None:
    fade = Change("dissolve", 25 * 25, 26 * 25, 0.9)
    stills = _stills(lambda t: 1.0 if 24.8 <= t <= 26.2 else 0.4, lambda t: 0.0 if t < 10 else 0.8, (fade,))
    assert not any(24.75 < still.time < 26.25 for still in stills)
    assert all(still.time >= 10 for still in stills)


def test_no_moment_is_chosen_twice_and_there_are_never_too_many() -> None:
    stills = _stills(lambda t: 0.5 + 0.4 * float(np.sin(t)), lambda _: 0.8)
    assert len({still.time for still in stills}) == len(stills) <= 300
