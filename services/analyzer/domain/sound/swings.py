"""The lowest and the highest sample of each fiftieth of a second, and how they are drawn."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Peaks = npt.NDArray[np.int16]
PEAKS_A_SECOND = 50
_FULL = 32767


def peaks(samples: npt.NDArray[np.float32], rate: int) -> Peaks:
    """Return (n, 2): lowest and highest of each whole or begun fiftieth of mono ``samples`` (-1..1), as 16 bits."""
    size = rate // PEAKS_A_SECOND
    missing = -len(samples) % size
    if missing:
        samples = np.concatenate([samples, np.repeat(samples[-1:], missing)])
    parts = np.clip(np.nan_to_num(samples), -1, 1).reshape(-1, size)
    found: Peaks = np.rint(np.stack([parts.min(axis=1), parts.max(axis=1)], axis=1) * _FULL).astype(np.int16)
    return found


def fewer(found: Peaks, count: int) -> Peaks:
    """Return at most ``count`` pairs that cover the same time; none of the swings is lost."""
    if len(found) <= count:
        return found
    starts = np.arange(count) * len(found) // count
    lows, highs = np.minimum.reduceat(found[:, 0], starts), np.maximum.reduceat(found[:, 1], starts)
    return np.stack([lows, highs], axis=1)


def drawn(found: Peaks, width: int, height: int) -> npt.NDArray[np.uint8]:
    """Return (height, width), 255 where the wave is and 0 beside it: a column for each stretch of time, centred."""
    if not len(found):
        found = np.zeros((1, 2), np.int16)
    columns = found[np.arange(width) * len(found) // width] if len(found) < width else fewer(found, width)
    middle, reach = (height - 1) / 2, (height - 1) / 2 / _FULL
    top = np.floor(middle - columns[:, 1] * reach)
    bottom = np.ceil(middle - columns[:, 0] * reach)
    rows = np.arange(height)[:, None]
    return np.where((rows >= top) & (rows <= bottom), 255, 0).astype(np.uint8)
