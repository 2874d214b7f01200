"""Edits of many short shots: each shot is a chunk of its own, and they are drawn in the order of their sources. Pure.

A shot begins anywhere in its source, and to decode it all has to be decoded from the key frame before it on. Where
shots are short that is most of the work; in the order of the source it is done once for all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from services.renderer.domain.chunks import Chunk
from services.renderer.domain.copying import hindrance, mismatch, wanted
from shared.contracts.timeline import Output, RenderOptions, Timeline

LEAST_SHOTS = 24
CONTAINERS = ("mp4", "mov")
"""What has an index by which key frames are found, and packets that tell them apart."""
LONGEST = Fraction(1)
"""Seconds that a shot lasts, in the mean: longer ones have as much to draw themselves as there is before them."""


def dense(timeline: Timeline, outputs: Sequence[Output], options: RenderOptions) -> bool:
    """Tell whether an edit is of many short shots, one picture of H.264 whose frames are all its sources' own."""
    shown = [output for output in outputs if output.codec != "none"]
    if len(shown) != 1 or len(timeline.video) < LEAST_SHOTS:
        return False
    if timeline.frames > LONGEST * Fraction(timeline.rate) * len(timeline.video):
        return False
    if hindrance(timeline, options, shown[0]) or len(wanted(timeline)) < len(timeline.video):
        return False
    return all(_suits(timeline, name, shown[0]) for name in {clip.source for clip in timeline.video})


def _suits(timeline: Timeline, name: str, output: Output) -> bool:
    media = timeline.sources[name].media
    fits = media.video is not None and not mismatch(media.video, output, timeline.rate)
    return fits and media.container in CONTAINERS


def rows(timeline: Timeline, chunks: Sequence[Chunk], count: int) -> list[list[int]]:
    """Divide the places of ``chunks`` into ``count`` rows, each from one place of the sources onwards."""

    def begins(place: int) -> tuple[str, Fraction]:
        piece = chunks[place].pieces[0]
        clip = timeline.video[piece.clip]
        return clip.source, clip.source_start + piece.first / Fraction(timeline.rate)

    ordered = sorted(range(len(chunks)), key=begins)
    each = max(1, -(-len(ordered) // count))
    return [ordered[at : at + each] for at in range(0, len(ordered), each)]
