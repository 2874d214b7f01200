"""Where the beats are: dynamic programming over the onsets (Ellis, Beat Tracking by Dynamic Programming, 2007).

A beat should lie on an onset and one period behind the beat before it. Which of a period, its half and its double is
the beat is decided by what is heard between beats.
"""

from __future__ import annotations

import functools

import numpy as np
import numpy.typing as npt

from services.analyzer.domain.beats.onsets import FRAME_S, Floats
from services.analyzer.domain.beats.sureness import FEWEST, SURE, Places, block_confidence, rise_at, strength_at
from services.analyzer.domain.beats.tempo import FASTEST, SLOWEST

_TIGHT = 100.0
_EMPTY, _THIN, _NO_BASS = 0.38, 0.62, 0.25
_AS_STRONG = 0.72
_SLOWER_FROM = 85.0
_FASTER_BELOW = 105.0


def track(onsets: Floats, bass: Floats, periods: Floats) -> Places:
    """Return the frames of the beats.

    ``onsets`` and ``bass``: onset strength of all bands and of the lowest, ``periods``: the likeliest
    period, at each frame.
    """
    if not len(periods) or float(onsets.max(initial=0.0)) <= 0:
        return np.zeros(0, np.int64)
    places = _chain(onsets, periods)
    for _ in range(2):
        change = _octave(onsets, bass, places)
        if change == 1:
            break
        periods = (periods * change).astype(np.float32)
        places = _chain(onsets, periods)
    return _trimmed(onsets, places)


def _chain(onsets: Floats, periods: Floats) -> Places:
    """Return the best chain of beats from the first onset to the last."""
    scale = float(onsets.std()) or 1.0
    local = np.convolve(onsets / scale, [0.3, 1.0, 0.3], mode="same")
    size = len(local)
    total = local.astype(np.float64).copy()
    before = np.full(size, -1, np.int64)
    whole = np.maximum(2, np.rint(periods)).astype(int).tolist()
    for at in range(size):
        period = whole[at]
        first = at - 2 * period
        offset = max(0, -first)
        last = at - period // 2
        if last <= 0:
            continue
        scores = total[first + offset : last] + _price(period)[offset:]
        best = int(scores.argmax())
        if scores[best] > 0:
            total[at] += scores[best]
            before[at] = first + offset + best
    tail = max(0, size - 2 * whole[-1])
    place = tail + int(total[tail:].argmax())
    chain = [place]
    while before[place] >= 0:
        place = int(before[place])
        chain.append(place)
    return np.asarray(chain[::-1])


@functools.cache
def _price(period: int) -> npt.NDArray[np.float64]:
    """Return what each distance from two periods down to half a period costs."""
    distances = np.arange(2 * period, period // 2, -1)
    return np.asarray(-_TIGHT * np.log(distances / period) ** 2)


def _octave(onsets: Floats, bass: Floats, places: Places) -> float:
    """Return by what the period is to be multiplied: 2 if every other beat is empty, 0.5 if one is left out, else 1.

    Only beats that are sure have a say, so that music between speech is judged by itself.
    """
    heard = block_confidence(onsets, places) >= SURE
    if heard.sum() < FEWEST:
        return 1.0
    tempo = 60 / (float(np.median(np.diff(places)[heard[1:]])) * FRAME_S)
    at_beats, low = strength_at(onsets, places), strength_at(bass, places)
    odd = np.arange(len(places)) % 2 == 1
    weak, strong = sorted((heard & odd, heard & ~odd), key=lambda half: float(np.median(at_beats[half])))
    share = _share(at_beats, weak, strong)
    thin = share < _THIN and _share(low, weak, strong) < _NO_BASS
    if (share < _EMPTY or thin) and tempo > _SLOWER_FROM and tempo / 2 >= SLOWEST:
        return 2.0
    between = rise_at(onsets, (places[1:] + places[:-1]) // 2)[heard[1:]]
    usual = float(np.median(rise_at(onsets, places)[heard]))
    if float(np.median(between)) / usual > _AS_STRONG and tempo < _FASTER_BELOW and tempo * 2 <= FASTEST:
        return 0.5
    return 1.0


def _share(strength: Floats, weak: npt.NDArray[np.bool_], strong: npt.NDArray[np.bool_]) -> float:
    return float(np.median(strength[weak])) / max(float(np.median(strength[strong])), 1e-6)


def _trimmed(onsets: Floats, places: Places) -> Places:
    """Leave out beats before the music begins and after it ends."""
    if not len(places):
        return places
    heard = np.flatnonzero(strength_at(onsets, places) >= 0.1 * np.median(strength_at(onsets, places)))
    return places[heard[0] : heard[-1] + 1] if len(heard) else places[:0]
