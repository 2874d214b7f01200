"""Choosing a picture, laying out a sheet, and other small sums."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.analyzer.domain.parts import PARTS
from services.analyzer.domain.phases import Phases, analysis_weights, seconds_left
from services.analyzer.domain.sound.loudness import loudness
from services.analyzer.domain.stills import MOST_TILES, fit, still_score, tiles

_rng = np.random.default_rng(2)


def _frame(low: int, high: int) -> np.ndarray:
    frame = np.full((3, 36, 64), 128, np.uint8)
    frame[0] = _rng.integers(low, high + 1, (9, 16)).repeat(4, 0).repeat(4, 1)
    return frame


def test_black_white_and_flat_frames_are_worth_less_than_a_scene() -> None:
    scene = still_score(_frame(40, 220))
    assert still_score(_frame(16, 16)) == 0.0
    assert still_score(_frame(235, 235)) == 0.0
    assert still_score(_frame(120, 124)) < scene / 3
    assert still_score(_frame(16, 60)) < scene


def test_colour_counts_for_a_frame() -> None:
    grey, coloured = _frame(40, 220), _frame(40, 220)
    coloured[0] = grey[0]
    coloured[1] = 170
    assert still_score(coloured) > still_score(grey)


@settings(max_examples=40, deadline=None)
@given(st.floats(0.1, 40_000), st.integers(1, 8000), st.integers(1, 8000))
def test_a_sheet_covers_the_film_with_at_most_a_hundred_tiles(seconds: float, width: int, height: int) -> None:
    plan = tiles(seconds, width, height)
    assert 1 <= plan.count <= MOST_TILES
    assert (plan.count - 1) * plan.interval < seconds <= plan.count * plan.interval + 1e-5
    assert plan.rows * plan.columns >= plan.count > (plan.rows - 1) * plan.columns
    assert max(plan.width, plan.height) <= 160 and plan.width % 2 == plan.height % 2 == 0


@pytest.mark.parametrize(
    ("seconds", "interval"), [(1, 0.1), (5, 0.25), (8, 0.5), (40, 0.5), (60, 1), (600, 10), (3600, 60), (90_000, 900)]
)
def test_a_sheet_is_as_fine_as_a_hundred_tiles_allow(seconds: float, interval: float) -> None:
    assert tiles(seconds, 1920, 1080).interval == interval


@pytest.mark.parametrize(
    ("size", "fitted"),
    [((1920, 1080), (160, 90)), ((1080, 1920), (90, 160)), ((100, 50), (100, 50)), ((9000, 1), (160, 2))],
)
def test_pictures_keep_their_shape_and_are_never_blown_up(size: tuple[int, int], fitted: tuple[int, int]) -> None:
    assert fit(*size, 160) == fitted


SUMMARY = """[Parsed_ebur128_0 @ 0x1] Summary:

  Integrated loudness:
    I:         {integrated} LUFS
    Threshold: -33.0 LUFS

  Loudness range:
    LRA:         5.1 LU
    Threshold: -43.1 LUFS
    LRA low:   -25.1 LUFS

  True peak:
    Peak:       {peak} dBFS
"""


def test_loudness_is_read_from_the_summary() -> None:
    found = loudness("frame noise I: -1.0 LUFS\n" + SUMMARY.format(integrated="-22.6", peak="-1.3"))
    assert found and (found.integrated, found.range, found.true_peak) == (-22.6, 5.1, -1.3)


@pytest.mark.parametrize(("integrated", "peak"), [("-70.0", "-inf"), ("-70.0", "-80.0"), ("nan", "-1.0")])
def test_silence_has_no_loudness(integrated: str, peak: str) -> None:
    assert loudness(SUMMARY.format(integrated=integrated, peak=peak)) is None
    assert loudness("ffmpeg said nothing") is None


def test_progress_never_goes_back_and_ends_at_one() -> None:
    phases = Phases(analysis_weights(frozenset(PARTS), pictures=True, sound=True, model=True))
    seen = [phases.reach("probe", 1), phases.reach("pictures", 0.5), phases.reach("pictures", 0.2)]
    seen += [phases.reach(part, 1) for part in ("sound", "beats", "words", "pictures")]
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(1.0)


def test_the_time_left_is_what_is_left_at_the_same_pace() -> None:
    assert seconds_left(10, 0.25) == 30.0
    assert seconds_left(10, 0.05) is None and seconds_left(0.1, 0.5) is None
