"""Evenly sampled curves: means over spans in constant time, on a scale of their own."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from shared.contracts.hearing import Curve


class Meter:
    """Means of a curve, scaled so that its 5th percentile is 0 and its 98th is 1; 0.5 everywhere when it is flat."""

    def __init__(self, curve: Curve | None) -> None:
        values = tuple(curve.values) if curve is not None and curve.step > 0 else ()
        self._step = curve.step if curve is not None else 1.0
        self._sums: Sequence[float] = tuple(accumulate(values, initial=0.0))
        ordered = sorted(values)
        self._low = ordered[len(ordered) // 20] if ordered else 0.0
        self._high = ordered[(len(ordered) * 98) // 100] if ordered else 0.0

    @property
    def known(self) -> bool:
        """Tell whether there is a curve at all."""
        return len(self._sums) > 1

    def mean(self, start: float, end: float) -> float:
        """Return the scaled mean over ``start`` to ``end`` seconds, 0..1; the nearest sample for a short span."""
        count = len(self._sums) - 1
        if count < 1:
            return 0.0
        first = min(max(0, round(start / self._step)), count - 1)
        last = min(max(first + 1, round(end / self._step)), count)
        if self._high - self._low < 1e-9:
            return 0.5
        value = (self._sums[last] - self._sums[first]) / (last - first)
        return min(1.0, max(0.0, (value - self._low) / (self._high - self._low)))
