"""The window that follows a face: steady, within its limits, jumping at cuts only."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.contracts.sight import FaceBox, FaceTrack, FocusPoint
from shared.framing.paths import Leg, Window, crop_path, place_at, window, worth_following
from shared.framing.steadying import Limits

TALL = Window("x", 0.3164)
"""9:16 out of 16:9."""
LIMITS = Limits()


def face(
    name: str,
    where: Callable[[float], float],
    *,
    start: float = 0.0,
    end: float = 8.0,
    width: float = 0.1,
    talking: float = 0.0,
) -> FaceTrack:
    """A face whose middle is at ``where(time)``."""
    times = np.arange(start, end + 1e-6, 0.4)
    return FaceTrack(
        id=name,
        boxes=tuple(
            FaceBox(
                time=float(t), x=where(float(t)) - width / 2, y=0.3, width=width, height=0.2, score=0.9, talking=talking
            )
            for t in times
        ),
    )


def inside(
    legs: tuple[Leg, ...], where: Callable[[float], float], span: tuple[float, float], width: float = 0.1
) -> float:
    """Share of the time in which the whole face is in the window."""
    times = np.linspace(*span, 400, endpoint=False)
    good = [
        (left := place_at(legs, t)) <= where(t) - width / 2 + 1e-6 and where(t) + width / 2 <= left + TALL.size + 1e-6
        for t in times
    ]
    return sum(good) / len(good)


def fastest(leg: Leg) -> tuple[float, float]:
    """The greatest speed and acceleration, measured on a fine grid within the leg."""
    times = np.arange(leg.start, leg.start + leg.step * max(1, len(leg.points) - 3), 0.01)
    places = np.array([leg.at(float(t)) for t in times])
    speed = np.abs(np.diff(places)) / 0.01
    turning = np.abs(np.diff(places, 2)) / 0.01**2
    return float(speed.max(initial=0)), float(turning.max(initial=0))


def test_windows_of_other_shapes() -> None:
    tall = window((1920, 1080), (1080, 1920))
    wide = window((1080, 1920), (1920, 1080))
    assert tall is not None
    assert wide is not None
    assert (tall.axis, wide.axis) == ("x", "y")
    assert tall.size == pytest.approx(0.3164, abs=1e-4)
    assert wide.size == pytest.approx(0.3164, abs=1e-4)
    assert window((1920, 1080), (1280, 720)) is None


@pytest.mark.parametrize("jitter", [0.0, 0.01, 0.03])
def test_a_still_speaker_gives_a_still_frame(jitter: float) -> None:
    noise = np.random.default_rng(3)
    still = face("f1", lambda t: 0.63 + jitter * float(noise.uniform(-1, 1)))
    (leg,) = crop_path([still], [], [], (0.0, 8.0), TALL)
    assert len(leg.points) == 1
    assert leg.points[0] == pytest.approx(0.63 - TALL.size / 2, abs=0.03)


@pytest.mark.parametrize("seconds", [4.0, 8.0])
def test_somebody_who_walks_across_stays_in_the_frame(seconds: float) -> None:
    def where(t: float) -> float:
        return 0.12 + 0.76 * min(t / seconds, 1)

    legs = crop_path([face("f1", where, end=seconds)], [], [], (0.0, seconds), TALL)
    assert inside(legs, where, (0.0, seconds)) >= 0.97


def test_the_window_jumps_at_cuts_only() -> None:
    left, right = face("f1", lambda _: 0.2, end=3.8), face("f2", lambda _: 0.8, start=4.0)
    legs = crop_path([left, right], [], [4.0], (1.0, 7.0), TALL)
    assert [(leg.start, leg.end) for leg in legs] == [(1.0, 4.0), (4.0, 7.0)]
    assert place_at(legs, 3.99) < 0.2 - 0.05
    assert place_at(legs, 4.0) > 0.6
    assert all(len(leg.points) == 1 for leg in legs)


def test_two_who_fit_are_both_shown_and_of_two_who_do_not_the_one_who_talks() -> None:
    (both,) = crop_path(
        [face("a", lambda _: 0.45, width=0.07), face("b", lambda _: 0.6, width=0.07)], [], [], (0, 8), TALL
    )
    assert both.points[0] < 0.45 - 0.035
    assert both.points[0] + TALL.size > 0.6 + 0.035
    quiet, talks = face("a", lambda _: 0.2, width=0.11), face("b", lambda _: 0.8, talking=0.8)
    (one,) = crop_path([quiet, talks], [], [], (0, 8), TALL)
    assert one.points[0] < 0.75 < 0.85 < one.points[0] + TALL.size


@pytest.mark.parametrize("gap", [0.14, 0.17, 0.2, 0.24])
def test_nobody_beside_is_shown_by_half(gap: float) -> None:
    """Two do not fit: the window turns aside as far as the first allows, so that its edge misses the second."""
    first, second = face("a", lambda _: 0.5, width=0.11), face("b", lambda _: 0.5 + gap, width=0.08)
    third = face("c", lambda _: 0.5 - 0.24, width=0.08)
    (leg,) = crop_path([first, second, third], [], [], (0.0, 8.0), TALL)
    left = leg.points[0]
    assert left <= 0.445 and left + TALL.size >= 0.555
    for edge in (left, left + TALL.size):
        for middle in (0.5 + gap, 0.26):
            assert not middle - 0.0399 < edge < middle + 0.0399, (left, middle)


def test_the_focus_is_followed_where_there_is_no_face() -> None:
    points = [FocusPoint(time=t / 2, x=0.8, y=0.5, weight=0.9) for t in range(16)]
    (leg,) = crop_path([], points, [], (0.0, 8.0), TALL)
    assert leg.points[0] <= 0.8 <= leg.points[0] + TALL.size
    (middle,) = crop_path([], [], [], (0.0, 8.0), TALL)
    assert middle.points == (pytest.approx(TALL.top / 2, abs=1e-6),)


def test_what_is_worth_following() -> None:
    somebody = face("f1", lambda _: 0.5, end=3.0)
    vague = [FocusPoint(time=t / 2, x=0.5, y=0.5, weight=0.2) for t in range(16)]
    assert worth_following([somebody], [], (0.0, 8.0)) == "faces"
    assert worth_following([somebody], [], (2.5, 8.0)) is None
    assert worth_following([], vague, (0.0, 8.0)) is None
    assert worth_following([], [p.model_copy(update={"weight": 0.8}) for p in vague], (0.0, 8.0)) == "focus"


@settings(max_examples=25)
@given(st.floats(0.1, 0.9), st.floats(0.05, 0.4), st.floats(0.02, 0.12), st.floats(0.05, 0.16), st.floats(3.0, 30.0))
def test_speed_and_acceleration_hold_and_the_face_is_seen(
    middle: float, swing: float, pace: float, width: float, seconds: float
) -> None:
    room = min(swing, middle - width / 2, 1 - width / 2 - middle)

    def where(t: float) -> float:
        return middle + room * math.sin(2 * math.pi * pace * t)

    legs = crop_path([face("f1", where, end=seconds, width=width)], [], [], (0.0, seconds), TALL)
    (leg,) = legs
    speed, turning = fastest(leg)
    assert speed <= LIMITS.speed + 1e-4
    assert turning <= LIMITS.acceleration + 2e-2
    assert all(0 <= place_at(legs, float(t)) <= TALL.top + 1e-9 for t in np.linspace(0, seconds, 100))
    assert inside(legs, where, (0.0, seconds), width) >= 0.95


def test_a_long_shot_is_solved_in_pieces_without_a_seam() -> None:
    legs = crop_path([face("f1", lambda t: 0.5 + 0.3 * math.sin(t / 9), end=200.0)], [], [], (0.0, 200.0), TALL)
    speed, turning = fastest(legs[0])
    assert speed <= LIMITS.speed
    assert turning <= LIMITS.acceleration + 2e-2
    assert inside(legs, lambda t: 0.5 + 0.3 * math.sin(t / 9), (0.0, 200.0)) >= 0.99
