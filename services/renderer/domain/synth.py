"""The built-in sounds, made by calculation: the same samples on every machine. Pure."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]
LEAST_S = 0.05
"""Seconds that a sound is made at least; what is wanted shorter is cut where it is laid."""


def built_in(name: str, sample_rate: int, seconds: float | None = None) -> Samples:
    """Return a mono sound within ±0.7. ``seconds`` stretches those that have no length of their own (riser, whoosh).

    Raises KeyError when there is no such sound.
    """
    make, length = _SOUNDS[name]
    if seconds is not None and name in ("riser", "whoosh"):
        length = min(max(seconds, LEAST_S), 30.0)
    sound = make(np.arange(round(length * sample_rate)) / sample_rate, length)
    edge = max(1, sample_rate // 500)
    sound[:edge] *= np.linspace(0, 1, edge)
    sound[-edge:] *= np.linspace(1, 0, edge)
    return 0.7 * sound / float(np.max(np.abs(sound)))


def names() -> tuple[str, ...]:
    """Return the names of the built-in sounds."""
    return tuple(_SOUNDS)


def _noise(count: int) -> Samples:
    return np.random.default_rng(20261101).standard_normal(count)


def _swept(t: Samples, low: float, high: float, length: float) -> Samples:
    """Noise through a resonance that moves from ``low`` to ``high`` Hz: noise that rings a swept sine."""
    phase = 2 * np.pi * (low * t + (high - low) * t**2 / (2 * length))
    smooth = np.convolve(_noise(t.size + 63), np.hanning(64) / 32, mode="valid")
    return np.asarray(smooth * np.sin(phase) + 0.3 * smooth * np.cos(2 * phase))


def _whoosh(t: Samples, length: float) -> Samples:
    return np.asarray(_swept(t, 300, 2400, length) * np.sin(np.pi * t / length) ** 2)


def _pop(t: Samples, length: float) -> Samples:
    return np.asarray(np.sin(2 * np.pi * (900 * t - 2500 * t**2)) * np.exp(-t * 38))


def _click(t: Samples, length: float) -> Samples:
    return np.asarray((_noise(t.size) * 0.5 + np.sin(2 * np.pi * 2600 * t)) * np.exp(-t * 320))


def _riser(t: Samples, length: float) -> Samples:
    tone = np.sin(2 * np.pi * (110 * t + (880 - 110) * t**2 / (2 * length)))
    return np.asarray((0.5 * tone + 0.5 * _swept(t, 200, 3000, length)) * (t / length) ** 2)


def _ding(t: Samples, length: float) -> Samples:
    partials = ((1318.5, 1.0, 4.0), (2637.0, 0.5, 6.0), (3960.0, 0.25, 9.0), (5274.0, 0.12, 12.0))
    return np.asarray(sum(a * np.sin(2 * np.pi * f * t) * np.exp(-t * d) for f, a, d in partials))


_SOUNDS: dict[str, tuple[Callable[[Samples, float], Samples], float]] = {
    "whoosh": (_whoosh, 0.6),
    "pop": (_pop, 0.12),
    "click": (_click, 0.04),
    "riser": (_riser, 2.0),
    "ding": (_ding, 1.2),
}
