"""Into how many spans a film is divided, each for a process of its own."""

from __future__ import annotations

import itertools
import math

LEAST_S = 300.0
MOST = 8
_SEEKABLE = ("mov", "matroska")


def share_count(duration: float, container: str, cores: int, load: float) -> int:
    """Return how many spans of at least five minutes are worth it: one for every two cores that have nothing to do.

    ``duration`` in seconds; ``load``: runnable processes on average. Only formats with an index are divided.
    """
    if not container.startswith(_SEEKABLE):
        return 1
    free = max(0, cores - math.floor(load + 0.5))
    return max(1, min(free // 2, int(duration // LEAST_S), MOST))


def borders(first: int, end: int, count: int) -> list[tuple[int | None, int | None]]:
    """Divide ticks ``first`` to ``end`` into ``count`` equal spans; the outermost are open."""
    inner = [first + (end - first) * n // count for n in range(1, count)]
    edges = [None, *inner, None]
    return list(itertools.pairwise(edges))
