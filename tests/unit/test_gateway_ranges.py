"""Ranges and conditions of requests for objects."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.gateway.domain.ranges import Part, Unsatisfiable, if_match_holds, matches, part_of, range_holds


@pytest.mark.parametrize(
    ("header", "part"),
    [
        (None, None),
        ("bytes=0-0", Part(0, 1)),
        ("bytes=0-", Part(0, 100)),
        ("bytes=10-19", Part(10, 20)),
        ("bytes=90-500", Part(90, 100)),
        ("bytes=-10", Part(90, 100)),
        ("bytes=-500", Part(0, 100)),
        ("Bytes=99-99", Part(99, 100)),
        ("bytes=5-4", None),
        ("bytes=-", None),
        ("bytes=0-1,5-6", None),
        ("items=0-1", None),
        ("bytes=a-b", None),
        ("bytes=٠-١", None),
    ],
)
def test_a_single_byte_range_is_understood_and_everything_else_ignored(header: str | None, part: Part | None) -> None:
    assert part_of(header, 100) == part


@pytest.mark.parametrize(
    ("header", "size"), [("bytes=100-", 100), ("bytes=-0", 100), ("bytes=0-0", 0), ("bytes=-5", 0)]
)
def test_a_range_outside_the_object_is_unsatisfiable(header: str, size: int) -> None:
    with pytest.raises(Unsatisfiable):
        part_of(header, size)


@settings(max_examples=40)
@given(st.text(alphabet="bytes=-0123456789, ", max_size=20), st.integers(0, 1000))
def test_a_part_always_lies_inside(header: str, size: int) -> None:
    try:
        part = part_of(header, size)
    except Unsatisfiable:
        return
    assert part is None or 0 <= part.start < part.end <= size


def test_tags_are_compared() -> None:
    assert matches('"a"', '"a"')
    assert matches('W/"a", "b"', '"b"')
    assert matches('W/"a"', '"a"')
    assert matches("*", '"a"')
    assert not matches(None, '"a"')
    assert not matches('"b"', '"a"')
    assert range_holds(None, '"a"')
    assert range_holds('"a"', '"a"')
    assert not range_holds('W/"a"', 'W/"a"')
    assert not range_holds("Sat, 01 Jan 2000 00:00:00 GMT", '"a"')
    assert if_match_holds(None, '"3"')
    assert if_match_holds('"2", "3"', '"3"')
    assert if_match_holds("*", '"3"')
    assert not if_match_holds('W/"3"', '"3"')
    assert not if_match_holds("3", '"3"')
