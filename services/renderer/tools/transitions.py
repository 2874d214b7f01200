"""Joining the pieces of a chunk: hard cuts by ``concat``, overlaps by ``xfade``."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
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
    """Return the whole chunk's picture; a transition has as many frames as its pieces overlap.

    Only the frames that overlap go through ``xfade``: it works on colours of full resolution, which take twice the
    memory, and the way there and back changes them. All others stay as they are.
    """
    rate, overlaps = timeline.rate, [piece.overlap for piece in chunk.pieces]
    row: list[Node] = []
    tail: Node | None = None
    for place, (node, piece) in enumerate(zip(pieces, chunk.pieces, strict=True)):
        follows = overlaps[place + 1] if place + 1 < len(overlaps) else 0
        head, body, end = _divided(node, piece.overlap if place else 0, piece.frames, follows, rate)
        if tail is not None and head is not None:
            change = timeline.video[piece.clip].transition_in
            row.append(_mixed(tail, head, XFADES[change.kind if change else "dissolve"], piece.overlap, rate))
        row += [body] if body is not None else []
        tail = end
    return row[0] if len(row) == 1 else ffmpeg.concat(*row, v=1, a=0, n=len(row))


def _divided(video: Node, head: int, frames: int, tail: int, rate: str) -> tuple[Node | None, Node | None, Node | None]:
    """Return the first ``head`` of ``frames`` frames, the last ``tail`` of them, and between those what lies there."""
    bounds = (0, head, frames - tail, frames)
    wanted = [begin < end for begin, end in pairwise(bounds)]
    if wanted == [False, True, False]:
        return None, video, None
    shared = iter(range(sum(wanted)))
    # Said before it is divided: what one branch needs, the graph would otherwise give to all of them.
    split = on_grid(video, rate).filter("format", "yuv420p").filter_multi_output("split", sum(wanted))
    made = [
        on_grid(split[next(shared)].filter("trim", start_frame=begin, end_frame=end), rate) if here else None
        for here, (begin, end) in zip(wanted, pairwise(bounds), strict=True)
    ]
    return made[0], made[1], made[2]


def _mixed(before: Node, after: Node, kind: str, frames: int, rate: str) -> Node:
    times = {"duration": seconds(frames / Fraction(rate)), "offset": 0}
    mixed = ffmpeg.filter([side.filter("fps", fps=rate) for side in (before, after)], "xfade", transition=kind, **times)
    return on_grid(mixed, rate).filter("format", "yuv420p")


def on_grid(video: Node, rate: str) -> Node:
    """Return ``video`` with its frames numbered from 0 in the time base of ``rate``."""
    frame = 1 / Fraction(rate)
    return video.filter("settb", expr=f"{frame.numerator}/{frame.denominator}").filter("setpts", expr="N")
