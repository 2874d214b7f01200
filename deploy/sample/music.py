"""A piece of music with a clear beat, made of sums of sines and noise: four chords, bass, drums and a plucked tune."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from deploy.sample.voice import RATE, Samples

TEMPO = 116.0
_CHORDS = ((57, 60, 64, 69), (53, 57, 60, 65), (48, 55, 60, 64), (55, 59, 62, 67))
"""Am, F, C, G as MIDI notes: one bar each."""

_Wave = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Music:
    """Stereo samples, shape (n, 2), at 48 kHz; beat times in seconds; beats a minute."""

    samples: Samples
    beats: tuple[float, ...]
    tempo: float


def compose(seconds: float, seed: int) -> Music:
    """Return ``seconds`` of music; ``seed`` decides the tune and the noise of the drums."""
    rng = np.random.default_rng([seed, 1])
    length = round(seconds * RATE)
    beat = 60 / TEMPO
    mix = np.zeros((length, 2))
    times = [index * beat for index in range(int(seconds / beat) + 1) if index * beat < seconds]
    hits = _drums(rng)
    for index, at in enumerate(times):
        chord = _CHORDS[index // 4 % 4]
        _add(mix, hits["kick"], at, 0.9)
        if index % 2:
            _add(mix, hits["snare"], at, 0.4)
        _add(mix, hits["hat"], at + beat / 2, 0.16, pan=0.3)
        _add(mix, _bass(chord[0] - 24, beat * 0.9), at, 0.34)
        if index % 4 == 0:
            _add_pad(mix, chord, at, beat * 4)
        for half in (0, 1):
            note = int(rng.choice(chord[1:])) + 12
            _add(mix, _pluck(note), at + half * beat / 2, 0.12, pan=-0.35 if half else 0.2)
    return Music((mix * 0.7).astype(np.float32), tuple(round(at, 6) for at in times), TEMPO)


def _drums(rng: np.random.Generator) -> dict[str, _Wave]:
    t = np.arange(round(0.25 * RATE)) / RATE
    noise = rng.standard_normal(len(t))
    bright = np.diff(noise, prepend=0.0)
    sweep = 2 * np.pi * (48 * t + 9 * (1 - np.exp(-t * 30)))
    return {
        "kick": np.sin(sweep) * np.exp(-t * 13) + 0.25 * bright * np.exp(-t * 400),
        "snare": (0.5 * noise + 0.4 * np.sin(2 * np.pi * 190 * t)) * np.exp(-t * 22),
        "hat": bright * np.exp(-t * 60),
    }


def _frequency(note: float) -> float:
    return float(440.0 * 2 ** ((note - 69) / 12))


def _bass(note: int, seconds: float) -> _Wave:
    t = np.arange(round(seconds * RATE)) / RATE
    phase = 2 * np.pi * _frequency(note) * t
    return (
        (np.sin(phase) + 0.35 * np.sin(2 * phase) + 0.12 * np.sin(3 * phase)) * np.exp(-t * 3) * np.minimum(1, t * 200)
    )


def _pluck(note: int) -> _Wave:
    t = np.arange(round(0.5 * RATE)) / RATE
    phase = 2 * np.pi * _frequency(note) * t
    tone = sum(np.sin(k * phase) * np.exp(-t * (5 + 4 * k)) / k for k in (1, 2, 3, 4))
    return np.asarray(tone) * np.minimum(1, t * 400)


def _add_pad(mix: _Wave, chord: tuple[int, ...], at: float, seconds: float) -> None:
    """A soft held chord, detuned a little between left and right so that it sounds wide."""
    t = np.arange(round((seconds + 0.15) * RATE)) / RATE
    fade = np.minimum(1, np.minimum(t / 0.25, (seconds + 0.15 - t) / 0.3))
    for side, detune in ((0, -0.04), (1, 0.04)):
        tone = np.zeros(len(t))
        for note in chord:
            phase = 2 * np.pi * _frequency(note + detune) * t
            tone += np.sin(phase) + 0.3 * np.sin(2 * phase)
        _add(mix[:, side : side + 1], tone * fade, at, 0.05)


def _add(mix: _Wave, wave: _Wave, at: float, gain: float, *, pan: float = 0.0) -> None:
    start = round(at * RATE)
    piece = wave[: max(0, len(mix) - start)] * gain
    sides = np.array([1 - max(0.0, pan), 1 + min(0.0, pan)])[: mix.shape[1]]
    mix[start : start + len(piece)] += piece[:, None] * sides
