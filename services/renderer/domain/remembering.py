"""How many shown frames are kept while a film is decoded onwards. Pure; light, as short programs use it."""

from __future__ import annotations

MOST, MOST_BYTES = 24, 75 * 10**6
"""Frames for a shot that begins before the last one ended: all of them up to 1080p, a fourth of them at 4K."""


def kept(width: int, height: int) -> int:
    """Return how many frames of a film of that size, 4:2:0 in 8 bits."""
    return max(1, min(MOST, MOST_BYTES // max(1, width * height * 3 // 2)))
