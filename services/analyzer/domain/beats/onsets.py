"""How strongly sound sets in, over time: spectral flux of log-mel spectra (Böck and Widmer, 2013, without its filter).

Frames are 10 ms apart. A spectrum's frame is centred on its time, so an onset is seen where it is, give or take half
a frame.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
FRAME_S = 0.01
WINDOW_S = 0.064
_BANDS = 48
_LOW_HZ, _HIGH_HZ = 30.0, 7600.0
_BASS_HZ = 160.0
_RANGE_DB = 60.0
_BASS_RANGE_DB = 30.0
_FLOOR = 1e-9


def mel_filters(rate: int, window: int, bands: int = _BANDS) -> tuple[Floats, Floats]:
    """Return triangular filters (bands, window // 2 + 1) evenly spaced in mel (Slaney's area), and their centres."""
    top = min(_HIGH_HZ, rate / 2)
    edges = _hertz(np.linspace(_mel(_LOW_HZ), _mel(top), bands + 2))
    bins = np.fft.rfftfreq(window, 1 / rate)
    lower, centre, upper = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising, falling = (bins - lower) / (centre - lower), (upper - bins) / (upper - centre)
    filters = np.maximum(0, np.minimum(rising, falling)) * (2 / (upper - lower))
    narrow = filters.sum(axis=1) == 0  # a band between two bins gets the nearest one
    filters[narrow, np.abs(bins - centre).argmin(axis=1)[narrow]] = 1.0
    return filters.astype(np.float32), edges[1:-1].astype(np.float32)


def _mel(hertz: float) -> float:
    return 2595 * float(np.log10(1 + hertz / 700))


def _hertz(mel: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(700 * (10 ** (mel / 2595) - 1))


@dataclass(slots=True)
class Onsets:
    """Takes mono samples (-1..1) in blocks of any length; for one section of minutes, at 20 KB a second."""

    rate: int
    _rest: Floats = field(default_factory=lambda: np.zeros(0, np.float32))
    _mels: list[Floats] = field(default_factory=list)
    _hop: int = field(init=False)
    _window: int = field(init=False)
    _filters: Floats = field(init=False)
    _low: npt.NDArray[np.bool_] = field(init=False)
    _taper: Floats = field(init=False)

    def __post_init__(self) -> None:
        self._hop = round(FRAME_S * self.rate)
        self._window = round(WINDOW_S * self.rate)
        self._filters, centres = mel_filters(self.rate, self._window)
        self._low = centres < _BASS_HZ
        self._taper = np.hanning(self._window + 1)[:-1].astype(np.float32)
        self._rest = np.zeros(self._window // 2, np.float32)

    def feed(self, samples: Floats) -> None:
        """Take the next samples."""
        held = np.concatenate([self._rest, samples])
        count = (len(held) - self._window) // self._hop + 1
        if count <= 0:
            self._rest = held
            return
        frames = np.lib.stride_tricks.sliding_window_view(held, self._window)[:: self._hop][:count]
        power = np.abs(np.fft.rfft(frames * self._taper, axis=1)) ** 2
        self._mels.append((power @ self._filters.T).astype(np.float32))
        self._rest = held[count * self._hop :].copy()

    def finish(self) -> tuple[Floats, Floats]:
        """Return the onset strength of all bands and of the bass alone, in dB, one value a frame.

        It is the mean rise of the bands' levels over the frame before. Silence is what lies 60 dB under the loudest,
        in the bass 30 dB: out of nothing the rumble of a snare would rise as far as a kick.
        """
        self.feed(np.zeros(self._window // 2, np.float32))
        if not self._mels:
            return np.zeros(0, np.float32), np.zeros(0, np.float32)
        mel = np.concatenate(self._mels)
        level = 10 * np.log10(np.maximum(mel, max(_FLOOR, float(mel.max()) * 10 ** (-_RANGE_DB / 10))))
        rise = np.maximum(0, np.diff(level, axis=0, prepend=level[:1]))
        bass = np.maximum(level[:, self._low], level[:, self._low].max() - _BASS_RANGE_DB)
        return rise.mean(axis=1), np.maximum(0, np.diff(bass, axis=0, prepend=bass[:1])).mean(axis=1)
