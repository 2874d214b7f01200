"""Levels of a long sound, read in blocks. Runs as ``python -m services.analyzer.tools.levels_child``."""

from __future__ import annotations

import numpy as np

from services.analyzer.domain.levels import decibels, energy, frame_powers, silences
from services.analyzer.tools import telling
from services.analyzer.tools.requests import LevelsAnswer, LevelsRequest

_BLOCK_S = 60


def measure(request: LevelsRequest) -> LevelsAnswer:
    """Return the curve and the silences; memory does not grow with the samples."""
    blocks: list[np.ndarray[tuple[int, ...], np.dtype[np.float64]]] = []
    with request.path.open("rb") as file:
        while data := file.read(4 * request.rate * _BLOCK_S):
            blocks.append(frame_powers(np.frombuffer(data, np.float32), request.rate))
    power = np.concatenate(blocks) if blocks else np.zeros(0)
    return LevelsAnswer(energy=energy(power), silences=silences(decibels(power), request.duration))


if __name__ == "__main__":
    asked = telling.request(LevelsRequest)
    telling.answer(asked.folder, measure(asked))
