"""Tiny copies of large frames, made from some of their rows: what is measured on 64x36 needs no more, and a scaler that
reads every pixel costs three times as much."""

from __future__ import annotations

from typing import cast

import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame

SMALL = (64, 36)
LEAST = (640, 360)
"""Frames smaller than this, in either way, are a scaler's work: little would be saved."""
_FORMATS = {"yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p"}
_ROWS = (6, 5)
_FULL_RANGE = 2

Levels = npt.NDArray[np.float32]


def fits(frame: VideoFrame) -> bool:
    """Whether :func:`sampled` can read the frame."""
    return frame.width >= LEAST[0] and frame.height >= LEAST[1] and frame.format.name in _FORMATS


def sampled(frame: VideoFrame) -> npt.NDArray[np.uint8]:
    """Return the frame as 3 planes Y, U, V of 36 rows and 64 columns, in TV range. It must fit (:func:`fits`)."""
    small = np.stack([_mean(frame, number) for number in range(3)])
    if frame.color_range == _FULL_RANGE or frame.format.name.startswith("yuvj"):
        small[0] = small[0] * (219 / 255) + 16
        small[1:] = (small[1:] - 128) * (224 / 255) + 128
    return np.rint(small).astype(np.uint8)


def _mean(frame: VideoFrame, number: int) -> Levels:
    """Return a plane's mean levels in each cell, from a few of its rows."""
    plane = frame.planes[number]
    buffer = np.frombuffer(cast("memoryview[int]", plane), np.uint8)
    levels = buffer.reshape(-1, plane.line_size)[: plane.height, : plane.width]
    every = next((rows for rows in _ROWS if plane.height % (rows * SMALL[1]) == 0), min(_ROWS))
    chosen = levels[_rows(plane.height, every)].reshape(SMALL[1], every, -1)
    edges = np.arange(SMALL[0] + 1) * plane.width // SMALL[0]
    sums = np.add.reduceat(chosen.sum(axis=1, dtype=np.uint16), edges[:-1], axis=1, dtype=np.uint32)
    mean: Levels = (sums / (every * np.diff(edges))).astype(np.float32)
    return mean


def _rows(height: int, every: int) -> slice | npt.NDArray[np.int64]:
    """Return which rows are read: ``every`` of each cell, evenly; as a slice, which copies nothing, if it can be."""
    count = every * SMALL[1]
    if height % count == 0:
        return slice(height // count // 2, None, height // count)
    return (np.arange(count) * 2 + 1) * height // (2 * count)
