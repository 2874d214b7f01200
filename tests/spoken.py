"""Speech with known times: the local voice's sentences and pauses; clean, quiet, with hum, in a noisy room.

All samples are mono floats at 16 kHz.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soxr
from scipy.signal import lfilter

from deploy.sample.voice import words_of
from shared import process
from shared.contracts.speech import Word

RATE = 16_000
CONDITIONS = ("clean", "24 dB too quiet", "hum", "room noise 12 dB below")
SHORTEST_PAUSE_S = 0.3
"""A gap between words that is shorter is no pause but how people speak."""
_PINK = ([0.049922035, -0.095993537, 0.050612699, -0.004408786], [1, -2.494956002, 2.017265875, -0.522189400])
Samples = npt.NDArray[np.float32]
Pair = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Take:
    """A recording, its words, and where somebody speaks, in seconds."""

    samples: Samples
    words: tuple[Word, ...]
    speech: tuple[Pair, ...]

    @property
    def seconds(self) -> float:
        return len(self.samples) / RATE

    @property
    def pauses(self) -> list[Pair]:
        edges = [0.0, *(edge for span in self.speech for edge in span), self.seconds]
        return [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a >= SHORTEST_PAUSE_S]


def _sounding(samples: Samples) -> tuple[Pair, ...]:
    """Return where the voice sounds: a synthetic one is wholly silent in its pauses, so this is exact to 2 ms."""
    size = RATE // 500
    loud = np.abs(samples[: len(samples) // size * size]).reshape(-1, size).max(axis=1) > 1e-3
    spans: list[list[float]] = []
    for at in np.flatnonzero(loud) / 500:
        if spans and at - spans[-1][1] < SHORTEST_PAUSE_S:
            spans[-1][1] = at + 0.002
        else:
            spans.append([at, at + 0.002])
    return tuple((round(float(a), 3), round(float(b), 3)) for a, b in spans)


async def record(sentences: Sequence[str], voice: str, folder: Path, *, pace: int = 165, seed: int = 1) -> Take:
    """Speak ``sentences`` with pauses of 0.4 to 2.5 seconds before, between and behind them."""
    pcm = folder / "spoken.pcm"
    speaker = Path(__file__).parent.parent / "deploy" / "sample" / "speak.py"
    done = await process.run(
        [sys.executable, str(speaker), str(pcm), str(pace), voice],
        limits=process.Limits(wall_s=120),
        stdin=json.dumps(list(sentences)).encode(),
    )
    told = json.loads(done.stdout)
    raw = soxr.resample(np.fromfile(pcm, "<i2").astype(np.float32) / 32768, told["rate"], RATE).astype(np.float32)
    rng = np.random.default_rng(seed)
    parts: list[Samples] = []
    words: list[Word] = []
    at = read = 0
    for text, line in zip(sentences, told["lines"], strict=True):
        at += _pause(parts, rng)
        count = round(line["samples"] * RATE / told["rate"])
        said = words_of(text, line["words"])
        kept = min(count, round((said[-1].end + 0.02) * RATE))
        words += [w.model_copy(update={"start": w.start + at / RATE, "end": w.end + at / RATE}) for w in said]
        parts.append(raw[read : read + kept])
        at, read = at + len(parts[-1]), read + count
    _pause(parts, rng)
    samples = np.concatenate(parts).astype(np.float32)
    return Take(samples, tuple(words), _sounding(samples))


def _pause(parts: list[Samples], rng: np.random.Generator) -> int:
    length = round(rng.uniform(0.4, 2.5) * RATE)
    parts.append(np.zeros(length, np.float32))
    return length


def heard(take: Take, condition: str, *, seed: int = 3) -> Take:
    """Return the take as it sounds under one of ``CONDITIONS``."""
    rng = np.random.default_rng(seed)
    loud = _speech_level(take)
    samples = take.samples * (0.1 / loud)
    samples = samples + rng.standard_normal(len(samples)) * 10 ** (-75 / 20)
    if condition == "24 dB too quiet":
        samples = samples * 10 ** (-24 / 20)
    if condition == "hum":
        t = np.arange(len(samples)) / RATE
        hum = sum(np.sin(2 * np.pi * 50 * k * t + k) / k for k in (1, 2, 3, 4, 5))
        samples = samples + hum / np.sqrt(np.mean(hum**2)) * 0.1 * 10 ** (-18 / 20)
    if condition == "room noise 12 dB below":
        pink = lfilter(*_PINK, rng.standard_normal(len(samples)))
        samples = samples + pink / np.sqrt(np.mean(pink**2)) * 0.1 * 10 ** (-12 / 20)
    return Take(np.clip(samples, -1, 1).astype(np.float32), take.words, take.speech)


def _speech_level(take: Take) -> float:
    inside = np.concatenate([take.samples[round(a * RATE) : round(b * RATE)] for a, b in take.speech])
    return float(np.sqrt(np.mean(inside**2)))


def overlap(first: Sequence[Pair], second: Sequence[Pair]) -> float:
    """Return the seconds that are in both."""
    return sum(max(0.0, min(b, d) - max(a, c)) for a, b in first for c, d in second)


def total(spans: Sequence[Pair]) -> float:
    """Return the seconds in all spans together."""
    return sum(b - a for a, b in spans)


def judged(take: Take, found: Sequence[Pair]) -> tuple[float, float]:
    """Return the share of speech that ``found`` pauses take away, and the share of pause time that they find."""
    return overlap(take.speech, found) / total(take.speech), overlap(take.pauses, found) / total(take.pauses)
