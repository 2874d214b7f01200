"""Beats of extracted samples. Runs as ``python -m services.analyzer.tools.beats_child``.

The tracker is ours and needs numpy alone: librosa's compiles for half a minute at its first call on a machine, and
takes seconds to import in every process after that. It is there for who asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from services.analyzer.domain.beats.finding import find_beats as track
from services.analyzer.domain.beats.finding import joined
from services.analyzer.domain.beats.onsets import Onsets
from services.analyzer.tools import telling
from services.analyzer.tools.sound_requests import BeatsRequest
from shared.contracts.hearing import Beats

_BLOCK_S = 20
_SECTION_S = 300
_LEAST_S = 2


def find(request: BeatsRequest) -> Beats:
    """Return the beats of each section of five minutes, put together; memory does not grow with the samples."""
    found: list[Beats] = []
    for start, section in _sections(request):
        if request.engine == "librosa":
            from services.analyzer.tools.beats_librosa import librosa_beats

            found.append(librosa_beats(section, request.rate, start))
        else:
            found.append(_own(section, request.rate, start))
    return joined(found)


def _sections(request: BeatsRequest) -> Iterator[tuple[float, npt.NDArray[np.float32]]]:
    size = request.path.stat().st_size // 4
    length = _SECTION_S * request.rate
    if size < _LEAST_S * request.rate:
        return
    ends = [*range(length, size - _LEAST_S * request.rate, length), size]
    with request.path.open("rb") as file:
        for start, end in zip([0, *ends[:-1]], ends, strict=True):
            yield start / request.rate, np.frombuffer(file.read(4 * (end - start)), np.float32)
            telling.progress(end / size)


def _own(section: npt.NDArray[np.float32], rate: int, start: float) -> Beats:
    onsets = Onsets(rate)
    block = _BLOCK_S * rate
    for first in range(0, len(section), block):
        onsets.feed(np.asarray(section[first : first + block]))
    return track(*onsets.finish(), offset_s=start)


if __name__ == "__main__":
    asked = telling.request(BeatsRequest)
    telling.answer(asked.folder, find(asked))
