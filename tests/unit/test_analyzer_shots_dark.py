"""Changes in dark film, small jumps, and what is put over a picture or hides it and is no change."""

import numpy as np
import pytest

from services.analyzer.domain.shots.windows import Window
from services.analyzer.domain.shots.wipes import confirmed_wipe
from tests.unit.test_analyzer_shots import Frames, _blend, _changes, _cuts, _faded, _shot, _trace


def test_dissolves_of_dim_pictures_are_not_one_fade() -> None:
    """The middle shot is dim and has little on it, but is not black."""
    first, last = (_shot(n, 70, speed=0.02, low=16, high=60) for n in (1, 3))
    middle = [f * 0.25 + np.array([20.0, 96, 96])[:, None, None] for f in _shot(2, 90, speed=0.02, low=16, high=40)]
    film = [*first[:50], *_blend(first[50:], middle[:20]), *middle[20:70], *_blend(middle[70:], last[:20]), *last[20:]]
    assert max(float(f[0].std()) for f in middle) < 2
    assert [change.kind for change in _changes(film)] == ["dissolve", "dissolve"]


def test_a_fade_through_black_of_dim_pictures_is_one() -> None:
    shares = [1.0] * 40 + [1 - n / 20 for n in range(21)]
    first, last = (_shot(n, 61, speed=0.02, low=16, high=60) for n in (1, 3))
    (change,) = _changes([*_faded(first, shares), *_faded(last, shares[::-1])])
    assert change.kind == "fade"


def _swaying(seed: int, count: int, late: int = 0, gain: float = 1.0) -> Frames:
    """Something bright that sways before a still wall."""
    wall, (rows, columns) = _shot(seed, 1)[0], np.mgrid[0:36, 0:64]
    film = []
    for n in range(late, late + count):
        frame = wall.copy()
        left = round(30 + 7 * np.sin(n / 18))
        body = (np.abs(columns - left) / 9) ** 2 + ((rows - 30) / 22) ** 2 < 1
        frame[0, body] = 150 + 2 * rows[body]
        frame[0] = 16 + (frame[0] - 16) * gain
        film.append(frame)
    return film


@pytest.mark.parametrize("gain", [1.0, 0.25])
def test_a_jump_of_who_sways_is_a_cut(gain: float) -> None:
    assert _cuts([*_swaying(1, 40, 0, gain), *_swaying(1, 40, 86, gain)]) == [40]
    assert _cuts(_swaying(1, 90, 0, gain)) == []


def _titled(frames: Frames, begins: int, ends: int) -> Frames:
    for frame in frames[begins:ends]:
        frame[0, 22:32, 6:48] = 225
        frame[0, 24:30:3, 9:45] = 30
    return frames


def test_a_title_that_comes_and_goes_is_no_cut() -> None:
    assert _cuts([*_titled(_shot(1, 90, speed=0.05, low=40, high=110), 30, 65), *_shot(2, 40, speed=0.05)]) == [90]


def test_light_from_one_side_is_no_cut() -> None:
    film, beam = _shot(1, 90, speed=0.05, low=40, high=140), np.linspace(1.6, 0.8, 64)
    for frame in film[45:]:
        frame[0] = frame[0] * beam + 10
    assert _cuts([*film, *_shot(2, 40)]) == [90]


def test_a_hand_over_the_lens_hides_no_change() -> None:
    """It comes from below, hides everything for more than a second, and goes."""
    film = _shot(1, 150, speed=0.05)
    for n, frame in enumerate(film):
        top = round(36 * (1 - min(1.0, max(0.0, (n - 40) / 10), 1.0) if n < 85 else (n - 85) / 10))
        frame[0, min(36, max(0, top)) :] = 60
        frame[1:, min(36, max(0, top)) :] = 120
    assert _changes(film) == []


def _wiped(first: Frames, second: Frames) -> Frames:
    count = len(first)
    film = []
    for n, (old, new) in enumerate(zip(first, second, strict=True)):
        edge = round(64 * (n + 1) / (count + 1))
        film.append(np.concatenate([new[:, :, :edge], old[:, :, edge:]], axis=2))
    return film


def test_two_wipes_with_a_rest_between_are_not_one() -> None:
    a, b, c = (_shot(n, 120, speed=0.02) for n in (1, 2, 3))
    trace = _trace([*a[:40], *_wiped(a[40:58], b[:18]), *b[18:78], *_wiped(b[78:96], c[:18]), *c[18:60]])
    assert confirmed_wipe(trace, Window(47, 121, 1.0, 1.0, True)) is None
    assert confirmed_wipe(trace, Window(39, 59, 1.0, 1.0, True)) is not None
