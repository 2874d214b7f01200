"""Display matrices."""

import pytest

from services.analyzer.domain.turning import Turn, turn_of

ONE = 65536


@pytest.mark.parametrize(
    ("a", "b", "c", "d", "turn"),
    [
        (1, 0, 0, 1, Turn()),
        (0, 1, -1, 0, Turn(90)),
        (-1, 0, 0, -1, Turn(180)),
        (0, -1, 1, 0, Turn(270)),
        (-1, 0, 0, 1, Turn(0, mirrored=True)),
        (1, 0, 0, -1, Turn(180, mirrored=True)),
        (0, 0, 0, 0, Turn()),
    ],
)
def test_quarter_turns_and_mirrors(a: int, b: int, c: int, d: int, turn: Turn) -> None:
    assert turn_of([a * ONE, b * ONE, 0, c * ONE, d * ONE, 0, 0, 0, 1 << 30]) == turn


def test_odd_angles_go_to_the_nearest_quarter() -> None:
    assert turn_of([10, 65000, 0, -65000, 10, 0, 0, 0, 1 << 30]) == Turn(90)


def test_sideways_pictures_change_their_sides() -> None:
    assert Turn(90).shown(320, 180) == (180, 320)
    assert Turn(180).shown(320, 180) == (320, 180)
