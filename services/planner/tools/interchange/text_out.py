"""Captions in the time of the edit, and chapters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from shared import subtitles
from shared.contracts.layout import starts
from shared.contracts.speech import Caption, Word
from shared.contracts.timeline import Clip, Timeline
from shared.contracts.warp import output_at, stretches

SHORTEST_CHAPTER = 10.0
"""Seconds below which video platforms refuse a chapter."""
MOST_CHAPTERS = 20
_NUMBERED = re.compile(r"(clip|segment) \d+")


def write(timeline: Timeline, form: subtitles.Format) -> str:
    """Return the captions of ``timeline`` as they are read while it plays, in one of the formats of captions."""
    return subtitles.write(captions_of(timeline), form)


def captions_of(timeline: Timeline) -> list[Caption]:
    """Return every caption in seconds of the edit: through cuts, changes of speed and dissolves."""
    rate = Fraction(timeline.rate)
    found: list[Caption] = []
    for clip, at in zip(timeline.video, starts(timeline.video), strict=True):
        begin, end = float(at / rate), float((at + clip.frames) / rate)
        for caption in clip.captions:
            start, stop = sorted(_moved(t, clip, begin, end) for t in (caption.start, caption.end))
            if stop > start:
                words = tuple(_word(w, clip, begin, end) for w in caption.words)
                found.append(Caption(text=caption.text, start=start, end=stop, words=words))
    return sorted(found, key=lambda c: (c.start, c.end))


def chapters(timeline: Timeline) -> str:
    """Return lines ``M:SS title``, the first at 0:00, none shorter than ``SHORTEST_CHAPTER``.

    Clips with names of their own are chapters; without any, the captions give them at even distances.
    """
    rate = Fraction(timeline.rate)
    length = float(timeline.frames / rate)
    named = [
        (float(at / rate), clip.name)
        for clip, at in zip(timeline.video, starts(timeline.video), strict=True)
        if clip.name and not _NUMBERED.fullmatch(clip.name)
    ]
    found = list(_apart(named or list(_spoken(timeline, length)), length))
    if not found or found[0][0] > 0:
        found.insert(0, (0.0, "Start"))
    hours = length >= 3600
    return "".join(f"{_clock(at, hours=hours)} {_title(text)}\n" for at, text in found)


def _apart(places: list[tuple[float, str]], length: float) -> Iterator[tuple[float, str]]:
    last = -SHORTEST_CHAPTER
    for at, text in places:
        first = last < 0
        start = 0.0 if first and at < SHORTEST_CHAPTER else at
        if start - last >= SHORTEST_CHAPTER and (first or length - start >= SHORTEST_CHAPTER):
            yield start, text
            last = start


def _spoken(timeline: Timeline, length: float) -> Iterator[tuple[float, str]]:
    """Yield the beginning of a sentence about every twentieth of the edit, but at least half a minute apart."""
    step = max(30.0, length / MOST_CHAPTERS)
    captions = captions_of(timeline)
    begins = [c for b, c in pairwise([None, *captions]) if c and (b is None or b.text.rstrip()[-1:] in ".!?…")]
    wanted = 0.0
    for caption in begins:
        if caption.start >= wanted:
            yield caption.start, caption.text
            wanted = caption.start + step


def _moved(seconds: float, clip: Clip, begin: float, end: float) -> float:
    """Return when ``seconds`` of the source is shown, through whatever the clip does with time."""
    span = clip.source_end - clip.source_start
    way = stretches(span, Fraction(clip.speed), clip.warp)
    inside = min(max(Fraction(repr(seconds)) - clip.source_start, Fraction(0)), span)
    after = float(output_at(way, inside))
    at = end - after if clip.reverse else begin + after
    return round(min(max(at, begin), end), 6)


def _word(word: Word, clip: Clip, begin: float, end: float) -> Word:
    start, stop = sorted((_moved(word.start, clip, begin, end), _moved(word.end, clip, begin, end)))
    return word.model_copy(update={"start": start, "end": stop})


def _clock(seconds: float, *, hours: bool) -> str:
    whole = int(seconds)
    if hours:
        return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"
    return f"{whole // 60}:{whole % 60:02d}"


def _title(text: str) -> str:
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split()) or "Untitled"
    return plain if len(plain) <= 60 else plain[:60].rsplit(" ", 1)[0] + "…"
