"""Does the edit itself ask for a black or a frozen picture? Pure.

Only what can make such a picture counts, where it stands: a logo in a corner, a zoom, a fade elsewhere
explain nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from shared.contracts.easing import Animated
from shared.contracts.layout import starts
from shared.contracts.timeline import Clip, Overlay, Timeline

DARKENING = frozenset({"fade_in", "fade_out", "adjust", "lut", "chroma_key", "vignette"})
STILLING = frozenset({"fade_in", "fade_out", "adjust", "lut", "chroma_key", "blur"})
"""What may take the difference between two pictures away."""
MOST_OF_THE_FRAME = 0.5
SLACK_FRAMES = 2


@dataclass(frozen=True, slots=True)
class Part:
    """What of a clip lies in a span: ``begin`` and ``length`` in seconds of its source."""

    clip: Clip
    begin: Fraction
    length: Fraction


def unexplained(timeline: Timeline, code: str, first: int, last: int) -> list[Part]:
    """Return the parts of output frames ``first`` to ``last`` that the edit does not make ``black`` or ``frozen``.

    Empty: the edit asks for all of it.
    """
    if _covered(timeline, first, last):
        return []
    return [part for part in _parts(timeline, first, last) if not _changed(timeline, part.clip, code)]


def _parts(timeline: Timeline, first: int, last: int) -> Iterator[Part]:
    """What is seen of each clip alone: where two overlap, the transition answers for the picture."""
    rate, clips = Fraction(timeline.rate), timeline.video
    overlaps = [clip.transition_in.frames if clip.transition_in else 0 for clip in clips]
    for clip, at, (into, out) in zip(clips, starts(clips), pairwise([*overlaps, 0]), strict=True):
        begins, ends = at + into, at + clip.frames - out
        begin, end = max(begins, first), min(ends, last)
        if end - begin > SLACK_FRAMES:
            speed = Fraction(clip.speed)
            yield Part(clip, clip.source_start + (begin - at) / rate * speed, (end - begin) / rate * speed)


def _changed(timeline: Timeline, clip: Clip, code: str) -> bool:
    names = {effect.name for effect in clip.effects}
    still = timeline.sources[clip.source].media.kind == "image"
    slow = code == "frozen" and Fraction(clip.speed) < 1
    drawn = names & (DARKENING if code == "black" else STILLING)
    return bool(clip.warp or clip.reverse or still or slow or drawn)


def _covered(timeline: Timeline, first: int, last: int) -> bool:
    """Tell whether overlays cover most of the frame all the time."""
    there = [
        overlay
        for overlay in timeline.overlays
        if overlay.start <= first + SLACK_FRAMES and overlay.start + overlay.frames >= last - SLACK_FRAMES
    ]
    return sum(_area(overlay) for overlay in there) >= MOST_OF_THE_FRAME


def _area(overlay: Overlay) -> float:
    """The share of the frame that it covers at its largest; a picture whose size is not told may cover all of it."""
    if overlay.text is not None:
        return 0.0
    width, height = overlay.width or overlay.height or 1.0, overlay.height or overlay.width or 1.0
    return width * height * _most(overlay.scale) ** 2 if _most(overlay.opacity) > 0 else 0.0


def _most(animated: Animated) -> float:
    return max(key.value for key in animated) if isinstance(animated, tuple) else float(animated)
