"""How much of the machine this process may use, in a container what that was given."""

from __future__ import annotations

import os
from pathlib import Path

_GROUP = Path("/sys/fs/cgroup")


def cores() -> int:
    """Return how many cores this process may use."""
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(there, cores_allowed(_limit("cpu.max")) or there)


def memory() -> int:
    """Return how many bytes of memory this process may use."""
    there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min(there, bytes_allowed(_limit("memory.max")) or there)


def cores_allowed(quota: str) -> int | None:
    """Return how many cores a control group may use, by the text of its ``cpu.max``; None: as many as there are."""
    words = quota.split()
    if len(words) != 2 or not all(word.isdecimal() for word in words) or int(words[1]) == 0:
        return None
    return max(1, int(words[0]) // int(words[1]))


def bytes_allowed(limit: str) -> int | None:
    """Return how many bytes a control group may use, by the text of its ``memory.max``; None: as many as there are."""
    text = limit.strip()
    return int(text) if text.isdecimal() and int(text) > 0 else None


def _limit(name: str) -> str:
    """Return the text of this process's control group's file ``name``; empty outside of any."""
    try:
        return (_GROUP / name).read_text()
    except OSError:
        return ""
