"""When somebody speaks in an edit, and how far what lies under it is turned down. Pure.

Turned down in a twelfth of a second before the first word, up again within half a second after the last: as a person
does it at a mixing desk, who knows what comes. Short pauses leave it down, so that nothing pumps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from shared.contracts.layout import starts
from shared.contracts.time import sample_at
from shared.contracts.timeline import Clip, Timeline
from shared.contracts.warp import output_at, stretches

DOWN_S, UP_S, BRIDGED_S = 0.08, 0.5, 0.8
STEP_S = 0.02
ABOVE_FLOOR_DB, BELOW_PEAK_DB, LEAST_DB = 12.0, 22.0, -50.0
Spans = list[tuple[int, int]]
Values = NDArray[np.float64]


def spoken(timeline: Timeline, length: int) -> Spans | None:
    """Return the spans, in samples of the output, in which words are heard; None when no clip has any words.

    A sound of the track ``voice`` counts as speech from its beginning to its end.
    """
    voices = [
        (at, min(length, at + round(s.seconds * timeline.sample_rate)) if s.seconds else length)
        for s in timeline.sounds
        if s.track == "voice"
        for at in [sample_at(s.at, timeline.rate, timeline.sample_rate)]
    ]
    said = list(_words(timeline))
    return _merged([*said, *voices], timeline.sample_rate) if said or voices else None


def _words(timeline: Timeline) -> Iterator[tuple[int, int]]:
    for clip, first in zip(timeline.video, starts(timeline.video), strict=True):
        begin = sample_at(first, timeline.rate, timeline.sample_rate)
        way = stretches(clip.source_end - clip.source_start, Fraction(clip.speed), clip.warp)
        for start, end in _said(clip):
            places = [output_at(way, Fraction(repr(t)) - clip.source_start) for t in (start, end)]
            a, b = (begin + round(place * timeline.sample_rate) for place in places)
            if b > a:
                yield a, b


def _said(clip: Clip) -> Iterator[tuple[float, float]]:
    for caption in () if clip.reverse else clip.captions:
        yield from ((w.start, w.end) for w in caption.words) if caption.words else [(caption.start, caption.end)]


def heard(levels: Values, sample_rate: int) -> Spans:
    """Return the spans that are loud, from ``levels`` in dB every 20 ms: for sound of which nobody knows the words."""
    if levels.size == 0:
        return []
    floor, peak = np.percentile(levels, 10), np.percentile(levels, 95)
    least = max(min(floor + ABOVE_FLOOR_DB, peak - 3), peak - BELOW_PEAK_DB, LEAST_DB)
    step = round(STEP_S * sample_rate)
    return _merged([(int(i) * step, (int(i) + 1) * step) for i in np.flatnonzero(levels > least)], sample_rate)


def _merged(spans: Iterable[tuple[int, int]], sample_rate: int) -> Spans:
    found: Spans = []
    for a, b in sorted(spans):
        if found and a - found[-1][1] <= BRIDGED_S * sample_rate:
            found[-1] = (found[-1][0], max(found[-1][1], b))
        else:
            found.append((a, b))
    return found


def depth(spans: Sequence[tuple[int, int]], first: int, count: int, sample_rate: int) -> Values:
    """Return for ``count`` samples from ``first`` on how far they are turned down: 0 not at all, 1 fully."""
    down, up = DOWN_S * sample_rate, UP_S * sample_rate
    near = [(a, b) for a, b in spans if a - down <= first + count and b + up >= first]
    share = np.zeros(count)
    place = np.arange(first, first + count)
    for a, b in near:
        share = np.maximum(share, np.interp(place, [a - down, a, b, b + up], [0.0, 1.0, 1.0, 0.0]))
    return share
