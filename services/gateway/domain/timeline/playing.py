"""How long segments play, and when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from services.gateway.domain.timeline.data import SegmentData
from services.gateway.domain.timeline.pace import pace_of
from shared.contracts.warp import stretches


def seconds(segment: SegmentData) -> float:
    """Return how long the segment plays, its effects on time reckoned in."""
    span = Fraction(repr(segment.end)) - Fraction(repr(segment.start))
    if span <= 0:
        return 0.0
    pace = pace_of(segment, span)
    last = stretches(span, pace.speed, pace.warp)[-1]
    return float(last.output + last.running + last.hold)


def whole(segments: Iterable[SegmentData]) -> float:
    """Return how long the segments play together, transitions' overlaps taken off."""
    total = 0.0
    for place, segment in enumerate(segments):
        total += seconds(segment) - (segment.transition.duration if segment.transition and place else 0.0)
    return max(0.0, total)


def starts(segments: Sequence[SegmentData]) -> list[float]:
    """Return when each segment begins to play."""
    at, found = 0.0, []
    for place, segment in enumerate(segments):
        at -= segment.transition.duration if segment.transition and place else 0.0
        found.append(max(0.0, at))
        at += seconds(segment)
    return found


def source_time(segment: SegmentData, after: float) -> float:
    """Return the source time that plays ``after`` seconds after the segment's start, as if its speed were even."""
    length = seconds(segment)
    share = min(1.0, max(0.0, after / length)) if length else 0.0
    return segment.start + share * (segment.end - segment.start)
