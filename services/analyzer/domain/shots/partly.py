"""What of a picture changes at a frame: all of it, what moves, or a thing put over it, as a title or a screen. Pure."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from services.analyzer.domain.shots.frames import Floats
from services.analyzer.domain.shots.shifting import moved
from services.analyzer.domain.shots.trace import Trace

_AROUND = 7
_LEAST, _NOISE, _OF_RANGE, _ABOVE_MOTION, _OF_MOST = 2.5, 0.6, 0.15, 3.0, 0.1
_MOVES, _MOVES_ABOVE = 1.5, 2.0
_GOES_ON, _FILLED, _AT_REST, _ALIKE = 0.65, 0.75, 0.45, 0.9
_STRAY, _SHIFTED, _REACH, _FEWEST, _WHOLE, _ONE_LEVEL = 0.03, 0.55, 10, 4, 0.7, 0.3


@dataclass(frozen=True, slots=True)
class Part:
    """``same``: the share of the levels that stay as they were. ``alike``: how much they are one picture before and
    behind (correlation), and not only as dark.

    ``filled``: how much of the box around nearly all that changes does so. ``moving``: the share of the change where
    something moves in the frames around too. ``shifted``: how little of the change in that box a shift explains, 0..1.
    ``whole``: the share of all change that is in those levels; the rest is what goes on in any frame.
    """

    same: float
    filled: float
    moving: float
    alike: float
    shifted: float
    whole: float

    @property
    def added(self) -> bool:
        """Whether the shot goes on behind a thing that came or went at once: an upright box, where nothing moved."""
        goes_on = self.same >= _GOES_ON and self.alike >= _ALIKE and self.whole >= _WHOLE
        is_box = self.filled >= _FILLED and self.shifted >= _SHIFTED
        return goes_on and is_box and self.moving <= _AT_REST


def changed_part(trace: Trace, frame: int) -> Part:
    """Return what changes from the frame before to ``frame``, which is not the first."""
    before, after = trace.luma(frame - 1), trace.luma(frame)
    change, motion = np.abs(after - before), _motion(trace, frame)
    usual = float(np.median(motion))
    most = float(np.percentile(change, 98))
    least = min(_LEAST, max(_NOISE, _OF_RANGE * max(float(before.std()), float(after.std()))))
    other = change > max(least, _ABOVE_MOTION * usual, _OF_MOST * most)
    if not other.any():
        return Part(1.0, 0.0, 0.0, 1.0, 1.0, 0.0)
    place = _extent((change * other).sum(axis=1)), _extent((change * other).sum(axis=0))
    moving = motion > max(_MOVES, _MOVES_ABOVE * usual)
    return Part(
        same=1 - float(other.mean()),
        filled=float(other[place].mean()),
        shifted=_shifted(before[place], after[place]),
        whole=float(change[other].sum() / change.sum()),
        moving=float(change[moving].sum() / change.sum()),
        alike=_alike(before[~other], after[~other]),
    )


def _extent(amounts: Floats) -> slice:
    """Return which lines hold nearly all; a little beside them, at either end, is something else that moves."""
    upto = np.cumsum(amounts) / amounts.sum()
    return slice(int(np.searchsorted(upto, _STRAY)), int(np.searchsorted(upto, 1 - _STRAY)) + 1)


def _shifted(before: Floats, after: Floats) -> float:
    """Return the share of the difference that is left where the best shift lays one over the other; 1 if too small."""
    if min(before.shape) < _FEWEST:
        return 1.0
    return moved(before, after, across=_REACH) / max(float(np.abs(after - before).mean()), 1e-3)


def _alike(before: Floats, after: Floats) -> float:
    """Return the correlation of levels; 0 where there are none or all are one."""
    if not before.size or min(float(before.std()), float(after.std())) < _ONE_LEVEL:
        return 0.0
    return float(np.corrcoef(before, after)[0, 1])


def _motion(trace: Trace, frame: int) -> Floats:
    """Return the most that each level changes from frame to frame shortly before and behind, the change itself left
    out."""
    first, last = max(0, frame - _AROUND - 1), min(len(trace), frame + _AROUND + 1)
    most: Floats = np.zeros_like(trace.luma(frame))
    for begin, end in ((first, frame), (frame, last)):
        seen = [trace.luma(k) for k in range(begin, end)]
        for a, b in itertools.pairwise(seen):
            most = np.maximum(most, np.abs(b - a))
    return most
