"""Cuts, flashes, black and frozen spans, on small frames drawn here."""

from collections.abc import Callable

import numpy as np
import pytest

from services.analyzer.domain import spans
from services.analyzer.domain.shots.changes import Change, boundaries, find_changes
from services.analyzer.domain.shots.cuts import hard_cuts
from services.analyzer.domain.shots.frames import Features, Measuring, signatures
from services.analyzer.domain.shots.trace import Trace, packed, traced

Frames = list[np.ndarray]


def _world(seed: int, low: int = 20, high: int = 230, grain: int = 8) -> np.ndarray:
    """A texture larger than a frame, to look at through a moving window."""
    rng = np.random.default_rng(seed)
    planes = rng.integers(low, high, (3, 24, 60)).astype(np.float32)
    planes[1:] = 128 + (planes[1:] - 128) * 0.4
    wide = planes.repeat(grain, 1).repeat(grain, 2)
    for axis in (1, 2):
        wide = sum(np.roll(wide, shift, axis) for shift in range(grain)) / grain
    return wide


def _shot(seed: int, count: int, speed: float = 0.5, **look: int) -> Frames:
    world = _world(seed, **look)
    return [world[:, 40:76, 40 + round(n * speed) : 104 + round(n * speed)].copy() for n in range(count)]


def _grained(frames: Frames) -> np.ndarray:
    rng = np.random.default_rng(0)
    return np.stack([np.clip(f + rng.normal(0, 0.5, f.shape), 16, 235) for f in frames]).round().astype(np.uint8)


def _measure(frames: Frames, block: int = 64) -> Features:
    drawn = _grained(frames)
    measuring = Measuring()
    for start in range(0, len(drawn), block):
        measuring.feed(drawn[start : start + block], signatures(drawn[start : start + block]))
    return measuring.features()


def _trace(frames: Frames, rate: float = 30) -> Trace:
    return traced(packed(signatures(_grained(frames))), np.arange(len(frames) + 1) / rate, _measure(frames))


def _cuts(frames: Frames, rate: float = 30) -> list[int]:
    return [cut.frame for cut in hard_cuts(_measure(frames), _trace(frames, rate))]


def _changes(frames: Frames, rate: float = 30) -> list[Change]:
    return find_changes(_measure(frames), _trace(frames, rate))


def test_cuts_are_exact_to_the_frame() -> None:
    assert _cuts([*_shot(1, 40), *_shot(2, 33), *_shot(3, 25), *_shot(4, 9), *_shot(5, 30)]) == [40, 73, 98, 107]


def test_the_size_of_the_blocks_does_not_matter() -> None:
    frames = [*_shot(1, 40), *_shot(2, 33)]
    one, many = _measure(frames, block=1000), _measure(frames, block=7)
    assert np.allclose(one.step, many.step, atol=1e-3)
    assert np.allclose(one.likeness, many.likeness, atol=1e-5)


@pytest.mark.parametrize("lasts", [1, 2, 4, 6])
def test_a_flash_is_no_cut(lasts: int) -> None:
    frames = _shot(1, 60)
    for n in range(20, 20 + lasts):
        frames[n] = np.clip(frames[n] * 0.2 + np.array([190, 102, 102])[:, None, None], 0, 255)
    assert _cuts([*frames, *_shot(2, 30)]) == [60]


def test_a_flash_right_before_a_cut_leaves_the_cut() -> None:
    frames = _shot(1, 60)
    frames[40][0] = 230
    assert _cuts([*frames, *_shot(2, 30)]) == [60]


def _dim(frames: Frames) -> Frames:
    return [np.stack([f[0] * (0.45 if n > 25 else 1.0), f[1], f[2]]) for n, f in enumerate(frames)]


def _shaken(frames: Frames) -> Frames:
    rng = np.random.default_rng(4)
    return [np.roll(f, rng.integers(-2, 3, 2), (1, 2)) for f in frames]


