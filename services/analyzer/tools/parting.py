"""Long sound in parts, parted where it is quietest: in a pause, if there is one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

RATE = 16_000
_STEP = RATE // 10

Samples = npt.NDArray[np.float32]


def parts(samples: Samples, most_s: float) -> Iterator[tuple[int, int]]:
    """Yield (first, behind the last) sample of parts of at most ``most_s`` seconds, in order, together everything.

    Each ends at the quietest tenth of a second of its last third. ``samples`` may be a file in memory (memmap).
    """
    most = round(most_s * RATE)
    start = 0
    while len(samples) - start > most:
        first = start + most - most // 3
        window = np.asarray(samples[first : start + most])
        power = (window[: len(window) // _STEP * _STEP].reshape(-1, _STEP) ** 2).mean(axis=1)
        end = first + int(np.argmin(power)) * _STEP + _STEP // 2
        yield start, end
        start = end
    if len(samples) > start:
        yield start, len(samples)
