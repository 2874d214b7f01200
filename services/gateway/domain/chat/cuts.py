"""Operations on what is shown and in which order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from services.gateway.domain.chat.pieces import SHORTEST, between_words, piece, spoken, text_of, without_span
from services.gateway.domain.chat.places import CannotDo, Done, places_of, with_segments
from services.gateway.domain.chat.topics import only, spans_about, stems, words
from services.gateway.domain.timeline.data import SegmentData, TimelineData
from services.gateway.domain.timeline.playing import seconds, source_time, starts, whole
from shared.contracts.chat import (
    KeepTopic,
    RemoveSegments,
    RemoveSpan,
    RemoveTopic,
    SetDuration,
    SetPace,
)

CLOSE = 0.05
"""Seconds by which an edit may miss a wished length and be as long as wished."""
LONGEST = {"fast": 2.6, "normal": 6.0}
"""Seconds that a segment plays at most at a pace."""
AIR = 0.35
"""Seconds that a calm pace leaves on either side of a segment, where there is room."""


def set_duration(data: TimelineData, order: SetDuration) -> Done:
    """Leave out the segments that say least for their length, then shorten one."""
    kept, wanted = list(data.segments), order.seconds
    length = whole(kept)
    if length <= wanted + CLOSE:
        raise CannotDo(
            f"The edit plays {length:.1f} s, which is not longer than {wanted:g} s. To make it longer, analyse the"
            f" project again with target_duration={wanted:g}."
        )
    worth = [_worth(data, segment, place, len(kept)) for place, segment in enumerate(kept)]
    lengths = [seconds(s) - (s.transition.duration if s.transition and place else 0.0) for place, s in enumerate(kept)]
    gone: set[int] = set()
    for place in sorted(range(len(kept)), key=lambda p: (worth[p], -p)):
        if length - lengths[place] >= wanted - CLOSE and len(gone) + 1 < len(kept):
            length -= lengths[place]
            gone.add(place)
    left = [i for i in range(len(kept)) if i not in gone]
    shown = _shortened(data, [kept[i] for i in left], wanted, [worth[i] for i in left])
    return with_segments(data, shown), f"Shortened to {whole(shown):.1f} s: {_count(len(gone), 'segment')} left out."


def remove_topic(data: TimelineData, order: RemoveTopic) -> Done:
    """Take the lines about the topic out."""
    wanted = stems(order.topic)
    shown: list[SegmentData] = []
    found = 0
    for segment in data.segments:
        spans = spans_about(data, segment, wanted)
        found += len(spans)
        rest = [segment]
        for start, end in spans:
            rest = [part for one in rest for part in without_span(one, start, end)]
        shown += rest
    if not found:
        raise CannotDo(f"Nothing that is said in the edit is about “{order.topic}”.")
    if not shown:
        raise CannotDo(f"The whole edit is about “{order.topic}”; nothing would be left.")
    return with_segments(data, shown), f"Removed {_count(found, 'passage')} about “{order.topic}”."


def keep_topic(data: TimelineData, order: KeepTopic) -> Done:
    """Leave only the lines about the topic."""
    wanted = stems(order.topic)
    shown = [part for s in data.segments for part in only(s, spans_about(data, s, wanted), SHORTEST)]
    if not shown:
        raise CannotDo(f"Nothing that is said in the edit is about “{order.topic}”.")
    return with_segments(data, shown), f"Kept {_count(len(shown), 'passage')} about “{order.topic}”."


def remove_span(data: TimelineData, order: RemoveSpan) -> Done:
    """Take out a span of play time."""
    length = whole(data.segments)
    end = length if order.end is None else order.end
    if order.start >= min(end, length):
        raise CannotDo(f"{order.start:g}-{end:g} s is no span of the edit, which plays {length:.1f} s.")
    shown: list[SegmentData] = []
    for segment, begin in zip(data.segments, starts(data.segments), strict=True):
        low, high = order.start - begin, end - begin
        if high <= 0 or low >= seconds(segment):
            shown.append(segment)
        else:
            shown += without_span(segment, source_time(segment, low), source_time(segment, high))
    if not shown:
        raise CannotDo("Nothing would be left of the edit.")
    return with_segments(data, shown), f"Removed {order.start:g}-{min(end, length):g} s."


def remove_segments(data: TimelineData, order: RemoveSegments) -> Done:
    """Take segments out."""
    gone = set(places_of(data, order.segments))
    if len(gone) == len(data.segments):
        raise CannotDo("Nothing would be left of the edit.")
    shown = [s for i, s in enumerate(data.segments) if i not in gone]
    return with_segments(data, shown), f"Removed {_count(len(gone), 'segment')}."


def set_pace(data: TimelineData, order: SetPace) -> Done:
    """Shorten long segments between words, or give all of them air."""
    if order.pace == "calm":
        shown = [_aired(data, place) for place in range(len(data.segments))]
    else:
        longest = LONGEST[order.pace]
        shown = [_cut_to(data, s, longest) if seconds(s) > longest else s for s in data.segments]
    changed = sum(a != b for a, b in zip(shown, data.segments, strict=True))
    if not changed:
        raise CannotDo(f"The edit has a {order.pace} pace already.")
    return with_segments(data, shown), f"Gave {_count(changed, 'segment')} a {order.pace} pace."


def _worth(data: TimelineData, segment: SegmentData, place: int, count: int) -> float:
    """Words for each second; the first segment and the last are worth more, as they open and close the edit."""
    said = len(words(text_of(data, segment))) / max(0.1, seconds(segment))
    return said + (2.0 if place == 0 else 1.0 if place == count - 1 else 0.0)


def _shortened(
    data: TimelineData, shown: list[SegmentData], wanted: float, worth: Sequence[float]
) -> list[SegmentData]:
    excess = whole(shown) - wanted
    for place in sorted(range(len(shown)), key=lambda p: (worth[p], -p)):
        if excess <= CLOSE:
            break
        before = seconds(shown[place])
        shown[place] = _cut_to(data, shown[place], max(before - excess, 2 * SHORTEST))
        excess -= before - seconds(shown[place])
    return shown


def _cut_to(data: TimelineData, segment: SegmentData, longest: float) -> SegmentData:
    at = between_words(data, segment, source_time(segment, longest))
    return piece(segment, segment.start, max(at, segment.start + SHORTEST))


def _aired(data: TimelineData, place: int) -> SegmentData:
    """Give a segment air on both sides, up to what its neighbours in the source show and to words that are not its."""
    segment = data.segments[place]
    if segment.asset_id is not None:
        return segment  # how long another film is, is not known here
    others = [s for i, s in enumerate(data.segments) if i != place and s.asset_id is None]
    around = segment.model_copy(update={"start": segment.start - AIR, "end": segment.end + AIR, "captions": None})
    lines = [(c.start, c.end) for c in spoken(data, around)]
    low = max([0.0, *(s.end for s in others if s.end <= segment.start), *(e for _, e in lines if e <= segment.start)])
    high = min([*(s.start for s in others if s.start >= segment.end), *(a for a, _ in lines if a >= segment.end)],
               default=segment.end)  # fmt: skip
    start, end = max(low, segment.start - AIR), min(high, segment.end + AIR)
    return segment.model_copy(update={"start": round(start, 6), "end": round(end, 6)})


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


WORKS: Mapping[str, Callable[[TimelineData, Any], Done]] = {
    "set_duration": set_duration,
    "remove_topic": remove_topic,
    "keep_topic": keep_topic,
    "remove_span": remove_span,
    "remove_segments": remove_segments,
    "set_pace": set_pace,
}