def _crossed(frames: Frames) -> Frames:
    for n, frame in enumerate(frames):
        left = max(0, n * 2 - 20)
        frame[0, 8:30, left : max(left, n * 2)] = 200
    return frames


@pytest.mark.parametrize("trick", [_dim, _shaken, _crossed], ids=["light", "shake", "object"])
def test_light_shake_and_things_that_cross_are_no_cuts(trick: Callable[[Frames], Frames]) -> None:
    assert _cuts([*trick(_shot(1, 50)), *_shot(2, 30)]) == [50]


def test_a_fast_pan_is_no_cut() -> None:
    assert _cuts([*_shot(1, 50, speed=2.5), *_shot(2, 40, speed=2)]) == [50]


def test_dark_scenes_have_cuts_too() -> None:
    assert _cuts([*_shot(1, 40, low=16, high=34), *_shot(2, 40, low=16, high=34)]) == [40]


def test_nothing_and_one_frame_have_no_cuts() -> None:
    assert (
        find_changes(Measuring().features(), traced(np.zeros((0, 864), np.uint8), np.zeros(1), Measuring().features()))
        == []
    )
    assert _cuts(_shot(1, 1)) == []


def _slow_cuts(frames: Frames) -> list[int]:
    return boundaries(change for change in _changes(frames) if change.kind != "cut")


def _blend(first: Frames, second: Frames) -> Frames:
    count = len(first)
    return [a + (b - a) * (n + 1) / (count + 1) for n, (a, b) in enumerate(zip(first, second, strict=True))]


def _faded(frames: Frames, shares: list[float]) -> Frames:
    black = np.array([16.0, 128.0, 128.0])[:, None, None]
    return [black + (f - black) * share for f, share in zip(frames, shares, strict=True)]


@pytest.mark.parametrize("lasts", [12, 20, 36])
def test_a_dissolve_is_a_cut_in_its_middle(lasts: int) -> None:
    a, b = _shot(1, 40 + lasts, speed=0.05), _shot(2, 80, speed=0.05)
    film = [*a[:40], *_blend(a[40:], b[:lasts]), *b[lasts:]]
    (cut,) = _slow_cuts(film)
    assert abs(cut - (40 + lasts / 2)) <= 4
    assert _cuts(film) == []


@pytest.mark.parametrize("black", [1, 12])
def test_a_dip_to_black_is_one_cut_in_the_dark(black: int) -> None:
    fade = [1 - n / 18 for n in range(19)]
    out, back = _faded(_shot(1, 60, 0.05), [1.0] * 41 + fade), _faded(_shot(2, 60, 0.05), fade[::-1] + [1.0] * 41)
    (cut,) = _slow_cuts([*out, *[out[-1]] * black, *back])
    assert 60 - 4 <= cut <= 60 + black + 4


def test_fades_at_the_ends_of_a_film_are_no_cuts() -> None:
    shares = [min(1.0, n / 20, (119 - n) / 20) for n in range(120)]
    assert _slow_cuts(_faded(_shot(1, 120), shares)) == []


def test_pans_that_begin_and_end_and_slow_light_are_no_cuts() -> None:
    world = _world(7)
    places = [40 + max(0, min(60, round((n - 40) * 1.5))) for n in range(120)]
    assert _slow_cuts([world[:, 40:76, x : x + 64] for x in places]) == []
    still = _shot(1, 1)[0]
    assert _slow_cuts([still * np.array([min(1, 0.4 + n / 80), 1, 1])[:, None, None] for n in range(90)]) == []


@pytest.mark.parametrize("lasts", [4, 12, 20])
def test_a_lamp_that_burns_the_picture_out_is_no_change(lasts: int) -> None:
    lit = [min(1.0, max(0.0, (n - 40) / lasts)) for n in range(120)]
    film = []
    for frame, share in zip(_shot(1, 120, speed=0.1, low=90, high=190), lit, strict=True):
        bright = frame.copy()
        bright[0] = np.minimum(frame[0] * (1 + 0.55 * share), 235)
        film.append(bright)
    assert (film[-1][0] > 222).mean() > 0.3
    assert _changes(film) == []


