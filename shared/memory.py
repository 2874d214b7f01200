"""How much memory this process may use."""

from __future__ import annotations

import os
from pathlib import Path

_LIMIT = Path("/sys/fs/cgroup/memory.max")


def memory() -> int:
    """Return how many bytes of memory this process may use, in a container those that it was given."""
    there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        given = allowed(_LIMIT.read_text())
    except OSError:
        given = None
    return min(there, given or there)


def allowed(limit: str) -> int | None:
    """Return how many bytes a control group may use, by the text of its ``memory.max``; None: as many as there are."""
    text = limit.strip()
    return int(text) if text.isdecimal() and int(text) > 0 else None
