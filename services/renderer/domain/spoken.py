"""When captions have to stand in the picture, told by their own times alone, and whether they stood there. Pure.

This does not ask how captions are laid out on pages: it is what the check holds that against.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from shared.contracts.layout import starts
from shared.contracts.speech import Caption
from shared.contracts.timeline import Clip, Finding, Timeline

LEAST_FRAMES = 6
GAP_SECONDS = 3
MOST_MOMENTS = 150
_LARGE = "LNS"
"""Letters, numbers and symbols: a lone full stop may be too small to be found."""
SLACK = 0.015
"""A share of the frame by which letters' outlines may stand over the margin."""


@dataclass(frozen=True, slots=True)
class Moment:
    """An output frame at which a caption is to be seen, or none is."""

    frame: int
    shown: bool


@dataclass(frozen=True, slots=True)
class Box:
    """Where something is drawn, in shares of the frame: left, top, right, bottom."""

    left: float
    top: float
    right: float
    bottom: float


def moments(timeline: Timeline) -> list[Moment]:
    """Return the middles of captions and of long times without any, at most 150 of them, in order."""
    spans = sorted(_spans(timeline))
    found = [Moment((a + b) // 2, shown=True) for a, b in spans if b - a >= LEAST_FRAMES]
    least, end = GAP_SECONDS * Fraction(timeline.rate), 0
    if all(_plain(clip) for clip in timeline.video):
        for first, stop in [*spans, (timeline.frames, timeline.frames)]:
            if first - end > least:
                found.append(Moment((end + first) // 2, shown=False))
            end = max(end, stop)
    found = sorted({moment.frame: moment for moment in found}.values(), key=lambda moment: moment.frame)
    step = max(1, -(-len(found) // MOST_MOMENTS))
    return found[::step]


def judged(
    seen: Sequence[tuple[Moment, Box | None]], rate: str, margins: tuple[float, float, float]
) -> Iterator[Finding]:
    """Yield what is wrong with captions as they were drawn; ``margins``: top, bottom and each side, as shares."""
    top, bottom, side = (margin - SLACK for margin in margins)
    for moment, box in seen:
        at = float(moment.frame / Fraction(rate))
        if moment.shown and box is None:
            yield Finding(
                code="caption_missing", severity="error", message="A caption is not seen at its words.", at=at
            )
        elif not moment.shown and box is not None:
            message = "A caption is seen where nothing is said."
            yield Finding(code="caption_lingers", severity="warning", message=message, at=at)
        elif box is not None:
            over = max(side - box.left, box.right - (1 - side), top - box.top, box.bottom - (1 - bottom))
            if over > 0:
                message = f"A caption stands {100 * over:.1f} % of the frame outside the safe zone."
                yield Finding(code="caption_outside", severity="warning", message=message, at=at, figure=round(over, 4))


def _spans(timeline: Timeline) -> Iterator[tuple[int, int]]:
    rate = Fraction(timeline.rate)
    for clip, first in zip(timeline.video, starts(timeline.video), strict=True):
        if not _plain(clip):
            continue
        for caption in clip.captions:
            if any(unicodedata.category(c)[0] in _LARGE for c in caption.text):
                yield from _span(caption, clip, first, rate)


def _span(caption: Caption, clip: Clip, first: int, rate: Fraction) -> Iterator[tuple[int, int]]:
    frames = [
        first + round((Fraction(repr(time)) - clip.source_start) / Fraction(clip.speed) * rate)
        for time in (caption.start, caption.end)
    ]
    begin, end = max(frames[0], first), min(frames[1], first + clip.frames)
    middles = [(word.start + word.end) / 2 for word in caption.words]
    unsaid = caption.words and not any(clip.source_start <= middle < clip.source_end for middle in middles)
    if end > begin and not unsaid:
        yield begin, end


def _plain(clip: Clip) -> bool:
    return not clip.warp and not clip.reverse
