"""Cutting an edit into chunks that are rendered apart and joined by stream copy. Pure functions over output frames.

A chunk begins at a hard cut where one lies near, else inside the body of a clip; never inside a transition.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from shared.contracts.layout import starts
from shared.contracts.timeline import Clip

REVERSED_FRAMES = 44
"""A chunk with a clip that runs backwards is no longer: its frames stand in memory, 3 MB each at 1080p."""


@dataclass(frozen=True, slots=True)
class Piece:
    """``frames`` output frames of clip number ``clip``, from its own frame ``first`` on.

    ``overlap``: so many of them are mixed with the end of the piece before.
    """

    clip: int
    first: int
    frames: int
    overlap: int = 0


@dataclass(frozen=True, slots=True)
class Chunk:
    """Output frames ``first`` to ``first + frames`` and the pieces that fill them."""

    index: int
    first: int
    frames: int
    pieces: tuple[Piece, ...]


STEPS_S = (6, 4, 3, 2)


def target_frames(total: int, rate: float, parallel: int) -> int:
    """Return a good length of a chunk: 6 s, or less where that gives fewer than three rounds for every worker.

    Few lengths, so that an edit that grew a little is cut where it was cut before.
    """
    return round(next((s for s in STEPS_S if total >= 3 * parallel * s * rate), STEPS_S[-1]) * rate)


def chunks(clips: Sequence[Clip], target: int, max_inputs: int) -> tuple[Chunk, ...]:
    """Divide the track into chunks of about ``target`` frames, each with at most ``max_inputs`` pieces.

    Only a run of transitions shorter than the clips between them can ask for more inputs than that.
    """
    at = starts(clips)
    total = at[-1] + clips[-1].frames
    result: list[Chunk] = []
    first = 0
    while first < total:
        end = _boundary(clips, at, first, target, max_inputs)
        if any(clips[i].reverse for i in _touched(clips, at, first, end)):
            end = _outside_transitions(clips, at, min(end, first + REVERSED_FRAMES))
        pieces = piece_run(clips, at, first, end)
        result.append(Chunk(len(result), first, end - first, pieces))
        first = end
    return tuple(result)


def _touched(clips: Sequence[Clip], at: Sequence[int], first: int, end: int) -> range:
    """Return the numbers of the clips that fill frames ``first`` to ``end``.

    They are sought by halving: an edit has thousands of clips and as many chunks. A transition is no longer than its
    clips, so that clips end in the order in which they begin.
    """
    return range(
        bisect_right(range(len(clips)), first, key=lambda i: at[i] + clips[i].frames),
        bisect_left(at, end),
    )


def _boundary(clips: Sequence[Clip], at: Sequence[int], first: int, target: int, max_inputs: int) -> int:
    total = at[-1] + clips[-1].frames
    touched = _touched(clips, at, first, total)
    last = at[touched[max_inputs]] if len(touched) > max_inputs else total
    if last - first <= target * 3 // 2:
        return _outside_transitions(clips, at, last)
    near = range(bisect_left(at, first + target // 2), bisect_right(at, first + target * 3 // 2))
    cuts = [at[i] for i in near if clips[i].transition_in is None]
    wanted = min(cuts, key=lambda n: abs(n - first - target)) if cuts else first + target
    return _outside_transitions(clips, at, min(wanted, last))


def _outside_transitions(clips: Sequence[Clip], at: Sequence[int], frame: int) -> int:
    for i in _touched(clips, at, frame, frame + 1):
        joint = clips[i].transition_in
        overlap = joint.frames if joint else 0
        if at[i] <= frame < at[i] + overlap:
            return at[i] + overlap
    return frame


def piece_run(clips: Sequence[Clip], at: Sequence[int], first: int, end: int) -> tuple[Piece, ...]:
    """Return what of the clips, which begin at ``at``, fills frames ``first`` to ``end``."""
    pieces: list[Piece] = []
    for i in _touched(clips, at, first, end):
        clip, begin = clips[i], max(at[i], first)
        overlap = clip.transition_in.frames if clip.transition_in and begin == at[i] else 0
        pieces.append(Piece(i, begin - at[i], min(at[i] + clip.frames, end) - begin, overlap))
    return tuple(pieces)
