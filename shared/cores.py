"""How many cores this process may use."""

from __future__ import annotations

import os
from pathlib import Path

_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def cores() -> int:
    """Return how many cores this process may use, in a container those that it was given."""
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        given = allowed(_QUOTA.read_text())
    except OSError:
        given = None
    return min(there, given or there)


def allowed(quota: str) -> int | None:
    """Return how many cores a control group may use, from the text of its ``cpu.max``; None: as many as there are."""
    words = quota.split()
    if len(words) != 2 or not all(word.isdecimal() for word in words) or int(words[1]) == 0:
        return None
    return max(1, int(words[0]) // int(words[1]))
