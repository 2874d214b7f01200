"""How sure it is that there is a beat where a tracker found one: in speech and noise it finds them, too."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from services.analyzer.domain.beats.onsets import Floats

Places = npt.NDArray[np.int64]
SURE = 0.35
STRONG_DB = 2.0
FEWEST = 6
_BLOCK, _STEP = 24, 8
_GRID = 32
_REACH = 3


def block_confidence(onsets: Floats, places: Places) -> Floats:
    """Return for each beat 0..1: how sure it is, from the surest of the blocks of 24 beats that it lies in."""
    sure = np.zeros(len(places), np.float32)
    for first in range(0, max(1, len(places) - _BLOCK + _STEP), _STEP):
        block = slice(first, first + _BLOCK)
        sure[block] = np.maximum(sure[block], confidence(onsets, places[block]))
    return sure


def confidence(onsets: Floats, places: Places) -> float:
    """Return 0..1: how sure it is that ``places`` (frames) are beats of ``onsets`` (strength in dB, each frame).

    Two things must come together: what is heard repeats itself after a beat (autocorrelation over a smooth grid of
    beats, so that a tempo may change), which speech and noise do not do, and sound does set in at the beats, which it
    does not in a steady tone. A product: if either is missing there is no beat.
    """
    if len(places) < FEWEST or not len(onsets):
        return 0.0
    if float(np.median(np.diff(places))) < 2:
        return 0.0
    strength = float(np.median(strength_at(onsets, places))) / STRONG_DB
    return round(float(np.clip(_repetition(onsets, places), 0, 1) * np.clip(strength, 0, 1)), 3)


def _repetition(onsets: Floats, places: Places) -> float:
    """Return the autocorrelation at one, two and four beats, the best nearby, averaged; -1..1."""
    numbers = np.arange(len(places))
    grid = np.polynomial.Polynomial.fit(numbers, places, deg=min(3, len(places) - 1))
    at = grid(np.linspace(0, len(places) - 1, (len(places) - 1) * _GRID + 1))
    smooth = np.convolve(onsets[max(0, int(at.min())) : int(at.max()) + 2], [0.25, 0.5, 0.25], mode="same")
    even = np.interp(at - max(0, int(at.min())), np.arange(len(smooth)), smooth)
    centred = even - even.mean()
    power = float((centred * centred).mean())
    if power <= 0:
        return 0.0
    found = [
        max(float((centred[lag:] * centred[:-lag]).mean()) / power for lag in range(_GRID * n - 2, _GRID * n + 3))
        for n in (1, 2, 4)
        if n < len(places) - 2
    ]
    return float(np.mean(found)) * 1.5


def strength_at(onsets: Floats, places: Places) -> Floats:
    """Return the onset strength at each of ``places``, the best within three frames."""
    near = np.stack([np.clip(places + shift, 0, len(onsets) - 1) for shift in range(-_REACH, _REACH + 1)])
    best: Floats = onsets[near].max(axis=0)
    return best


def rise_at(onsets: Floats, places: Places) -> Floats:
    """Return the whole rise around each of ``places``: unlike its peak it does not depend on how frames lie."""
    near = np.stack([np.clip(places + shift, 0, len(onsets) - 1) for shift in range(-_REACH, _REACH + 1)])
    whole: Floats = onsets[near].sum(axis=0)
    return whole
