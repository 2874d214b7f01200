"""Sound with a beat at known times, and sound without any: clicks, drums, drift, swing, speech, noise, silence."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]
RATE = 22_050


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Mono samples at 22,050 Hz and the times of their beats in seconds, empty where there is no beat."""

    name: str
    kind: str
    samples: Samples
    beats: tuple[float, ...]
    downbeats: tuple[float, ...] = ()


def steady(bpm: float, seconds: float, start: float = 0.31) -> list[float]:
    """Beats of one tempo."""
    return [start + n * 60 / bpm for n in range(int((seconds - start - 0.3) * bpm / 60) + 1)]


def drifting(first: float, last: float, seconds: float, start: float = 0.31) -> list[float]:
    """Beats whose tempo goes evenly from ``first`` to ``last``."""
    times, at = [], start
    while at < seconds - 0.3:
        times.append(at)
        at += 60 / (first + (last - first) * at / seconds)
    return times


def _put(into: Samples, sound: Samples, at: float, gain: float = 1.0) -> None:
    first = round(at * RATE)
    last = min(len(into), first + len(sound))
    if 0 <= first < last:
        into[first:last] += gain * sound[: last - first]


def _decay(seconds: float, rate: float) -> Samples:
    return np.exp(-rate * np.arange(round(seconds * RATE)) / RATE).astype(np.float32)


def click() -> Samples:
    """A metronome's tick."""
    envelope = _decay(0.04, 120)
    return (envelope * np.sin(2 * np.pi * 1000 * np.arange(len(envelope)) / RATE)).astype(np.float32)


def clicks(beats: Sequence[float], seconds: float) -> Samples:
    """A tick on every beat."""
    made = np.zeros(round(seconds * RATE), np.float32)
    for at in beats:
        _put(made, click(), at, 0.6)
    return made


