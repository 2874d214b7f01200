"""Beats by librosa. Runs as ``python -m services.analyzer.tools.beats_child``: its import alone takes seconds."""

from __future__ import annotations

import librosa
import numpy as np
import numpy.typing as npt

from services.analyzer.domain.beats import SHORTEST_S, confidence, judged
from services.analyzer.tools import telling
from services.analyzer.tools.requests import BeatsRequest
from shared.contracts.media import Beats

_HOP = 256
_WINDOW = 1024
_MELS = 64
_BLOCK_S = 60
_SECTION_S = 300
_LATENCY_S = 0.02
"""How much later than the stroke itself its onset is seen; measured on clicks and drums at known times."""
_LOW, _HIGH = 30.0, 7600.0


def onsets(samples: npt.NDArray[np.float32], rate: int) -> npt.NDArray[np.float32]:
    """Return the onset strength of every 256 samples; the spectrum is made in blocks, so that memory is bounded."""
    mels: list[npt.NDArray[np.float32]] = []
    size = _BLOCK_S * rate // _HOP * _HOP
    for start in range(0, len(samples), size):
        block = np.asarray(samples[max(0, start - _WINDOW) : start + size])
        skip = (start - max(0, start - _WINDOW)) // _HOP
        frames = -(-(min(len(samples), start + size) - start) // _HOP)
        mel = librosa.feature.melspectrogram(
            y=block, sr=rate, n_fft=_WINDOW, hop_length=_HOP, n_mels=_MELS, fmin=_LOW, fmax=_HIGH
        )
        mels.append(mel[:, skip : skip + frames].astype(np.float32))
    loud = librosa.power_to_db(np.concatenate(mels, axis=1), ref=np.max, top_db=60)
    strength = librosa.onset.onset_strength(S=loud, sr=rate, hop_length=_HOP, n_fft=_WINDOW)
    return np.asarray(strength, np.float32)


def find(request: BeatsRequest) -> Beats:
    """Return the beats of each section of five minutes that has a beat one can be sure of, put together."""
    samples = np.memmap(request.path, np.float32, mode="r") if request.path.stat().st_size >= 4 else np.zeros(0)
    frame_s = _HOP / request.rate
    times: list[float] = []
    sureness: list[tuple[float, int]] = []
    for start in range(0, len(samples), _SECTION_S * request.rate):
        section = np.asarray(samples[start : start + _SECTION_S * request.rate], np.float32)
        if len(section) < SHORTEST_S * request.rate or float(np.abs(section).max()) < 1e-3:
            continue
        strength = onsets(section, request.rate)
        _, frames = librosa.beat.beat_track(
            onset_envelope=strength, sr=request.rate, hop_length=_HOP, units="frames", trim=True
        )
        places = [int(frame) for frame in frames]
        offset = start / request.rate - _LATENCY_S
        found = judged([max(0.0, offset + p * frame_s) for p in places], confidence(strength, places))
        times += found.times
        sureness.append((found.confidence, len(section)))
        telling.progress(min(1.0, (start + len(section)) / len(samples)))
    return _together(times, sureness)


def _together(times: list[float], sureness: list[tuple[float, int]]) -> Beats:
    if not sureness:
        return Beats()
    best = max(sure for sure, _ in sureness)
    if not times:
        return Beats(confidence=best)
    gaps = np.diff(np.asarray(times))
    usual = gaps[gaps < 2 * np.median(gaps)]
    return Beats(times=tuple(times), tempo=round(60 / float(usual.mean()), 2), confidence=best)


if __name__ == "__main__":
    asked = telling.request(BeatsRequest)
    telling.answer(asked.folder, find(asked))
