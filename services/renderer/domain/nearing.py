"""How large a still picture is drawn that the view comes near to: taken from the frame it would be soft. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.contracts.effects import Effect, KenBurns, PunchIn, Zoom

MOST = 3.0
MOST_PIXELS = 3840 * 2160
"""What is drawn larger costs by its pixels; a view nearer than this allows is a little soft."""
LEAST = 1.1
"""A view no nearer than this looks the same."""


@dataclass(frozen=True, slots=True)
class Nearing:
    """The first ``effects`` of a clip move the view; they are drawn on a frame of ``size``, the rest as ever."""

    effects: int
    size: tuple[int, int]


def nearing(effects: Sequence[Effect], picture: tuple[int, int], frame: tuple[int, int]) -> Nearing | None:
    """Return how a still picture is drawn, (width, height) in pixels as it is displayed; None: at the frame's size."""
    count, scale = 0, 1.0
    for effect in effects:
        near = _nearest(effect)
        if near is None:
            break
        count, scale = count + 1, scale * near
    there = min(wide / across for wide, across in zip(picture, frame, strict=True))
    room = (MOST_PIXELS / (frame[0] * frame[1])) ** 0.5
    scale = min(scale, there, room, MOST)
    if scale < LEAST:
        return None
    return Nearing(count, (2 * round(frame[0] * scale / 2), 2 * round(frame[1] * scale / 2)))


def _nearest(effect: Effect) -> float | None:
    """The largest magnification of an effect; None for one that does something else."""
    match effect.settings:
        case Zoom(begin=begin, end=end):
            return max(begin, end)
        case KenBurns(from_scale=begin, to_scale=end):
            return max(begin, end)
        case PunchIn(scale=scale):
            return scale
    return None
