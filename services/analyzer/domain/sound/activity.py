"""Where somebody speaks: a speech detector's word for it, with edges moved to where the sound itself begins and ends.

The detector (Silero) is sure of vowels and late or early by up to a quarter of a second at soft ends of words. So its
spans are grown to the end of the sound around them, and cut back to it where they reach into the background. What is
sound and what background is told for each file by the levels of two bands where nobody speaks: speech has its vowels in
the one and its fricatives in the other, while hum and rumble are in neither.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from services.analyzer.domain.spans import runs
from shared.contracts.media import Span

WINDOW_S = 0.032
"""Seconds for each of the detector's values."""
BAND_S = 0.01
"""Seconds for each level of a band."""
BANDS_HZ = ((150.0, 1800.0), (1800.0, 7900.0))
JOINED_S = 0.3
"""A gap in speech that is shorter is how people speak."""
_ON, _OFF = 0.5, 0.3
_SURELY_NOT = 0.1
_NEAR_S = 0.2
_PERCENTILE, _ABOVE_DB, _RANGE_DB = 95, 1.0, 50.0
_BRIDGED_S = 0.08
_GROWN_BEFORE_S, _GROWN_BEHIND_S, _CUT_S = 0.3, 0.4, 0.2
_PAD_BEFORE_S, _PAD_BEHIND_S, _PAD_NOISY_S = 0.01, 0.02, 0.04
_NOISY_DB = 20.0
_NEAR_BLOCK_S, _ENOUGH_S = 10.0, 1.0

Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


def speech_spans(probabilities: npt.NDArray[np.float32], bands: Floats, duration: float) -> tuple[Span, ...]:
    """Return where somebody speaks, in order, at least 0.3 s apart, inside ``duration`` seconds.

    ``probabilities``: the detector's, one each 32 ms. ``bands``: (2, n) levels in dB, one each 10 ms.
    """
    levels, count = smoothed(bands), bands.shape[1]
    if not count or not len(probabilities):
        return ()
    sure = probabilities[np.minimum((np.arange(count) * BAND_S / WINDOW_S).astype(int), len(probabilities) - 1)]
    quiet = _far_from(sure > _SURELY_NOT, levels)
    sounding = _sounding(levels, quiet)
    contrast = float(np.percentile(levels, 95) - np.median(levels[:, quiet]))
    behind = _PAD_NOISY_S if contrast < _NOISY_DB else _PAD_BEHIND_S
    spans: list[tuple[float, float]] = []
    for first, last in _cores(probabilities, sounding):
        start, end = _start(sounding, first), _end(sounding, last)
        if end > start:
            spans.append((max(0.0, start * BAND_S - _PAD_BEFORE_S), min(duration, end * BAND_S + behind)))
    return joined(spans)


def joined(spans: Sequence[tuple[float, float]]) -> tuple[Span, ...]:
    """Return the spans with those nearer than 0.3 s to each other made one."""
    found: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if found and start - found[-1][1] < JOINED_S:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        elif end > start:
            found.append((start, end))
    return tuple(Span(start=round(start, 3), end=round(end, 3)) for start, end in found)


def smoothed(bands: Floats) -> Floats:
    """Return levels in dB averaged over 30 ms."""
    power = 10 ** (np.pad(bands, ((0, 0), (1, 1)), mode="edge") / 10)
    mean: Floats = 10 * np.log10((power[:, :-2] + power[:, 1:-1] + power[:, 2:]) / 3)
    return mean


def around(levels: Floats, chosen: Mask, percent: float) -> Floats:
    """Return for each level the percentile of the ``chosen`` ones within some ten seconds of it: rooms change.

    Where hardly any are chosen so near, it is that of all of them.
    """
    whole = np.percentile(levels[:, chosen], percent, axis=1)
    found: Floats = np.empty_like(levels)
    step = round(_NEAR_BLOCK_S / BAND_S)
    for first in range(0, levels.shape[1], step):
        reach = slice(max(0, first - step), first + 2 * step)
        near = levels[:, reach][:, chosen[reach]]
        enough = near.shape[1] * BAND_S >= _ENOUGH_S
        found[:, first : first + step] = (np.percentile(near, percent, axis=1) if enough else whole)[:, None]
    return found


def _far_from(spoken: Mask, levels: Floats) -> Mask:
    """Return where the background is heard: far from any speech, or where it is lowest if that is hardly anywhere."""
    reach = round(_NEAR_S / BAND_S)
    quiet: Mask = np.asarray(np.convolve(spoken, np.ones(2 * reach + 1), "same") < 0.5)
    if quiet.sum() * BAND_S < 0.5:
        whole = levels.sum(axis=0)
        quiet = np.asarray(whole <= np.percentile(whole, 10))
    return quiet


def _sounding(levels: Floats, quiet: Mask) -> Mask:
    """Return where either band is louder than the background nearly ever is."""
    background = around(levels, quiet, _PERCENTILE) + _ABOVE_DB
    lowest = np.percentile(levels, 95, axis=1) - _RANGE_DB
    sounding: Mask = np.asarray((levels > np.maximum(background, lowest[:, None])).any(axis=0))
    for first, last in list(runs(~sounding)):
        if (last - first) * BAND_S <= _BRIDGED_S + 1e-9 and first > 0 and last < len(sounding):
            sounding[first:last] = True
    return sounding


def _cores(probabilities: npt.NDArray[np.float32], sounding: Mask) -> Iterator[tuple[int, int]]:
    """Yield spans of 10 ms frames where the detector hears speech, parted where there is a pause's worth of nothing."""
    for start, end in _switched(probabilities):
        first = round(start * WINDOW_S / BAND_S)
        last = min(len(sounding), round(end * WINDOW_S / BAND_S) + 1)
        at = first
        for a, b in runs(~sounding[first:last]):
            if (b - a) * BAND_S >= JOINED_S - 1e-9 and a > 0 and b < last - first:
                yield at, first + a
                at = first + b
        yield at, last


def _switched(probabilities: npt.NDArray[np.float32]) -> Iterator[tuple[int, int]]:
    start: int | None = None
    for number, value in enumerate(probabilities):
        if start is None and value >= _ON:
            start = number
        elif start is not None and value < _OFF:
            yield start, number
            start = None
    if start is not None:
        yield start, len(probabilities)


def _start(sounding: Mask, at: int) -> int:
    at = min(at, len(sounding) - 1)
    if sounding[at]:
        before = np.flatnonzero(~sounding[max(0, at - round(_GROWN_BEFORE_S / BAND_S)) : at])
        return max(0, at - round(_GROWN_BEFORE_S / BAND_S)) + (int(before[-1]) + 1 if len(before) else 0)
    later = np.flatnonzero(sounding[at : at + round(_CUT_S / BAND_S)])
    return at + int(later[0]) if len(later) else at


def _end(sounding: Mask, at: int) -> int:
    at = min(at, len(sounding))
    if at < len(sounding) and sounding[at]:
        behind = np.flatnonzero(~sounding[at : at + round(_GROWN_BEHIND_S / BAND_S)])
        return at + int(behind[0]) if len(behind) else min(len(sounding), at + round(_GROWN_BEHIND_S / BAND_S))
    low = max(0, at - round(_CUT_S / BAND_S))
    before = np.flatnonzero(sounding[low:at])
    return low + int(before[-1]) + 1 if len(before) else at
