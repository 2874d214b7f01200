"""The frame rate that a list of frame times really has, as a fraction, and whether it is steady."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

Ticks = npt.NDArray[np.int64]
STANDARD = tuple(
    Fraction(n, d)
    for n, d in (
        *((24000, 1001), (24, 1), (25, 1), (30000, 1001), (30, 1), (48, 1), (50, 1), (60000, 1001), (60, 1)),
        *(
            (15, 2),
            (8, 1),
            (10, 1),
            (12, 1),
            (25, 2),
            (15, 1),
            (15000, 1001),
            (20, 1),
            (48000, 1001),
            (100, 1),
            (90, 1),
        ),
        *((120000, 1001), (120, 1), (240, 1), (240000, 1001)),
    )
)
_SNAP = Fraction(1, 10_000)


@dataclass(frozen=True, slots=True)
class Cadence:
    """``rate`` in frames a second; ``period``: the usual distance of two frames in ticks (0: only one frame)."""

    rate: Fraction
    variable: bool
    period: int


def cadence(times: Ticks, time_base: Fraction, declared: Fraction | None = None) -> Cadence:
    """Measure sorted frame times in ticks of ``time_base`` seconds.

    A steady rate is that of the usual steps. Within 1e-4 of a standard one (or within what the time base can tell
    apart) it becomes that; ``declared``, the container's word, is believed as far as the frames bear it out. Variable:
    frames stray by more than a period from a steady grid, or one step in twenty is off by 15 %; then the rate is the
    average.
    """
    if len(times) < 2 or times[-1] <= times[0]:
        return Cadence(declared or Fraction(25), variable=False, period=0)
    steps = np.diff(times)
    period = int(np.median(steps))
    usual = steps[np.abs(steps - period) <= min(max(1.5, 0.15 * period), 0.9 * period)]
    if len(usual) < 0.95 * len(steps) or _off_grid(times, usual, period):
        measured = Fraction(len(steps)) / (int(times[-1] - times[0]) * time_base)
        return Cadence(measured.limit_denominator(1001), variable=True, period=period)
    span = int(usual.sum())
    measured = Fraction(len(usual)) / (span * time_base)
    return Cadence(_snapped(measured, declared, Fraction(1, span)), variable=False, period=period)


def _off_grid(times: Ticks, usual: Ticks, period: int) -> bool:
    step = float(usual.mean())
    return float(np.ptp(times - step * np.arange(len(times)))) > period + 2


def _snapped(measured: Fraction, declared: Fraction | None, blur: Fraction) -> Fraction:
    """``blur``: the relative error that rounding to ticks can have made."""
    reach = max(_SNAP, blur)
    if declared is not None and abs(declared - measured) <= reach * measured:
        measured, reach = declared, _SNAP
    nearest = min(STANDARD, key=lambda rate: abs(rate - measured))
    if abs(nearest - measured) <= reach * measured:
        return nearest
    return measured.limit_denominator(1001)
