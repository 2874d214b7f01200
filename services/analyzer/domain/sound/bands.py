"""Levels of two bands of a sound, block by block: one holds the vowels of speech, the other its fricatives."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from services.analyzer.domain.sound.activity import BAND_S, BANDS_HZ

_FLOOR = 1e-10

Samples = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]


class Bands:
    """Takes blocks of mono samples (-1..1) at ``rate`` in order; windows of 20 ms every 10 ms, across blocks' edges."""

    def __init__(self, rate: int) -> None:
        self._hop = round(rate * BAND_S)
        self._window = np.hanning(2 * self._hop)
        frequencies = np.fft.rfftfreq(2 * self._hop, 1 / rate)
        self._bins = [(frequencies >= low) & (frequencies < high) for low, high in BANDS_HZ]
        self._rest: Samples = np.zeros(self._hop // 2, np.float32)

    def feed(self, block: Samples) -> Floats:
        """Return the levels in dB, (2, n), of the windows that ``block`` completes."""
        samples = np.concatenate([self._rest, block])
        count = max(0, len(samples) // self._hop - 1)
        self._rest = samples[count * self._hop :]
        if not count:
            return np.zeros((2, 0))
        windows = np.lib.stride_tricks.sliding_window_view(samples, 2 * self._hop)[:: self._hop][:count]
        power = np.abs(np.fft.rfft(windows * self._window)) ** 2 / (self._window**2).sum() / self._hop
        levels: Floats = 10 * np.log10(np.maximum(_FLOOR, [power[:, bins].sum(axis=1) for bins in self._bins]))
        return levels
