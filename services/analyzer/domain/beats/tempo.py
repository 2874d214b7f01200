"""How far apart beats are, over time: autocorrelation of the onsets in overlapping windows, and the likeliest path.

The preference for tempos that people tap to is Ellis's (2007): a bell over the logarithm of the period.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from services.analyzer.domain.beats.onsets import FRAME_S, Floats

Doubles = npt.NDArray[np.float64]
SLOWEST, FASTEST = 45.0, 220.0
USUAL = 115.0
_OCTAVES = 0.9
_WINDOW_S, _STEP_S = 8.0, 1.0
_STIFF = 60.0
_DOTTED = 0.7
"""What it costs a period that two thirds of it repeat better: three beats taken for two."""
LAGS = np.arange(int(60 / FASTEST / FRAME_S), int(60 / SLOWEST / FRAME_S) + 1)
"""The periods in question, in frames."""


def periods(onsets: Floats) -> Floats:
    """Return the likeliest period at each frame, in frames; empty where there is less than a second."""
    strength = _centred(onsets)
    window = min(len(strength), round(_WINDOW_S / FRAME_S))
    if window < 100:
        return np.zeros(0, np.float32)
    step = round(_STEP_S / FRAME_S)
    starts = np.arange(0, max(1, len(strength) - window + 1), step)
    scores = np.stack([_scores(strength[start : start + window]) for start in starts])
    path = _path(scores)
    middles = starts + window / 2
    return np.interp(np.arange(len(onsets)), middles, LAGS[path]).astype(np.float32)


def _centred(onsets: Floats) -> Doubles:
    """Return the onsets less their mean of about a second, so that a swell counts for little."""
    width = min(len(onsets), 101)
    if not width:
        return np.zeros(0)
    kernel = np.ones(width) / width
    smooth = np.convolve(onsets, [0.25, 0.5, 0.25], mode="same")
    return np.maximum(0, smooth - np.convolve(onsets, kernel, mode="same"))


def _scores(strength: Doubles) -> Doubles:
    """Return how well each lag explains a window; about 1 for a perfect repetition."""
    centred = strength - strength.mean()
    size = 1 << int(np.ceil(np.log2(2 * len(centred))))
    spectrum = np.fft.rfft(centred, size)
    full = np.fft.irfft(np.abs(spectrum) ** 2)[: len(centred)]
    if full[0] <= 0:
        return np.zeros(len(LAGS))
    full = full / full[0] * len(centred) / np.maximum(len(centred) - np.arange(len(full)), len(full) / 4)
    once = _at(full, LAGS)
    found = (once + 0.5 * _at(full, 2 * LAGS) + 0.25 * _at(full, 4 * LAGS)) / 1.75
    found -= _DOTTED * np.maximum(0, _at(full, np.rint(LAGS * 2 / 3).astype(np.int64)) - once)
    bell = np.exp(-0.5 * (np.log2(60 / (LAGS * FRAME_S) / USUAL) / _OCTAVES) ** 2)
    return np.asarray(np.maximum(found, 0) * bell)


def _at(full: Doubles, lags: npt.NDArray[np.int64]) -> Doubles:
    """Return the autocorrelation at lags, the best within a frame; 0 beyond the window."""
    padded = np.concatenate([full, np.zeros(max(0, int(lags[-1]) + 2 - len(full)))])
    return np.asarray(np.maximum(np.maximum(padded[lags - 1], padded[lags]), padded[lags + 1]))


def _path(scores: Doubles) -> npt.NDArray[np.int64]:
    """Return the best lag of each window by index, with a price on changes of tempo (Viterbi)."""
    log = np.log2(LAGS)
    price = _STIFF * (log[:, None] - log[None, :]) ** 2
    price = np.minimum(price, 1.5)
    best = scores[0]
    came = np.zeros(scores.shape, np.int64)
    for number in range(1, len(scores)):
        total = best[None, :] - price
        came[number] = total.argmax(axis=1)
        best = total.max(axis=1) + scores[number]
    path = np.zeros(len(scores), np.int64)
    path[-1] = int(best.argmax())
    for number in range(len(scores) - 1, 0, -1):
        path[number - 1] = came[number, path[number]]
    return path
