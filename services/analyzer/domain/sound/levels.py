"""Loudness over time: the energy curve, and where nothing is said or played.

Levels are the RMS of 20 ms of sound in dB of full scale. What counts as silence is found for each file from its
noise floor and its usual level, because a fixed threshold fails where it is needed: on quiet voices and noisy rooms.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.analyzer.domain.spans import runs
from shared.contracts.hearing import Curve
from shared.contracts.media import Span

Floats = npt.NDArray[np.float32]
Levels = npt.NDArray[np.float64]
FRAME_S = 0.02
STEP_S = 0.1
FLOOR_DB = -90.0
MIN_SILENCE_S = 0.3
_DEAD_DB = -80.0
_RANGE_DB = 45.0
_CONTRAST_DB = 6.0
_BLIP_S = 0.06
_SMOOTH = 3
_EVEN_DB = 4.0
_MARGIN_S = 0.04


@dataclass(frozen=True, slots=True)
class Ground:
    """``floor``: level of the background; ``usual``: of what is wanted; ``threshold``: silence is below; all in dB."""

    floor: float
    usual: float
    threshold: float


def frame_powers(samples: Floats, rate: int) -> Levels:
    """Return the mean square of each whole or begun 20 ms of mono ``samples`` (-1..1)."""
    size = round(rate * FRAME_S)
    whole = len(samples) // size * size
    power: Levels = (samples[:whole].astype(np.float64).reshape(-1, size) ** 2).mean(axis=1)
    rest = samples[whole:]
    if len(rest):
        power = np.append(power, float((rest.astype(np.float64) ** 2).mean()))
    return power


def decibels(power: Levels) -> Levels:
    """Return levels in dB, no lower than -90."""
    lowest = 10 ** (FLOOR_DB / 10)
    levels: Levels = 10 * np.log10(np.maximum(power, lowest))
    return levels


def energy(power: Levels) -> Curve:
    """Return the level in dB every tenth of a second."""
    each = round(STEP_S / FRAME_S)
    starts = np.arange(0, len(power), each)
    if not len(starts):
        return Curve(step=STEP_S, values=())
    counts = np.minimum(each, len(power) - starts)
    mean = np.add.reduceat(power, starts) / counts
    return Curve(step=STEP_S, values=tuple(round(float(v), 1) for v in decibels(mean)))


def ground(levels: Levels) -> Ground:
    """Estimate floor, usual level and threshold of 20 ms levels.

    What lies 45 dB below the loud parts, or below -80 dB, is silence whatever else there is, and is left out of the
    estimate. The threshold is Otsu's: it parts the levels into two groups as different as can be; it is kept between
    floor and usual level. Where those are less than 6 dB apart there is no telling pauses from the rest.
    """
    dead = _dead(levels)
    alive = levels[levels > dead]
    if len(alive) == 0:
        return Ground(FLOOR_DB, FLOOR_DB, dead)
    floor, usual = (float(v) for v in np.percentile(alive, [5, 95]))
    if usual - floor < _CONTRAST_DB:
        return Ground(floor, usual, dead)
    parted = _otsu(alive)
    low, high = floor + 0.25 * (usual - floor), floor + 0.6 * (usual - floor)
    return Ground(floor, usual, min(max(parted, low), high))


def _dead(levels: Levels) -> float:
    return max(_DEAD_DB, float(np.percentile(levels, 98)) - _RANGE_DB)


def _otsu(levels: Levels) -> float:
    """Return the level that parts ``levels`` with the largest variance between the groups (Otsu, 1979)."""
    counts, edges = np.histogram(levels, bins=max(8, math.ceil(float(np.ptp(levels)))))
    middles = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)
    above = below[-1] - below
    sums = np.cumsum(counts * middles)
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = sums / below - (sums[-1] - sums) / above
        between = np.nan_to_num(below * above * gap**2)
    return float(edges[int(np.argmax(between)) + 1])


def silences(levels: Levels, duration: float) -> tuple[Span, ...]:
    """Return spans of at least 0.3 s without wanted sound; ``duration`` is the medium's, its soundless end included.

    A click shorter than 60 ms does not end a silence. A silence is even and near the noise floor: where the level
    moves, as between the beats of a tune, something is heard. Each span is 40 ms shorter than it was measured where
    sound ends before it and where sound begins behind it.
    """
    if len(levels) == 0:
        return (Span(start=0.0, end=duration),) if duration >= MIN_SILENCE_S else ()
    smooth = np.convolve(np.pad(levels, _SMOOTH // 2, mode="edge"), np.ones(_SMOOTH) / _SMOOTH, mode="valid")
    found = ground(levels)
    quiet = _without_blips(smooth < found.threshold)
    for first, last in list(runs(quiet)):
        quiet[first:last] = _still(smooth[first:last], found.floor + _CONTRAST_DB, _dead(levels))
    missing = round((duration - len(quiet) * FRAME_S) / FRAME_S)
    quiet = np.append(quiet, np.ones(max(0, missing), bool))
    spans = (_inner(a * FRAME_S, b * FRAME_S, duration) for a, b in runs(quiet))
    return tuple(span for span in spans if span.end - span.start >= MIN_SILENCE_S - 1e-6)


def _without_blips(quiet: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    for first, last in list(runs(~quiet)):
        if (last - first) * FRAME_S < _BLIP_S - 1e-9 and first > 0 and last < len(quiet):
            quiet[first:last] = True
    return quiet


def _still(levels: Levels, highest: float, dead: float) -> bool:
    """Whether a quiet stretch is dead, or as low as the background and as even as one."""
    low, middle, high = (float(v) for v in np.percentile(levels, [25, 50, 75]))
    return middle <= dead or (middle <= highest and high - low <= _EVEN_DB)


def _inner(start: float, end: float, duration: float) -> Span:
    first = start + _MARGIN_S if start > 0 else 0.0
    last = end - _MARGIN_S if end < duration - FRAME_S else duration
    return Span(start=round(first, 3), end=round(max(first, last), 3))
