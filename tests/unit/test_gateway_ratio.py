"""Aspect ratios and the sizes that belong to them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.gateway.domain.ratio import name, parse_list, size
from services.gateway.domain.refusal import Refusal
from services.gateway.domain.render_order import rate_of
from shared.errors import BadRequest


@pytest.mark.parametrize(
    ("text", "pixels", "draft"),
    [
        ("16:9", (1920, 1080), (854, 480)),
        ("9:16", (1080, 1920), (480, 854)),
        ("1:1", (1080, 1080), (480, 480)),
        ("4:5", (1080, 1350), (480, 600)),
        ("4:1", (4320, 1080), (1920, 480)),
        ("100:99", (1090, 1080), (484, 480)),
    ],
)
def test_the_short_side_is_1080_or_480_and_both_are_even(
    text: str, pixels: tuple[int, int], draft: tuple[int, int]
) -> None:
    assert size(text) == pixels
    assert size(text, draft=True) == draft


@settings(max_examples=40)
@given(st.integers(1, 100), st.integers(1, 100))
def test_every_ratio_within_the_limits_has_a_size_of_its_shape(width: int, height: int) -> None:
    text = f"{width}:{height}"
    if max(width, height) > 4 * min(width, height):
        with pytest.raises(BadRequest):
            size(text)
        return
    w, h = size(text)
    assert min(w, h) == 1080
    assert w % 2 == h % 2 == 0
    assert abs(w * height - h * width) <= max(width, height)


@pytest.mark.parametrize(
    "text", ["", "16x9", "0:1", "16:0", "-16:9", "16:9 ", "101:100", "5:1", "1.5:1", "١٦:٩", "016:9"]
)
def test_what_is_no_ratio_is_refused(text: str) -> None:
    with pytest.raises(BadRequest) as refused:
        size(text)
    assert refused.value.code == "aspect_ratio_invalid"


def test_ratios_come_repeated_or_as_json() -> None:
    assert parse_list([]) == ("16:9",)
    assert parse_list(["9:16"]) == ("9:16",)
    assert parse_list(["16:9", "9:16"]) == ("16:9", "9:16")
    assert parse_list(['["16:9", "9:16"]']) == ("16:9", "9:16")
    assert name("16:9") == "16_9"


@pytest.mark.parametrize(
    "values",
    [["[]"], ["[16]"], ['["16:9"'], ["[" * 5000], ["16:9", "32:18"], [f"{n}:10" for n in range(10, 19)], ['{"a": 1}']],
)
def test_other_lists_are_refused(values: list[str]) -> None:
    with pytest.raises(BadRequest):
        parse_list(values)


@pytest.mark.parametrize(
    ("fps", "rate"),
    [
        (30, "30/1"),
        (29.97, "30000/1001"),
        (23.976, "24000/1001"),
        ("30000/1001", "30000/1001"),
        (12.5, "25/2"),
        (1, "1/1"),
    ],
)
def test_frame_rates_are_exact(fps: float | str, rate: str) -> None:
    assert rate_of(fps) == rate


@pytest.mark.parametrize("fps", [0, -1, 121, 0.5, "fast", "1/0", float("nan"), float("inf"), "30000001/1000001"])
def test_other_frame_rates_are_refused(fps: float | str) -> None:
    with pytest.raises(Refusal) as refused:
        rate_of(fps)
    assert refused.value.code == "fps_invalid"
