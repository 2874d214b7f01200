"""What lies over and under an edit goes with what it lies on, when segments are cut, moved or run otherwise. Pure.

As editors do whose tracks are locked to each other (a ripple edit): a text over a sentence stays over that sentence;
what lies on nothing but what was cut goes with it; what is longer than a cut in its middle becomes shorter. Where its
ground is torn apart, a layer stays with the part that it began on.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from services.gateway.domain.timeline.data import SegmentData, TimelineData
from services.gateway.domain.timeline.layer_data import MusicData, OverlayData, SoundData
from services.gateway.domain.timeline.playing import seconds, starts, whole

SHORTEST_LAYER = 0.04
"""Seconds: a frame. Less cannot be seen."""
Layer = TypeVar("Layer", OverlayData, SoundData, MusicData)
BETWEEN = 0.01
"""Seconds by which places may differ that are the same."""


@dataclass(frozen=True, slots=True)
class Way:
    """Seconds ``begin`` to ``end`` of the edit as it was play at ``to`` to ``till`` now."""

    begin: float
    end: float
    to: float
    till: float

    def at(self, time: float) -> float:
        """Return when now plays what played at ``time``."""
        share = (time - self.begin) / (self.end - self.begin)
        return self.to + min(1.0, max(0.0, share)) * (self.till - self.to)


def rippled(before: TimelineData, after: TimelineData) -> tuple[TimelineData, int]:
    """Return ``after`` with the layers of the whole edit where their ground is now, and how many lost all of it."""
    layers = (after.overlays, after.sounds, after.music)
    if not any(layers) or before.segments == after.segments:
        return after, 0
    ground = _Ground(before.segments, after.segments)
    overlays = tuple(laid for overlay in after.overlays if (laid := ground.overlay(overlay)) is not None)
    sounds = tuple(heard for sound in after.sounds if (heard := ground.sound(sound)) is not None)
    music = tuple(played for music in after.music if (played := ground.music(music)) is not None)
    gone = sum(map(len, layers)) - sum(map(len, (overlays, sounds, music)))
    return after.model_copy(update={"overlays": overlays, "sounds": sounds, "music": music}), gone


class _Ground:
    def __init__(self, before: Sequence[SegmentData], after: Sequence[SegmentData]) -> None:
        self._ways = list(_ways(before, after))
        self._length, self._now = whole(before), whole(after)

    def overlay(self, overlay: OverlayData) -> OverlayData | None:
        """The overlay where it is now; None where nothing is left under it."""
        span = self._span(overlay.start, overlay.end)
        return _with(overlay, start=span[0], end=span[1]) if span else None

    def sound(self, sound: SoundData) -> SoundData | None:
        """The sound; where its beginning was cut, its rest, if it is known how long it lasts."""
        span = self._span(sound.at, sound.at + (sound.duration or SHORTEST_LAYER))
        if span is None:
            return None
        into = next((way.begin for way in self._ways if way.end > sound.at + BETWEEN), sound.at) - sound.at
        if sound.duration is None or into <= BETWEEN:
            return _with(sound, at=span[0])
        rest = {"duration": round(sound.duration - into, 6)}
        from_ = {"from_time": round(sound.from_time + into, 6)} if sound.given else {}
        return _with(sound, at=span[0], **rest, **from_)

    def music(self, music: MusicData) -> MusicData | None:
        """Music from the first moment on that is left of where it played."""
        if music.start < BETWEEN:
            return music
        span = self._span(music.start, max(self._length, music.start + SHORTEST_LAYER))
        return _with(music, start=span[0]) if span else None

    def _span(self, start: float, end: float) -> tuple[float, float] | None:
        """Return where what lay from ``start`` to ``end`` lies now."""
        if start >= self._length - BETWEEN:  # behind the end: kept there, and not shown
            moved = max(0.0, start - self._length + self._now)
            return round(moved, 6), round(moved + end - start, 6)
        there = [way for way in self._ways if min(way.end, end) - max(way.begin, start) > 1e-6]
        pieces = [(way.at(max(way.begin, start)), way.at(min(way.end, end))) for way in there]
        if not pieces:
            return None
        begin, stop = next(run for run in self._runs(pieces) if run[0] <= pieces[0][0] <= run[1])
        if stop >= self._now - BETWEEN:
            stop += max(0.0, end - self._length)
        return (round(begin, 6), round(stop, 6)) if stop - begin >= SHORTEST_LAYER / 2 else None

    def _runs(self, pieces: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
        """Return the pieces joined where they touch, and over what was not in the edit before."""
        found: list[tuple[float, float]] = []
        for begin, end in sorted(pieces):
            if found and (begin <= found[-1][1] + BETWEEN or self._is_new(found[-1][1], begin)):
                found[-1] = found[-1][0], max(found[-1][1], end)
            else:
                found.append((begin, end))
        return found

    def _is_new(self, begin: float, end: float) -> bool:
        return not any(min(way.till, end) - max(way.to, begin) > BETWEEN for way in self._ways)


def _ways(before: Sequence[SegmentData], after: Sequence[SegmentData]) -> Iterator[Way]:
    """Yield what is left of the edit as it was, in its order. What is shown twice is taken for what has its name."""
    now = [(segment, at, seconds(segment)) for segment, at in zip(after, starts(after), strict=True)]
    by_start = sorted(range(len(now)), key=lambda place: after[place].start)
    first = [after[place].start for place in by_start]
    longest = max((segment.end - segment.start for segment in after), default=0.0)
    lasting = _once(before) & _once(after)
    for segment, at in zip(before, starts(before), strict=True):
        length, span = seconds(segment), segment.end - segment.start
        if length <= 0:
            continue
        low, high = bisect_left(first, segment.start - longest), bisect_left(first, segment.end)
        mine = [
            place
            for place in sorted(by_start[low:high])
            if _shows(after[place], segment) and (after[place].name == segment.name or after[place].name not in lasting)
        ]
        taken: list[tuple[float, float]] = []
        for place in sorted(mine, key=lambda place: after[place].name != segment.name):
            other, to, plays = now[place]
            a, b = max(segment.start, other.start), min(segment.end, other.end)
            if any(min(b, end) - max(a, start) > BETWEEN for start, end in taken):
                continue
            taken.append((a, b))
            wide = other.end - other.start
            yield Way(
                at + (a - segment.start) / span * length, at + (b - segment.start) / span * length,
                to + (a - other.start) / wide * plays, to + (b - other.start) / wide * plays,
            )  # fmt: skip


def _shows(one: SegmentData, other: SegmentData) -> bool:
    return one.asset_id == other.asset_id and min(one.end, other.end) - max(one.start, other.start) > 1e-6


def _once(segments: Sequence[SegmentData]) -> set[str]:
    """Names that one segment alone has."""
    return {name for name, count in Counter(s.name for s in segments).items() if name and count == 1}


def _with(layer: Layer, **changes: float) -> Layer:
    """Written anew, so that what was not given stays so."""
    members = {name: getattr(layer, name) for name in layer.model_fields_set}
    return type(layer).model_validate({**members, **changes})
