"""Whether another light on the same scene explains a change, also one that falls in from a side. Pure."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import uniform_filter

from services.analyzer.domain.shots.frames import Floats

_NEAR = 5
_BRIGHTEST = 8.0
_EVERYWHERE, _OF_MEAN = 0.6, 0.3


def relit_from_aside(a: Floats, b: Floats) -> float:
    """Return how little of two pictures' luma is explained by a light that differs from place to place; 1: nothing.

    Near each place, five levels around, the one picture is the other, brighter or darker as a whole and in contrast.
    What is left is measured against the change and against what is to be seen: both must be explained. A change that
    is not nearly everywhere is none of light.
    """
    change = np.abs(b - a)
    whole = float(change.mean())
    if whole < 1e-6 or float((change > _OF_MEAN * whole).mean()) < _EVERYWHERE:
        return 1.0
    return min(_left(x, y, whole) for x, y in ((a, b), (b, a)))


def _left(a: Floats, b: Floats, whole: float) -> float:
    x, y = a - uniform_filter(a, _NEAR), b - uniform_filter(b, _NEAR)
    contrast = np.clip(uniform_filter(x * y, _NEAR) / (uniform_filter(x * x, _NEAR) + 1.0), 0, _BRIGHTEST)
    left = float(np.abs(y - contrast * x).mean())
    own = float(np.abs(y).mean())
    return max(left / whole, left / own) if own >= 0.3 else 1.0
