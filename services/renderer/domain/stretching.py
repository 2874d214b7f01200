"""Running through sound at changing speeds with the pitch kept. Pure over arrays, which may be mapped files.

Method: W. Verhelst, M. Roelands, "An overlap-add technique based on waveform similarity (WSOLA) for high quality
time-scale modification of speech", ICASSP 1993. Pieces of 40 ms overlap by half; each is taken, within 10 ms of where
the way through the source wants it, from where it best continues the piece before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from shared.contracts.warp import Stretch, source_at

Sound = NDArray[np.float32]
"""(samples, channels) of sound."""
COARSE = 4
"""Likeness is looked for in every fourth sample, then in all samples near the best."""


def stretched(source: Sound, way: Sequence[Stretch], samples: int, sample_rate: int) -> Iterator[Sound]:
    """Yield blocks of sound, ``samples`` long together. Where the picture stands still there is silence."""
    half = sample_rate // 50
    reach = sample_rate // 100
    window = (0.5 - 0.5 * np.cos(np.pi * (np.arange(2 * half) + 0.5) / half)).astype(np.float32)[:, None]
    tail = np.zeros((half, source.shape[1]), np.float32)
    follow: int | None = None
    for number in range(-1, -(-samples // half)):
        seconds = Fraction((number + 1) * half, sample_rate)
        piece = np.zeros((2 * half, source.shape[1]), np.float32)
        if not _standing(way, seconds):
            wanted = round(source_at(way, seconds) * sample_rate) - half
            begin = wanted if follow is None else _likest(source, wanted, follow, 2 * half, reach)
            piece = _taken(source, begin, 2 * half)
            follow = begin + half
        else:
            follow = None
        piece = piece * window
        if number >= 0:
            done = number * half
            yield (tail + piece[:half])[: max(0, samples - done)]
        tail = piece[half:]


def _standing(way: Sequence[Stretch], seconds: Fraction) -> bool:
    here = next((part for part in reversed(way) if part.output <= seconds), way[0])
    return bool(here.hold) and seconds - here.output > here.running


def _likest(source: Sound, wanted: int, follow: int, length: int, reach: int) -> int:
    """Return where, near ``wanted``, ``length`` samples are most like those at ``follow``."""
    if abs(wanted - follow) <= 1:
        return follow
    model = _taken(source, follow, length).sum(axis=1)
    field = _taken(source, wanted - reach, length + 2 * reach).sum(axis=1)
    rough = np.correlate(field[::COARSE], model[::COARSE], "valid")
    energy = np.convolve(field[::COARSE] ** 2, np.ones(model[::COARSE].size), "valid")
    best = int(np.argmax(rough / np.sqrt(energy + 1e-9))) * COARSE
    near = range(max(0, best - COARSE + 1), min(2 * reach, best + COARSE - 1) + 1)
    fine = max(near, key=lambda i: float(field[i : i + length] @ model))
    return wanted - reach + fine


def _taken(source: Sound, begin: int, length: int) -> Sound:
    """Samples from ``begin`` on, with silence outside the source."""
    taken = np.zeros((length, source.shape[1]), np.float32)
    first, last = max(begin, 0), min(begin + length, source.shape[0])
    if first < last:
        taken[first - begin : last - begin] = source[first:last]
    return taken
