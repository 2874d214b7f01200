"""Pauses: where nobody speaks and nothing else is to be heard either.

What is not speech is a pause only if it is as low and as even as the background: music, laughter and a slammed door are
wanted until somebody says otherwise. Where nobody speaks at all there is nothing to tell the background from, and
levels alone decide.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from services.analyzer.domain.sound.activity import BAND_S, around, smoothed
from services.analyzer.domain.sound.levels import MIN_SILENCE_S, Levels, silences
from services.analyzer.domain.spans import runs
from shared.contracts.media import Span

_ABOVE_DB, _EVEN_DB = 6.0, 4.0
_DEAD_DB, _RANGE_DB = -85.0, 50.0
_BELOW_DB = 6.0
_BLIP_S, _MARGIN_S = 0.06, 0.04
_AMID_SOUND_S = 0.6
"""Beside sound that is no speech a pause must be this long: shorter ones are the rests of a tune."""

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


def pauses(speech: Sequence[Span], bands: Floats, levels: Levels, duration: float) -> tuple[Span, ...]:
    """Return spans of at least 0.3 s that may be cut out.

    ``bands``: (2, n) levels in dB, one each 10 ms; ``levels``: those of the whole sound, one each 20 ms; ``duration``
    is the medium's, its soundless end included.
    """
    if not speech or not bands.shape[1]:
        return silences(levels, duration)
    missing = max(0, round(duration / BAND_S) - bands.shape[1])
    heard = np.pad(smoothed(bands), ((0, 0), (0, missing)), constant_values=-100.0)
    silent = _outside(speech, heard.shape[1])
    dead = np.maximum(_DEAD_DB, np.percentile(heard, 98, axis=1) - _RANGE_DB)[:, None]
    spans = []
    for first, last in runs(_quiet(heard, silent, dead)):
        before, behind = (0.0 if _beside(frame, silent) else _MARGIN_S for frame in (first - 1, last))
        start, end = first * BAND_S + before, min(duration, last * BAND_S - behind)
        if end - start >= (_AMID_SOUND_S if before or behind else MIN_SILENCE_S) - 1e-6:
            spans.append(Span(start=round(start, 3), end=round(end, 3)))
    return tuple(spans)


def _outside(speech: Sequence[Span], count: int) -> Mask:
    silent = np.ones(count, bool)
    for span in speech:
        silent[int(span.start / BAND_S) : int(np.ceil(span.end / BAND_S - 1e-9))] = False
    return silent


def _beside(frame: int, silent: Mask) -> bool:
    """Tell whether the frame beyond a pause's edge is speech, which has its own margin, or outside the medium."""
    return not 0 <= frame < len(silent) or not silent[frame]


def _quiet(heard: Floats, silent: Mask, dead: Floats) -> Mask:
    """Return where, outside speech, both bands are near the background, but for clicks, and even."""
    nothing: Mask = np.asarray((heard <= dead).all(axis=0))
    alive = silent & ~nothing
    quiet = nothing & silent
    if alive.any():
        spoken = heard[:, ~silent]
        highest = np.median(spoken, axis=1) - _BELOW_DB if spoken.shape[1] else np.full(2, np.inf)
        floor = np.minimum(around(heard, alive, 10), highest[:, None])
        quiet |= silent & (heard <= np.maximum(floor + _ABOVE_DB, dead)).all(axis=0)
    for first, last in _clicks(quiet, silent):
        quiet[first:last] = True
    for first, last in list(runs(quiet)):
        quiet[first:last] = _even(heard[:, first:last], dead)
    return quiet


def _clicks(quiet: Mask, silent: Mask) -> Iterator[tuple[int, int]]:
    for first, last in list(runs(silent & ~quiet)):
        if (last - first) * BAND_S < _BLIP_S - 1e-9:
            yield first, last


def _even(heard: Floats, dead: Floats) -> bool:
    low, high = np.percentile(np.maximum(heard, dead), [25, 75], axis=1)
    return bool(((high - low) <= _EVEN_DB).all())
