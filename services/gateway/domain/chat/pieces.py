"""What is said in segments, and cutting them where nobody speaks."""

from __future__ import annotations

from bisect import bisect_left

from services.gateway.domain.timeline.data import CaptionData, SegmentData, TimelineData

SHORTEST = 0.3
"""Seconds of source below which a segment cannot be seen."""
LONGEST_LINE = 120.0
"""Seconds that a line of the transcript lasts at most; a longer one is only found near its beginning."""
NEAR_WORD = 0.6
"""Seconds by which a cut may move to fall between words."""


def spoken(data: TimelineData, segment: SegmentData) -> tuple[CaptionData, ...]:
    """Return what is said in the segment: its own captions, else the transcript's, which must be in order."""
    lines = segment.captions
    if lines is None and segment.asset_id is not None:
        return ()  # the transcript is of the project's own film
    if lines is None:
        last = bisect_left(data.captions, segment.end, key=lambda c: c.start)
        first = bisect_left(data.captions, segment.start - LONGEST_LINE, key=lambda c: c.start)
        lines = data.captions[first:last]
    return tuple(c for c in lines if c.start < segment.end and c.end > segment.start)


def text_of(data: TimelineData, segment: SegmentData) -> str:
    """Return the words that are said in the segment; of a line without times of words the whole line."""
    said: list[str] = []
    for caption in spoken(data, segment):
        inside = [w.text for w in caption.words if segment.start <= (w.start + w.end) / 2 < segment.end]
        said.append(" ".join(inside) if caption.words else caption.text)
    return " ".join(part for part in said if part)


def between_words(data: TimelineData, segment: SegmentData, at: float) -> float:
    """Return the place nearest to ``at`` in the source at which no word is cut; ``at`` where none is near."""
    spans = [
        (w.start, w.end)
        for caption in spoken(data, segment)
        for w in (caption.words or (caption,))
        if w.start < at + NEAR_WORD and w.end > at - NEAR_WORD
    ]
    inside = [span for span in spans if span[0] < at < span[1]]
    if not inside:
        return at
    edges = [e for span in spans for e in span if not any(a < e < b for a, b in spans)]
    near = [e for e in edges if abs(e - at) <= NEAR_WORD and segment.start + SHORTEST <= e <= segment.end - SHORTEST]
    return min(near, key=lambda e: (abs(e - at), e), default=at)


def piece(segment: SegmentData, start: float, end: float) -> SegmentData:
    """Return the segment's part between two source times, with the captions and beats that lie in it."""
    captions = segment.captions
    if captions is not None:
        captions = tuple(c for c in captions if c.start < end and c.end > start)
    kept = {"start": round(start, 6), "end": round(end, 6), "captions": captions}
    return segment.model_copy(update={**kept, "beats": tuple(b for b in segment.beats if start <= b < end)})


def without_span(segment: SegmentData, start: float, end: float) -> list[SegmentData]:
    """Return what is left of the segment outside the source span; too short remains go too."""
    parts = [(segment.start, min(start, segment.end)), (max(end, segment.start), segment.end)]
    left = [piece(segment, a, b) for a, b in parts if b - a >= SHORTEST]
    if len(left) == 2:
        left[1] = left[1].model_copy(update={"transition": None, "name": None, "sfx": None})
    return left
