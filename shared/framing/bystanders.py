"""Where a window may stand without cutting through the faces of people it does not show. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from shared.framing.steadying import Targets

Floats = npt.NDArray[np.float64]
Span = tuple[float, float]
Faces = Sequence[tuple[Floats, Floats, npt.NDArray[np.bool_]]]
"""For each face where it begins and ends on the axis, and whether it is there and not shown, at each knot."""


def clear_of(targets: Targets, faces: Faces, size: float) -> Targets:
    """Return the targets with the window asked to stand where its edges lie in none of ``faces``, if it can.

    First where it would stand anyway, then where it must; where both are taken up by faces, half of one is shown.
    """
    low, high, ideal = targets.soft_low.copy(), targets.soft_high.copy(), targets.ideal.copy()
    for knot in range(len(targets)):
        through = [(float(a[knot]), float(b[knot])) for a, b, there in faces if there[knot]]
        if not through:
            continue
        taken = [(edge - away, end - away) for edge, end in through for away in (0.0, size)]
        wish = float(ideal[knot - 1] if knot else ideal[knot])
        free = _free((float(low[knot]), float(high[knot])), taken, wish)
        free = free or _free((float(targets.low[knot]), float(targets.high[knot])), taken, wish)
        if free is not None:
            low[knot], high[knot] = free
            ideal[knot] = min(max(ideal[knot], free[0]), free[1])
    return replace(targets, soft_low=low, soft_high=high, ideal=ideal)


def _free(allowed: Span, taken: Sequence[Span], wish: float) -> Span | None:
    """Return the part of ``allowed`` outside of all ``taken`` that is nearest to ``wish``; None where none is left."""
    parts = [allowed]
    for begin, end in taken:
        parts = [
            part
            for low, high in parts
            for part in ((low, min(high, begin)), (max(low, end), high))
            if part[1] >= part[0]
        ]
    return min(parts, key=lambda part: max(part[0] - wish, wish - part[1], 0.0), default=None)
