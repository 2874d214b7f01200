"""Levels, speech and pauses of a sound, in blocks. Runs as ``python -m services.analyzer.tools.levels_child``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from services.analyzer.domain.sound.activity import speech_spans
from services.analyzer.domain.sound.bands import Bands
from services.analyzer.domain.sound.levels import Levels, decibels, energy, frame_powers
from services.analyzer.domain.sound.pauses import pauses
from services.analyzer.tools import telling
from services.analyzer.tools.detector import Detector
from services.analyzer.tools.requests import LevelsAnswer, LevelsRequest
from shared.contracts.media import Span

_BLOCK_S = 10
_USUAL = 0.1
_LEAST_GAIN, _MOST_GAIN = 0.1, 300.0
_HEARABLE_DB = -85.0
_FIRST = 0.1
"""The share of the work that the levels are; the rest is the detector of speech."""

Samples = npt.NDArray[np.float32]


def blocks(path: Path, rate: int, first: float, last: float) -> Iterator[Samples]:
    """Yield the samples of a file ten seconds at a time, telling progress from ``first`` to ``last``."""
    size = max(1, path.stat().st_size)
    with path.open("rb") as file:
        while data := file.read(4 * rate * _BLOCK_S):
            yield np.frombuffer(data, np.float32)
            telling.progress(first + (last - first) * file.tell() / size)


def measure(request: LevelsRequest) -> LevelsAnswer:
    """Return the curve, the speech and the pauses; of the samples ten seconds are in memory."""
    power, level = _levels(request)
    speech = _speech(request, power, level)
    silences = pauses(speech, level, decibels(power), request.duration)
    return LevelsAnswer(energy=energy(power), silences=silences, speech=speech)


def _levels(request: LevelsRequest) -> tuple[Levels, npt.NDArray[np.float64]]:
    powers, levels, bands = [np.zeros(0)], [np.zeros((2, 0))], Bands(request.rate)
    for block in blocks(request.path, request.rate, 0.0, _FIRST):
        powers.append(frame_powers(block, request.rate))
        levels.append(bands.feed(block))
    return np.concatenate(powers), np.concatenate(levels, axis=1)


def _speech(request: LevelsRequest, power: Levels, bands: npt.NDArray[np.float64]) -> tuple[Span, ...]:
    loud = float(np.percentile(power, 90)) if len(power) else 0.0
    if loud < 10 ** (_HEARABLE_DB / 10):
        return ()
    detector = Detector(min(max(_USUAL / loud**0.5, _LEAST_GAIN), _MOST_GAIN))
    likely = [detector.feed(block) for block in blocks(request.path, request.rate, _FIRST, 1.0)]
    likely.append(detector.feed(np.zeros(0, np.float32), last=True))
    return speech_spans(np.concatenate(likely), bands, request.duration)


if __name__ == "__main__":
    asked = telling.request(LevelsRequest)
    telling.answer(asked.folder, measure(asked))
