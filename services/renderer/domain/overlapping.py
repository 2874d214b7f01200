"""Captions that overlap: only one page stands on the screen, and one that goes on comes back. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from heapq import heapify, heappop, heappush

from services.renderer.domain.page import Page


def going_on(ordered: Sequence[Page], least: int, most: int) -> list[Page]:
    """Return the pages with those again that last ``least`` frames longer than one which came over them.

    At most about ``most`` pages, in order; each ends where the next begins, or before.
    """
    waiting = [(page.start, 1, number, page) for number, page in enumerate(ordered)]
    heapify(waiting)
    found: list[Page] = []
    while waiting and len(found) < most:
        start, is_new, number, page = heappop(waiting)
        following = waiting[0][3] if waiting else None
        if following is None or following.start >= page.end:
            found.append(page)
            continue
        # What comes back gives way to what comes just then.
        if is_new or following.start - start >= least:
            found.append(replace(page, end=following.start))
        if page.end - following.end >= least:
            heappush(waiting, (following.end, 0, number, replace(page, start=following.end)))
    return found
