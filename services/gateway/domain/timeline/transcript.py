"""The captions of a whole film, and which of them are heard in a span. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from services.gateway.domain.timeline.data import CaptionData


class Transcript:
    """Captions that are asked for again and again: a timeline may have thousands of them and of segments."""

    def __init__(self, captions: Sequence[CaptionData]) -> None:
        self._ordered = sorted(enumerate(captions), key=lambda numbered: numbered[1].start)
        self._starts = [caption.start for _, caption in self._ordered]
        self._longest = max((caption.end - caption.start for caption in captions), default=0.0)

    def between(self, start: float, end: float) -> list[CaptionData]:
        """Return the captions that touch the span, as they were written one after another."""
        first = bisect_left(self._starts, start - self._longest)
        last = bisect_right(self._starts, end)
        found = [numbered for numbered in self._ordered[first:last] if numbered[1].end > start]
        return [caption for _, caption in sorted(found, key=lambda numbered: numbered[0])]
