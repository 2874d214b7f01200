"""What a timeline carries of the analyses of its sources, so that the renderer can follow faces. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence

from pydantic import BaseModel, ConfigDict

from shared.contracts.media import Shot
from shared.contracts.sight import FaceTrack, FocusPoint
from shared.contracts.timeline import Clip, Timeline

AROUND_S = 1.0
"""How much is kept on both sides of what is shown."""
Span = tuple[float, float]


class Sightings(BaseModel):
    """The part of an analysis that matters here; read from its document, the rest is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    shots: tuple[Shot, ...] = ()
    faces: tuple[FaceTrack, ...] = ()
    focus: tuple[FocusPoint, ...] = ()


def sighted(timeline: Timeline, known: Mapping[str, Sightings]) -> Timeline:
    """Return the timeline with what is known of its sources, by source key, but only of the spans that clips show."""
    sources = dict(timeline.sources)
    for key, seen in known.items():
        spans = _spans(clip for clip in timeline.video if clip.source == key)
        if key in sources and spans:
            cuts = [shot.start for shot in seen.shots[1:]]
            found = {"faces": _faces(seen.faces, spans), "focus": _focus(seen.focus, spans)}
            kept = tuple(cut for cut in cuts if _within(cut, spans))
            sources[key] = sources[key].model_copy(update={**found, "cuts": kept})
    return timeline.model_copy(update={"sources": sources})


def _spans(clips: Iterable[Clip]) -> list[Span]:
    """What the clips show, with a margin, sorted and joined."""
    joined: list[Span] = []
    for start, end in sorted((float(c.source_start) - AROUND_S, float(c.source_end) + AROUND_S) for c in clips):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _within(time: float, spans: Sequence[Span]) -> bool:
    place = bisect_right(spans, (time, float("inf"))) - 1
    return place >= 0 and time <= spans[place][1]


def _focus(points: Sequence[FocusPoint], spans: Sequence[Span]) -> tuple[FocusPoint, ...]:
    return tuple(point for point in points if _within(point.time, spans))


def _faces(tracks: Sequence[FaceTrack], spans: Sequence[Span]) -> tuple[FaceTrack, ...]:
    """The parts of the tracks within the spans, with the boxes next to them, between which a face is where it is."""
    kept: list[FaceTrack] = []
    for track in tracks:
        times = [box.time for box in track.boxes]
        for number, (start, end) in enumerate(spans):
            first, last = bisect_right(times, start) - 1, bisect_left(times, end)
            boxes = track.boxes[max(0, first) : last + 1]
            if boxes and boxes[0].time <= end and boxes[-1].time >= start:
                name = track.id if len(boxes) == len(track.boxes) else f"{track.id}.{number}"
                kept.append(FaceTrack(id=name, boxes=boxes))
    return tuple(kept)
