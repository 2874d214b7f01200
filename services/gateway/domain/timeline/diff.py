"""What changed from one timeline to another. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from services.gateway.domain.timeline.data import SegmentData, TimelineData
from services.gateway.domain.views import View

MOST = 2000
_NOT_COMPARED = frozenset({"start", "end"})


def diff_view(before: TimelineData, after: TimelineData) -> View:
    """Return ``{duration_before, duration_after, segments[...], members[...]}``.

    A segment is the same while most of its span is; ``op`` is kept (left out of the list), changed (with the fields),
    moved, added or removed. Times in source seconds, places counted from 0. ``members`` are the others that differ.
    """
    members = [
        name
        for name in TimelineData.model_fields
        if name != "segments" and getattr(before, name) != getattr(after, name)
    ]
    return {
        "duration_before": round(sum(s.end - s.start for s in before.segments), 6),
        "duration_after": round(sum(s.end - s.start for s in after.segments), 6),
        "segments": list(_segments(before.segments, after.segments))[:MOST],
        "members": members,
    }


def _segments(before: Sequence[SegmentData], after: Sequence[SegmentData]) -> Iterator[View]:
    pairs = _pairs(before, after)
    in_order = _in_order([old for old, _ in pairs])
    matched = dict(pairs)
    for old, segment in enumerate(before):
        if old not in matched:
            yield _line("removed", segment, old, None)
    origins = {new: old for old, new in pairs}
    for new, segment in enumerate(after):
        if new not in origins:
            yield _line("added", segment, None, new)
            continue
        old = origins[new]
        fields = _changed(before[old], segment)
        if fields:
            yield _line("changed", segment, old, new) | {"fields": fields}
        if old not in in_order:
            yield _line("moved", segment, old, new)


def _pairs(before: Sequence[SegmentData], after: Sequence[SegmentData]) -> list[tuple[int, int]]:
    """Pair each new segment with the old one that it overlaps most, by more than half of the longer; in new order."""
    free = set(range(len(before)))
    keys = {(s.start, s.end): i for i, s in reversed(list(enumerate(before)))}
    by_start = sorted(free, key=lambda i: before[i].start)
    starts = [before[i].start for i in by_start]
    longest = max((s.end - s.start for s in before), default=0.0)
    pairs: list[tuple[int, int]] = []
    for new, segment in enumerate(after):
        same = keys.get((segment.start, segment.end))
        near = by_start[bisect_left(starts, segment.start - longest) : bisect_left(starts, segment.end)]
        beside = (i for i in near if i in free)
        old = same if same in free else max(beside, key=lambda i: (_shared(before[i], segment), -i), default=None)
        if old is not None and _shared(before[old], segment) > 0.5:
            free.discard(old)
            pairs.append((old, new))
    return pairs


def _in_order(olds: list[int]) -> set[int]:
    """Return the old places that kept their order: the longest common run of both orders."""
    matcher = SequenceMatcher(a=sorted(olds), b=olds, autojunk=False)
    return {olds[b + i] for _, b, size in matcher.get_matching_blocks() for i in range(size)}


def _shared(one: SegmentData, other: SegmentData) -> float:
    both = min(one.end, other.end) - max(one.start, other.start)
    longer = max(one.end - one.start, other.end - other.start)
    return both / longer if longer > 0 else 0.0


def _changed(old: SegmentData, new: SegmentData) -> list[View]:
    fields = [n for n in SegmentData.model_fields if n not in _NOT_COMPARED and getattr(old, n) != getattr(new, n)]
    shown: list[View] = [
        {"field": name, "before": getattr(old, name), "after": getattr(new, name)}
        for name in ("start", "end")
        if getattr(old, name) != getattr(new, name)
    ]
    plain = (old.model_dump(mode="json"), new.model_dump(mode="json"))
    return shown + [{"field": name, "before": plain[0][name], "after": plain[1][name]} for name in fields]


def _line(op: str, segment: SegmentData, before: int | None, after: int | None) -> View:
    span = {"name": segment.name, "start": segment.start, "end": segment.end}
    return {"op": op, **span, "place_before": before, "place_after": after}
