"""Hard cuts from frame features: exact to the frame, not taken in by flashes, light changes, pans and shake.

A cut is a lone peak of the distance to the frame before, compared with the frames around it; a peak after which the old
picture comes back within a quarter of a second is a flash (or a dropped-in frame) and no cut.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.analyzer.domain.frames import Features, Floats

Mask = npt.NDArray[np.bool_]
FLASH_S = 0.25


@dataclass(frozen=True, slots=True)
class Rules:
    """Thresholds, in the units of :class:`Features`; found on generated clips."""

    least: float = 6.0
    least_dark: float = 2.0
    lone: float = 3.0
    above: float = 1.6
    calm: float = 1.0
    like: float = 0.92
    colours: float = 0.25
    colours_lone: float = 4.0
    returned: float = 0.4
    window: int = 6


def reach_for(rate: float) -> int:
    """Return how many frames back a flash is looked for at ``rate`` frames a second."""
    return int(min(16, max(3, round(FLASH_S * rate) + 2)))


def hard_cuts(found: Features, rules: Rules = Rules()) -> list[int]:
    """Return the numbers of the frames that begin a new shot, ascending, without frame 0."""
    if len(found) < 2:
        return []
    step = found.near[:, 0]
    usual, high = _around(step, rules.window)
    lone = step / (usual + rules.calm)
    colours_lone = found.colours / (_around(found.colours, rules.window)[0] + 0.02)
    by_change = (step >= rules.least) & (lone >= rules.lone)
    by_colours = (step >= rules.least) & (found.colours >= rules.colours) & (colours_lone >= rules.colours_lone)
    in_the_dark = (step >= rules.least_dark) & (lone >= rules.lone) & (found.luma < 50) & (found.likeness < 0.6)
    peak = (step >= _neighbours_most(step)) & (step >= rules.above * (high + rules.calm))
    candidates = (by_change | by_colours | in_the_dark) & peak & (found.likeness < rules.like)
    candidates[0] = False
    return [int(i) for i in np.flatnonzero(candidates) if not _returns(found.near, int(i), rules)]


def _around(values: Floats, window: int) -> tuple[Floats, Floats]:
    """Return for each frame the median and the third largest of its neighbours, itself left out.

    The median knows what is usual, also beside other cuts and flashes. The third largest knows motion in films whose
    frames are shown two or three times each, where most steps are none.
    """
    padded = np.pad(values, window, mode="reflect" if len(values) > window else "edge")
    views = np.lib.stride_tricks.sliding_window_view(padded, 2 * window + 1)
    ordered = np.sort(np.delete(views, window, axis=1), axis=1)
    middle: Floats = ordered[:, window - 1 : window + 1].mean(axis=1, dtype=np.float32)
    return middle, ordered[:, -3]


def _neighbours_most(values: Floats) -> Floats:
    padded = np.pad(values, 1)
    most: Floats = np.maximum(padded[:-2], padded[2:])
    return most


def _returns(near: Floats, i: int, rules: Rules) -> bool:
    """Whether the picture before frame i is back soon after, or frame i brings back one from shortly before."""
    reach = near.shape[1]
    limit = rules.returned * near[i, 0]
    forward = (near[i + gap, gap] for gap in range(1, reach) if i + gap < len(near))
    backward = (near[i, gap] for gap in range(1, reach) if i - gap - 1 >= 0)
    return any(value <= limit for value in (*forward, *backward))
