"""Peaks of sound for a player to draw: a stretch of what the analyzer stored, in as many columns as are wanted."""

from __future__ import annotations

import numpy as np

_FULL = 32767
_PAIR = 4
"""Bytes of one pair: lowest and highest sample, 16 bits each."""


def stretch(count: int, rate: int, start: float, end: float) -> tuple[int, int]:
    """Return the bytes from, up to which the peaks of ``start`` to ``end`` seconds lie; none before or behind."""
    first = min(count, max(0, int(start * rate)))
    last = min(count, max(first, -int(-end * rate // 1)))
    return first * _PAIR, last * _PAIR


def columns(data: bytes, points: int) -> list[list[float]]:
    """Return at most ``points`` pairs of lowest and highest, -1..1, that cover all of ``data``; no swing is lost."""
    pairs = np.frombuffer(data, "<i2", count=len(data) // _PAIR * 2).reshape(-1, 2)
    if len(pairs) > points:
        starts = np.arange(points) * len(pairs) // points
        lows, highs = np.minimum.reduceat(pairs[:, 0], starts), np.maximum.reduceat(pairs[:, 1], starts)
        pairs = np.stack([lows, highs], axis=1)
    found: list[list[float]] = np.round(pairs / _FULL, 4).tolist()
    return found
