"""The other beat tracker: librosa's. Its first call on a machine compiles; ``python -m services.analyzer warm`` does
that ahead of time.
"""

from __future__ import annotations

import librosa
import numpy as np
import numpy.typing as npt

from services.analyzer.domain.beats.finding import SHORTEST_S, tempo_of
from services.analyzer.domain.beats.sureness import SURE, confidence
from shared.contracts.hearing import Beats

_HOP = 160
_WINDOW = 1024
_MELS = 64
_LATENCY_S = 0.02
"""How much later than the stroke itself its onset is seen; measured on clicks and drums at known times."""
_LOW, _HIGH = 30.0, 7600.0


def librosa_beats(samples: npt.NDArray[np.float32], rate: int, start: float) -> Beats:
    """Return the beats of mono ``samples`` that begin at ``start`` seconds; none where one cannot be sure of them."""
    section = np.asarray(samples, np.float32)
    if len(section) < SHORTEST_S * rate or float(np.abs(section).max()) < 1e-3:
        return Beats()
    mel = librosa.feature.melspectrogram(
        y=section, sr=rate, n_fft=_WINDOW, hop_length=_HOP, n_mels=_MELS, fmin=_LOW, fmax=_HIGH
    )
    loud = librosa.power_to_db(mel, ref=np.max, top_db=60)
    strength = np.asarray(librosa.onset.onset_strength(S=loud, sr=rate, hop_length=_HOP, n_fft=_WINDOW), np.float32)
    _, places = librosa.beat.beat_track(onset_envelope=strength, sr=rate, hop_length=_HOP, units="frames", trim=True)
    sure = confidence(strength, np.asarray(places, np.int64))
    if sure < SURE:
        return Beats(confidence=sure)
    times = np.maximum(0.0, start + np.asarray(places) * _HOP / rate - _LATENCY_S)
    return Beats(times=tuple(round(float(t), 3) for t in times), tempo=tempo_of(times), confidence=sure)