def drums(beats: Sequence[float], seconds: float, seed: int, *, swing: float = 0.5, bar: int = 4) -> Samples:
    """Kick on the first and third, snare on the others, hats between (``swing``: where, 0..1), a bass note a bar."""
    rng = np.random.default_rng(seed)
    made = np.zeros(round(seconds * RATE), np.float32)
    envelope = _decay(0.25, 18)
    sweep = np.cumsum(50 + 90 * _decay(0.25, 30)) / RATE
    kick = (envelope * np.sin(2 * np.pi * sweep)).astype(np.float32)
    hiss = rng.normal(0, 1, round(0.18 * RATE)).astype(np.float32)
    snare = hiss * _decay(0.18, 26) * 0.5
    hat = np.diff(hiss, prepend=0)[: round(0.05 * RATE)].astype(np.float32) * _decay(0.05, 90) * 0.35
    notes = rng.choice([41.2, 49.0, 55.0, 61.7], 4)
    for number, at in enumerate(beats):
        place = number % bar
        _put(made, kick if place % 2 == 0 else snare, at, rng.uniform(0.75, 0.9) + (0.15 if place == 0 else 0))
        _put(made, hat, at)
        gap = (beats[number + 1] if number + 1 < len(beats) else 2 * at - beats[number - 1]) - at
        _put(made, hat, at + swing * gap, rng.uniform(0.6, 1))
        if place == 0:
            tone = np.sin(2 * np.pi * notes[number // bar % 4] * np.arange(round(bar * gap * RATE)) / RATE)
            _put(made, (tone * _decay(len(tone) / RATE, 2)[: len(tone)]).astype(np.float32), at, 0.5)
    return (0.35 * made).astype(np.float32)


def over(first: Samples, second: Samples, db: float) -> Samples:
    """``first`` with ``second`` on top, whose RMS is ``db`` above it."""
    size = len(first)
    looped = np.resize(second, size)
    gain = 10 ** (db / 20) * float(np.sqrt((first**2).mean()) / (np.sqrt((looped**2).mean()) + 1e-9))
    mixed = first + gain * looped
    return (mixed * min(1.0, 0.95 / float(np.abs(mixed).max()))).astype(np.float32)


def muted(samples: Samples, every_s: float = 4.3, lasts_s: float = 0.5) -> Samples:
    """``samples`` with half a second of nothing every few seconds."""
    made = samples.copy()
    for at in np.arange(every_s - 0.6, len(samples) / RATE, every_s):
        made[round(at * RATE) : round((at + lasts_s) * RATE)] = 0
    return made


def corpus(speech: Sequence[Samples], seconds: float, tempos: Sequence[float], seed: int = 1) -> list[Rhythm]:
    """All rhythms; ``speech``: mono samples at 22,050 Hz of people who talk."""
    rng = np.random.default_rng(seed)
    found: list[Rhythm] = []
    for number, bpm in enumerate(tempos):
        beats = steady(bpm, seconds, 0.2 + float(rng.uniform(0, 0.5)))
        found.append(Rhythm(f"clicks at {bpm:g}", "clicks", clicks(beats, seconds), tuple(beats)))
        beaten = drums(beats, seconds, seed + number)
        found.append(Rhythm(f"drums at {bpm:g}", "drums", beaten, tuple(beats), tuple(beats[::4])))
        if number % 2 == 0:
            swung = drums(beats, seconds, seed + number, swing=0.64)
            bars = tuple(beats[::4])
            found.append(Rhythm(f"swing at {bpm:g}", "swing", swung, tuple(beats), bars))
            talked = over(beaten, speech[number // 2 % len(speech)], 0)
            found.append(
                Rhythm(f"drums at {bpm:g}, speech over", "speech over", talked, tuple(beats), tuple(beats[::4]))
            )
    for first, last in ((90, 110), (130, 110), (100, 140)):
        beats = drifting(first, last, seconds)
        found.append(
            Rhythm(
                f"drums, {first} to {last}",
                "drift",
                drums(beats, seconds, seed + first),
                tuple(beats),
                tuple(beats[::4]),
            )
        )
        found.append(Rhythm(f"clicks, {first} to {last}", "drift", clicks(beats, seconds), tuple(beats)))
    for number, bpm in enumerate((60, 80, 100, 120, 140, 160, 180)):
        beats = steady(bpm, seconds)
        for what, made in (("clicks", clicks(beats, seconds)), ("drums", drums(beats, seconds, seed + bpm))):
            found.append(Rhythm(f"{what} at {bpm} with gaps", "half-second silences", muted(made), tuple(beats)))
        bar = (3, 5, 7)[number % 3]
        odd = drums(beats, seconds, seed + bpm, bar=bar)
        found.append(Rhythm(f"bars of {bar} at {bpm}", "bars of 3, 5, 7", odd, tuple(beats), tuple(beats[::bar])))
    for number, spoken in enumerate(speech):
        found.append(Rhythm(f"speech {number + 1}", "speech only", np.resize(spoken, round(seconds * RATE)), ()))
    size = round(seconds * RATE)
    hum = 0.1 * np.sin(2 * np.pi * 100 * np.arange(size) / RATE)
    found.append(Rhythm("silence", "no beat", np.zeros(size, np.float32), ()))
    found.append(Rhythm("hum", "no beat", hum.astype(np.float32), ()))
    found.append(Rhythm("noise", "no beat", rng.normal(0, 0.05, size).astype(np.float32), ()))
    return found


def f_measure(found: Sequence[float], truth: Sequence[float], window_s: float = 0.07) -> float:
    """F-measure of beats within ``window_s`` of the true ones, each used once; 1 where there are rightly none."""
    if not truth:
        return 1.0 if not len(found) else 0.0
    free = list(found)
    hits = 0
    for at in truth:
        near = [f for f in free if abs(f - at) <= window_s]
        if near:
            free.remove(min(near, key=lambda f: abs(f - at)))
            hits += 1
    return 2 * hits / (len(found) + len(truth))


def octave_f(found: Sequence[float], truth: Sequence[float]) -> float:
    """The best F-measure against the true beats, every other of them, or those with one put between each two."""
    if len(truth) < 2:
        return f_measure(found, truth)
    double = sorted([*truth, *((a + b) / 2 for a, b in itertools.pairwise(truth))])
    return max(f_measure(found, each) for each in (truth, truth[::2], truth[1::2], double))
