"""Into how many spans a film is divided."""

import pytest

from services.analyzer.domain.shares import borders, share_count


@pytest.mark.parametrize(
    ("seconds", "container", "cores", "load", "count"),
    [
        (3600, "mov,mp4", 16, 0.2, 8),
        (3600, "matroska,webm", 6, 0.0, 3),
        (3600, "mov,mp4", 16, 12.0, 2),
        (3600, "mov,mp4", 2, 0.0, 1),
        (3600, "mov,mp4", 4, 9.0, 1),
        (3600, "mpegts", 16, 0.0, 1),
        (599, "mov,mp4", 16, 0.0, 1),
        (1000, "mov,mp4", 16, 0.0, 3),
    ],
)
def test_only_long_films_with_an_index_are_divided_and_only_among_idle_cores(
    seconds: float, container: str, cores: int, load: float, count: int
) -> None:
    assert share_count(seconds, container, cores, load) == count


def test_spans_follow_each_other_without_a_gap() -> None:
    assert borders(0, 100, 3) == [(None, 33), (33, 66), (66, None)]
    assert borders(0, 100, 1) == [(None, None)]
