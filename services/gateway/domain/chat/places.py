"""Places of segments, and saying why something cannot be done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from services.gateway.domain.timeline.data import SegmentData, TimelineData

Done = tuple[TimelineData, str]
"""A timeline after an operation, and what was done in words."""


class CannotDo(Exception):
    """A wish that cannot be met with this timeline; the text says why."""


def places_of(data: TimelineData, places: Iterable[int]) -> list[int]:
    """Return indices for places counted from 1, or from the end by -1 and less; all of them where none is named."""
    count, found = len(data.segments), []
    for place in places:
        index = place - 1 if place > 0 else count + place
        if place == 0 or not 0 <= index < count:
            raise CannotDo(f"There is no segment {place}; the edit has {count}.")
        found.append(index)
    return found or list(range(count))


def with_segments(data: TimelineData, shown: Sequence[SegmentData]) -> TimelineData:
    """Return the timeline with other segments."""
    return data.model_copy(update={"segments": tuple(shown)})
