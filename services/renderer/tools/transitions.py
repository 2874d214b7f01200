"""Joining the pieces of a chunk: hard cuts by ``concat``, overlaps by ``xfade``."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import ffmpeg

from services.renderer.domain.chunks import Chunk
from services.renderer.tools.ffmpeg import seconds
from shared.contracts.timeline import Timeline, TransitionKind

Node = Any
"""A stream of ffmpeg-python, which has no types."""
XFADES: dict[TransitionKind, str] = {
    "dissolve": "fade", "dip_black": "fadeblack", "dip_white": "fadewhite", "zoom": "zoomin",
    "wipe_left": "wipeleft", "wipe_right": "wiperight", "wipe_up": "wipeup", "wipe_down": "wipedown",
    "slide_left": "coverleft", "slide_right": "coverright", "slide_up": "coverup", "slide_down": "coverdown",
    "push_left": "slideleft", "push_right": "slideright", "push_up": "slideup", "push_down": "slidedown",
}  # fmt: skip


def joined(pieces: Sequence[Node], timeline: Timeline, chunk: Chunk) -> Node:
    """Return the whole chunk's picture; a transition has as many frames as its pieces overlap."""
    rate = timeline.rate
    runs: list[list[Node]] = []
    lengths: list[int] = []
    changes: list[tuple[str, int]] = []
    for node, piece in zip(pieces, chunk.pieces, strict=True):
        if not runs or piece.overlap:
            runs.append([])
            lengths.append(0)
            change = timeline.video[piece.clip].transition_in
            changes.append((XFADES[change.kind if change else "dissolve"], piece.overlap))
        runs[-1].append(node)
        lengths[-1] += piece.frames
    parts = [run[0] if len(run) == 1 else ffmpeg.concat(*run, v=1, a=0, n=len(run)) for run in runs]
    whole, length = parts[0], lengths[0]
    for node, frames, (kind, overlap) in zip(parts[1:], lengths[1:], changes[1:], strict=True):
        times = {"duration": seconds(overlap / Fraction(rate)), "offset": seconds((length - overlap) / Fraction(rate))}
        whole = ffmpeg.filter([_steady(side, rate) for side in (whole, node)], "xfade", transition=kind, **times)
        length += frames - overlap
    return whole


def on_grid(video: Node, rate: str) -> Node:
    """Return ``video`` with its frames numbered from 0 in the time base of ``rate``."""
    frame = 1 / Fraction(rate)
    return video.filter("settb", expr=f"{frame.numerator}/{frame.denominator}").filter("setpts", expr="N")


def _steady(video: Node, rate: str) -> Node:
    return on_grid(video, rate).filter("fps", fps=rate)
