"""Half-open spans of whole frames, and what can be done with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

N = TypeVar("N", int, float)
Frames = tuple[int, int]
"""``(start, end)`` in source frames, end exclusive."""


def merged(spans: Iterable[Frames]) -> list[Frames]:
    """Return the spans sorted, touching and overlapping ones joined, empty ones left out."""
    result: list[Frames] = []
    for start, end in sorted(s for s in spans if s[1] > s[0]):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], end))
        else:
            result.append((start, end))
    return result


def subtracted(spans: Sequence[tuple[N, N]], holes: Sequence[tuple[N, N]]) -> list[tuple[N, N]]:
    """Return what is left of ``spans`` outside ``holes``, in frames or in seconds. Both sorted and disjoint."""
    result: list[tuple[N, N]] = []
    first = 0
    for begin, end in spans:
        start = begin
        while first < len(holes) and holes[first][1] <= start:
            first += 1
        at = first
        while at < len(holes) and holes[at][0] < end:
            if holes[at][0] > start:
                result.append((start, holes[at][0]))
            start = max(start, holes[at][1])
            at += 1
        if start < end:
            result.append((start, end))
    return result


def total(spans: Iterable[Frames]) -> int:
    """Return the number of frames in disjoint ``spans``."""
    return sum(end - start for start, end in spans)
