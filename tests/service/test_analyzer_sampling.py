"""Small pictures made from a few rows of large frames are those that a scaler makes of all of them."""

from __future__ import annotations

import numpy as np
import pytest
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, VideoReformatter

from services.analyzer.tools.pictures import Shrinker
from services.analyzer.tools.sampling import SMALL, fits, sampled


def _frame(width: int, height: int, kind: str, full: bool) -> VideoFrame:
    y, x = np.mgrid[0:height, 0:width]
    waves = (9 * x / width + 4 * y / height, 11 * y / height, 5 * x / width - 7 * y / height)
    levels = np.stack([128 + 110 * np.sin(wave) for wave in waves], axis=-1)
    levels += np.random.default_rng(1).normal(0, 9, levels.shape)
    frame = VideoFrame.from_ndarray(np.clip(levels, 0, 255).astype(np.uint8), "rgb24").reformat(format=kind)
    if full:
        frame.color_range = ColorRange.JPEG
    return frame


@pytest.mark.parametrize("size", [(1920, 1080), (1280, 720), (854, 480), (1080, 1920), (1438, 1078)])
@pytest.mark.parametrize(
    ("kind", "full"), [("yuv420p", False), ("yuv420p", True), ("yuvj420p", False), ("yuv444p", False)]
)
def test_a_few_rows_tell_as_much_as_all(size: tuple[int, int], kind: str, full: bool) -> None:
    frame = _frame(*size, kind, full)
    made = VideoReformatter().reformat(
        frame, *SMALL, "yuv444p", interpolation="AREA", dst_color_range=ColorRange.MPEG, threads=1
    )
    away = np.abs(made.to_ndarray().astype(int) - sampled(frame))
    assert away.mean() < 0.6
    assert away.max() <= 4


@pytest.mark.parametrize(
    ("size", "kind"), [((320, 180), "yuv420p"), ((1280, 720), "yuv420p10le"), ((1280, 720), "rgb24")]
)
def test_all_others_are_left_to_the_scaler(size: tuple[int, int], kind: str) -> None:
    frame = _frame(*size, kind, full=False)
    assert not fits(frame)
    assert Shrinker().small(frame).shape == (3, SMALL[1], SMALL[0])
