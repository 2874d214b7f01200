"""Is there a beat at all, and how sure is it? Trackers find one in everything; this judges what was found."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from services.analyzer.domain.beats.onsets import FRAME_S, Floats
from services.analyzer.domain.beats.sureness import FEWEST, SURE, block_confidence, rise_at, strength_at
from services.analyzer.domain.beats.tempo import periods
from services.analyzer.domain.beats.tracking import track
from services.analyzer.domain.spans import runs
from shared.contracts.hearing import Beats

SHORTEST_S = 2.0
"""A beat is not looked for in less than two seconds."""
LATENCY_S = -0.016
"""How much later than the stroke itself its onset is seen (negative: earlier); from clicks and drums at known times."""
_SEAM_S = 0.15
_FAINT = 0.35
_BARS = (4, 3)
_CLEAR, _BARS_TRUE = 0.6, 0.7
_STRETCH = 48


def find_beats(onsets: Floats, bass: Floats, offset_s: float = 0.0) -> Beats:
    """Return the beats that one can be sure of. ``onsets`` and ``bass``: strength in dB each frame, from Onsets.

    ``offset_s``: the time of the first frame. Where nothing is sure there are no beats, only the little confidence.
    """
    places = track(onsets, bass, periods(onsets))
    sure = block_confidence(onsets, places)
    kept = _kept(sure, strength_at(onsets, places))
    if not kept.any():
        return Beats(confidence=round(float(np.mean(sure)), 3) if len(sure) else 0.0)
    chosen = places[kept]
    times = np.maximum(0.0, offset_s + _exact(onsets, chosen) * FRAME_S - LATENCY_S)
    return Beats(
        times=tuple(round(float(t), 3) for t in times),
        downbeats=tuple(round(float(t), 3) for t in times[downbeats(rise_at(onsets, chosen), rise_at(bass, chosen))]),
        tempo=tempo_of(times),
        confidence=round(float(sure[kept].mean()), 3),
    )


def joined(sections: Sequence[Beats]) -> Beats:
    """Return the beats of sections that follow one another as one; a beat that both have at a seam counts once."""
    believed = [section for section in sections if section.times]
    if not believed:
        return Beats(confidence=max((section.confidence for section in sections), default=0.0))
    times: list[float] = []
    for section in believed:
        times += [at for at in section.times if not times or at - times[-1] > _SEAM_S]
    known = set(times)
    return Beats(
        times=tuple(times),
        downbeats=tuple(at for section in believed for at in section.downbeats if at in known),
        tempo=tempo_of(np.asarray(times)),
        confidence=max(section.confidence for section in believed),
    )


def tempo_of(times: npt.NDArray[np.float64]) -> float | None:
    """Return 60 by the mean interval; a stretch without beats is no interval."""
    gaps = np.diff(times)
    usual = gaps[gaps < 1.8 * np.median(gaps)] if len(gaps) else gaps
    return round(60 / float(usual.mean()), 2) if len(usual) else None


def _kept(sure: Floats, strength: Floats) -> npt.NDArray[np.bool_]:
    """Return which beats are believed: stretches of at least six that are sure, and none faint beside the strong."""
    kept = sure >= SURE
    if len(kept) >= FEWEST and kept.any():
        around = np.median(np.lib.stride_tricks.sliding_window_view(np.pad(strength, 2, mode="edge"), 5), axis=1)
        kept &= around >= _FAINT * float(np.percentile(strength[kept], 80))
    for first, last in list(runs(kept)):
        if last - first < FEWEST:
            kept[first:last] = False
    return kept


def _exact(onsets: Floats, places: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Return the beats moved to the peaks of the onsets beside them, between frames by a parabola."""
    near = np.stack([np.clip(places + shift, 1, len(onsets) - 2) for shift in (-2, -1, 0, 1, 2)])
    peak = near[onsets[near].argmax(axis=0), np.arange(len(places))]
    left, middle, right = onsets[peak - 1], onsets[peak], onsets[peak + 1]
    bend = left - 2 * middle + right
    shift = np.where(bend < 0, 0.5 * (left - right) / np.where(bend < 0, bend, -1), 0)
    return np.asarray(peak + np.clip(shift, -0.5, 0.5), np.float64)


def downbeats(strength: Floats, bass: Floats) -> npt.NDArray[np.int64]:
    """Return which beats begin a bar; none where it is not clear. ``strength`` and ``bass``: of each beat, in dB.

    Looked for in stretches of 48 beats: where a beat was missed, or a bar is cut short, the count begins anew.
    """
    if len(strength) < 4 * max(_BARS):
        return np.zeros(0, np.int64)
    edges = [*range(0, max(1, len(strength) - _STRETCH // 2), _STRETCH), len(strength)]
    return np.concatenate([a + _bars(strength[a:b], bass[a:b]) for a, b in itertools.pairwise(edges)])


def _bars(strength: Floats, bass: Floats) -> npt.NDArray[np.int64]:
    """Return the beats that are louder, above all in the bass, than all others of their bars of four or three."""
    accent = _standard(strength) + 1.5 * _standard(bass)
    best, clear = np.zeros(0, np.int64), _CLEAR
    for bar in _BARS:
        level = np.array([np.median(accent[place::bar]) for place in range(bar)])
        order = np.argsort(level)
        bars = accent[: len(accent) // bar * bar].reshape(-1, bar)
        margin = float(level[order[-1]] - level[order[-2]])
        if margin > clear and float((bars.argmax(axis=1) == order[-1]).mean()) >= _BARS_TRUE:
            best, clear = np.arange(int(order[-1]), len(strength), bar), margin
    return best


def _standard(values: Floats) -> Floats:
    """Return the values less their mean, in units of their spread; one of under a fifth of the mean is none."""
    mean = float(values.mean())
    return np.asarray((values - mean) / max(float(values.std()), 0.2 * mean, 1e-6), np.float32)
