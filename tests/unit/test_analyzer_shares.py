"""Into how many spans a film is divided."""

import pytest

from services.analyzer.domain.shares import borders, share_count
from shared.allowance import cores_allowed


@pytest.mark.parametrize(
    ("seconds", "container", "cores", "count"),
    [
        (3600, "mov,mp4", 16, 4),
        (3600, "matroska,webm", 3, 3),
        (3600, "mov,mp4", 1, 1),
        (3600, "mpegts", 16, 1),
        (239, "mov,mp4", 16, 1),
        (370, "mov,mp4", 16, 3),
    ],
)
def test_long_films_with_an_index_are_divided_among_the_cores(
    seconds: float, container: str, cores: int, count: int
) -> None:
    assert share_count(seconds, container, cores) == count


@pytest.mark.parametrize(
    ("quota", "cores"),
    [
        ("max 100000\n", None),
        ("200000 100000\n", 2),
        ("50000 100000\n", 1),
        ("350000 100000", 3),
        ("", None),
        ("x 0", None),
    ],
)
def test_a_container_uses_the_cores_that_it_was_given(quota: str, cores: int | None) -> None:
    assert cores_allowed(quota) == cores


def test_spans_follow_each_other_without_a_gap() -> None:
    assert borders(0, 100, 3) == [(None, 33), (33, 66), (66, None)]
    assert borders(0, 100, 1) == [(None, None)]