def test_a_dissolve_from_a_bare_wall_is_one() -> None:
    wall = [np.full((3, 36, 64), 128.0) + np.array([34.0, 4, -6])[:, None, None]] * 60
    film = [
        *wall[:40],
        *_blend(wall[40:52], _shot(4, 12, 0.05, low=60, high=140)),
        *_shot(4, 60, 0.05, low=60, high=140),
    ]
    (change,) = _changes(film)
    assert change.kind == "dissolve" and abs(change.start - 40) <= 3 and abs(change.end - 52) <= 3


def test_black_spans_are_found() -> None:
    black = [np.stack([np.full((36, 64), 16.0), *[np.full((36, 64), 128.0)] * 2])] * 15
    found = _measure([*_shot(1, 30), *black, *_shot(2, 30)])
    times = np.arange(76) / 30
    assert [(s.start, s.end) for s in spans.blacks(found, times)] == [(1.0, 1.5)]


def test_a_picture_that_stops_is_frozen_and_a_tripod_is_not() -> None:
    moving = _shot(1, 30, speed=1)
    stopped = [*moving, *[moving[-1]] * 45]
    steady = Measuring()
    drawn = np.stack(stopped).round().astype(np.uint8)
    steady.feed(drawn, signatures(drawn))
    times = np.arange(76) / 30
    (span,) = spans.freezes(steady.features(), times)
    assert span.end == 2.5 and span.start == pytest.approx(1.0, abs=0.07)
    tripod = _measure([_shot(1, 1)[0]] * 75)
    assert spans.freezes(tripod, times) == ()


def _unmeasured(steps: list[float]) -> Features:
    nothing = np.zeros(len(steps), np.float32)
    return Features(np.array(steps, np.float32), nothing, nothing, nothing, nothing, nothing)


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        ([0, *[0, 2.0] * 49, 0], []),
        ([0] * 50 + [90.0] + [0] * 49, [(0.0, 2.0), (2.0, 4.0)]),
        (([1.5] + [0] * 11) * 8, [(0.0, 3.84)]),
        ([0] * 50 + [2.0, 2.0] + [0] * 48, [(0.0, 2.0), (2.04, 4.0)]),
        ([5.0] * 100, []),
    ],
    ids=["drawn on twos", "slides", "key frames", "a cursor", "film"],
)
def test_a_freeze_ends_where_the_picture_changes(steps: list[float], found: list[tuple[float, float]]) -> None:
    times = np.arange(len(steps) + 1) * 0.04
    spoken = [(round(s.start, 3), round(s.end, 3)) for s in spans.freezes(_unmeasured(steps), times)]
    assert spoken == found


def test_a_frame_that_stands_is_frozen_where_others_pass() -> None:
    """A recording of a screen: 25 frames a second while something moves, none for four seconds while nothing does."""
    moving = _measure(_shot(1, 50))
    times = np.append(np.arange(50) * 0.04, 2.0)
    times[30:] += 4.0
    (span,) = spans.freezes(moving, times)
    assert (span.start, span.end) == pytest.approx((1.16, 5.2))
    assert spans.freezes(moving, np.arange(51) * 1.0) == ()


def test_shots_are_the_spans_between_cuts_in_ticks_and_seconds() -> None:
    first, second = spans.shots([2], np.array([0, 1001, 2002, 3003, 4004]), 1 / 30000)
    assert (first.start_ticks, first.end_ticks, second.start_ticks, second.end_ticks) == (0, 2002, 2002, 4004)
    assert second.start == pytest.approx(0.066733, abs=1e-6)


def test_motion_is_even_in_time_and_blind_to_cuts() -> None:
    found = _measure([*_shot(1, 30, speed=0), *_shot(2, 30, speed=3)])
    curve = spans.motion(found, [30], np.arange(61) / 30)
    assert curve.step == 0.25 and len(curve.values) == 8
    assert max(curve.values[:4]) < min(curve.values[4:]) and max(curve.values) < 0.7
