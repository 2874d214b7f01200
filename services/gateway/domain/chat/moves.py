"""Operations on the order of what is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from services.gateway.domain.chat.pieces import SHORTEST, between_words, piece, spoken, text_of
from services.gateway.domain.chat.places import CannotDo, Done, places_of, with_segments
from services.gateway.domain.chat.topics import funniness, level, stems, touches
from services.gateway.domain.timeline.data import SegmentData, TimelineData
from services.gateway.domain.timeline.playing import seconds, source_time
from shared.contracts.chat import Move, Reorder, Split
from shared.contracts.hearing import Curve


def move(data: TimelineData, order: Move, energy: Curve | None = None) -> Done:
    """Move one segment; ``energy`` is the film's loudness, where it is known."""
    place = _meant(data, order, energy)
    to = places_of(data, (order.to,))[0]
    if place == to:
        raise CannotDo(f"Segment {place + 1} is there already.")
    shown = list(data.segments)
    segment = shown.pop(place).model_copy(update={"transition": None})
    shown.insert(to, segment)
    return with_segments(data, shown), f"Moved segment {place + 1} ({_quoted(data, segment)}) to place {to + 1}."


def reorder(data: TimelineData, order: Reorder) -> Done:
    """Play the segments in another order."""
    first = list(dict.fromkeys(places_of(data, order.order)))
    rest = [i for i in range(len(data.segments)) if i not in set(first)]
    shown = [data.segments[i] for i in (*first, *rest)]
    return with_segments(data, shown), "Reordered the segments."


def split(data: TimelineData, order: Split) -> Done:
    """Cut one segment in two."""
    place = places_of(data, (order.segment,))[0]
    segment = data.segments[place]
    after = seconds(segment) / 2 if order.at is None else order.at
    at = source_time(segment, after)
    if order.at is None:
        at = between_words(data, segment, at)
    if not segment.start + SHORTEST <= at <= segment.end - SHORTEST:
        raise CannotDo(f"Segment {place + 1} plays {seconds(segment):.1f} s; it cannot be cut at {after:g} s.")
    second = piece(segment, at, segment.end).model_copy(update={"transition": None, "sfx": None, "name": None})
    shown = [*data.segments[:place], piece(segment, segment.start, at), second, *data.segments[place + 1 :]]
    return with_segments(data, shown), f"Split segment {place + 1} after {after:.1f} s."


def _meant(data: TimelineData, order: Move, energy: Curve | None) -> int:
    """Return the place of the segment that is to be moved."""
    if order.segment is not None:
        return places_of(data, (order.segment,))[0]
    if order.topic:
        wanted = stems(order.topic)
        found = [i for i, s in enumerate(data.segments) if touches(text_of(data, s), wanted)]
        if not found:
            raise CannotDo(f"Nothing that is said in the edit is about “{order.topic}”.")
        return found[0]
    measures: dict[str, Callable[[SegmentData], float]] = {
        "funniest": lambda s: funniness(data, s, energy),
        "loudest": lambda s: (
            level(energy, s.start, s.end)
            if energy
            else text_of(data, s).count("!") + sum(w.isupper() for w in text_of(data, s).split())
        ),
        "longest": seconds,
        "shortest": lambda s: -seconds(s),
    }
    if order.kind not in measures:
        raise CannotDo("It is not said which segment is meant: name its number, or what is said in it.")
    values = [measures[order.kind](s) for s in data.segments]
    best = max(range(len(values)), key=lambda i: (values[i], -i))
    if order.kind in ("funniest", "loudest") and values[best] <= 0:
        raise CannotDo(f"Nothing tells which bit is the {order.kind}. Name its number: “move segment 3 to the start”.")
    return best


def _quoted(data: TimelineData, segment: SegmentData) -> str:
    said = " ".join(c.text for c in spoken(data, segment))
    return f"“{said[:40]}…”" if len(said) > 40 else f"“{said}”" if said else f"{seconds(segment):.1f} s"


WORKS: Mapping[str, Callable[[TimelineData, Any], Done]] = {"move": move, "reorder": reorder, "split": split}
