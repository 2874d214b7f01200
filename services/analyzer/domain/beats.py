"""Is there a beat at all? Trackers find one in everything; this judges what they found."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from shared.contracts.media import Beats

Floats = npt.NDArray[np.float32]
SURE = 0.3
STRONG_DB = 1.5
SHORTEST_S = 2.0
"""A beat is not looked for in less than two seconds."""


def confidence(onsets: Floats, beats: Sequence[int]) -> float:
    """Return 0..1: how sure it is that ``beats`` (frame numbers) are those of ``onsets`` (strength in dB, each frame).

    Two things must come together: the onset strength repeats itself after one beat (autocorrelation), which speech and
    noise do not do, and sound does set in at the beats, which it does not in a steady tone. A product: if either is
    missing there is no beat.
    """
    if len(beats) < 4 or not len(onsets):
        return 0.0
    places = np.asarray(beats)
    period = float(np.median(np.diff(places)))
    if period < 2:
        return 0.0
    strength = float(np.median(_at(onsets, places))) / STRONG_DB
    return round(float(np.clip(_repetition(onsets, period), 0, 1) * np.clip(strength, 0, 1)), 3)


def _repetition(onsets: Floats, period: float) -> float:
    """Return the autocorrelation at one, two and four beats, the best within a frame, averaged; -1..1."""
    centred = onsets - onsets.mean()
    power = float((centred * centred).sum())
    if power <= 0:
        return 0.0
    found: list[float] = []
    for beats in (1, 2, 4):
        lag = round(period * beats)
        lags = [at for at in (lag - 1, lag, lag + 1) if 0 < at < len(centred) // 2]
        if lags:
            scale = [len(centred) / (len(centred) - at) for at in lags]
            found.append(
                max(float((centred[at:] * centred[:-at]).sum()) / power * s for at, s in zip(lags, scale, strict=True))
            )
    return float(np.mean(found)) * 1.6 if found else 0.0


def _at(onsets: Floats, places: npt.NDArray[np.int64]) -> Floats:
    """Return the onset strength at each of ``places``, the best of three frames."""
    near = np.stack([np.clip(places + shift, 0, len(onsets) - 1) for shift in (-1, 0, 1)])
    best: Floats = onsets[near].max(axis=0)
    return best


def judged(times: Sequence[float], sure: float) -> Beats:
    """Return the beats if the tracker is to be believed; else none, with how little it is."""
    if sure < SURE or len(times) < 4:
        return Beats(confidence=sure)
    gaps = np.diff(np.asarray(times))
    return Beats(
        times=tuple(round(float(t), 3) for t in times), tempo=round(60 / float(gaps.mean()), 2), confidence=sure
    )
