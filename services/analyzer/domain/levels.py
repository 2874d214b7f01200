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
from shared.contracts.media import Curve, Span

Floats = npt.NDArray[np.float32]
FRAME_S = 0.02
STEP_S = 0.1
FLOOR_DB = -90.0
MIN_SILENCE_S = 0.3
_DEAD_DB = -65.0
_CONTRAST_DB = 6.0
_BLIP_S = 0.06
_SMOOTH = 3


@dataclass(frozen=True, slots=True)
class Ground:
    """``floor``: level of the background; ``usual``: of what is wanted; ``threshold``: silence is below; all in dB."""

    floor: float
    usual: float
    threshold: float


def frame_powers(samples: Floats, rate: int) -> npt.NDArray[np.float64]:
    """Return the mean square of each whole or begun 20 ms of mono ``samples`` (-1..1)."""
    size = round(rate * FRAME_S)
    whole = len(samples) // size * size
    power: npt.NDArray[np.float64] = (samples[:whole].astype(np.float64).reshape(-1, size) ** 2).mean(axis=1)
    rest = samples[whole:]
    if len(rest):
        power = np.append(power, float((rest.astype(np.float64) ** 2).mean()))
    return power


def decibels(power: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return levels in dB, no lower than -90."""
    lowest = 10 ** (FLOOR_DB / 10)
    levels: npt.NDArray[np.float64] = 10 * np.log10(np.maximum(power, lowest))
    return levels


def energy(power: npt.NDArray[np.float64]) -> Curve:
    """Return the level in dB every tenth of a second."""
    each = round(STEP_S / FRAME_S)
    starts = np.arange(0, len(power), each)
    if not len(starts):
        return Curve(step=STEP_S, values=())
    counts = np.minimum(each, len(power) - starts)
    mean = np.add.reduceat(power, starts) / counts
    return Curve(step=STEP_S, values=tuple(round(float(v), 1) for v in decibels(mean)))


def ground(levels: npt.NDArray[np.float64]) -> Ground:
    """Estimate floor, usual level and threshold of 20 ms levels.

    Digital silence (below -65 dB) is silence whatever else there is, and is left out of the estimate. The threshold is
    Otsu's: it parts the levels into two groups as different as can be; it is kept between floor and usual level.
    Where the two are less than 6 dB apart there is no telling pauses from the rest, and nothing but digital silence is
    silence.
    """
    alive = levels[levels > _DEAD_DB]
    if len(alive) == 0:
        return Ground(FLOOR_DB, FLOOR_DB, _DEAD_DB)
    floor, usual = (float(v) for v in np.percentile(alive, [5, 95]))
    if usual - floor < _CONTRAST_DB:
        return Ground(floor, usual, _DEAD_DB)
    parted = _otsu(alive)
    low, high = floor + 0.25 * (usual - floor), floor + 0.6 * (usual - floor)
    return Ground(floor, usual, min(max(parted, low), high))


def _otsu(levels: npt.NDArray[np.float64]) -> float:
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


def silences(levels: npt.NDArray[np.float64], duration: float) -> tuple[Span, ...]:
    """Return spans of at least 0.3 s without wanted sound; ``duration`` is the medium's, its soundless end included.

    A click shorter than 60 ms does not end a silence.
    """
    if len(levels) == 0:
        return (Span(start=0.0, end=duration),) if duration >= MIN_SILENCE_S else ()
    smooth = np.convolve(np.pad(levels, _SMOOTH // 2, mode="edge"), np.ones(_SMOOTH) / _SMOOTH, mode="valid")
    quiet = smooth < ground(levels).threshold
    for first, last in list(runs(~quiet)):
        if (last - first) * FRAME_S < _BLIP_S - 1e-9 and first > 0 and last < len(quiet):
            quiet[first:last] = True
    missing = round((duration - len(quiet) * FRAME_S) / FRAME_S)
    quiet = np.append(quiet, np.ones(max(0, missing), bool))
    spans = [Span(start=round(a * FRAME_S, 3), end=round(min(b * FRAME_S, duration), 3)) for a, b in runs(quiet)]
    return tuple(span for span in spans if span.end - span.start >= MIN_SILENCE_S - 1e-6)
