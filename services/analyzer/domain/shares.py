"""Into how many spans a film is divided, each for a process of its own."""

from __future__ import annotations

import itertools

LEAST_S = 120.0
MOST = 4
_SEEKABLE = ("mov", "matroska")


def share_count(duration: float, container: str, cores: int) -> int:
    """Return how many spans of at least two minutes are worth it: one for each core, at most MOST.

    ``duration`` in seconds. Only formats with an index are divided. Whether the cores are busy is not asked: the work
    is the same in any number of spans, and the system shares the cores among all who want them.
    """
    if not container.startswith(_SEEKABLE):
        return 1
    return max(1, min(cores, int(duration // LEAST_S), MOST))


def borders(first: int, end: int, count: int) -> list[tuple[int | None, int | None]]:
    """Divide ticks ``first`` to ``end`` into ``count`` equal spans; the outermost are open."""
    inner = [first + (end - first) * n // count for n in range(1, count)]
    edges = [None, *inner, None]
    return list(itertools.pairwise(edges))
