"""Energy and silence."""

import numpy as np
import pytest

from services.analyzer.domain.sound.levels import decibels, energy, frame_powers, ground, silences

RATE = 16_000
_rng = np.random.default_rng(11)


def _voice(seconds: float) -> np.ndarray:
    """A buzz with syllables: four a second, never quite silent between them."""
    t = np.arange(round(seconds * RATE)) / RATE
    return np.sign(np.sin(2 * np.pi * 130 * t)) * (0.35 + 0.65 * np.abs(np.sin(2 * np.pi * 2 * t))) * 0.3


def _speech(*parts: tuple[str, float]) -> np.ndarray:
    return np.concatenate([_voice(s) if kind == "voice" else np.zeros(round(s * RATE)) for kind, s in parts])


TALK = _speech(("voice", 2), ("pause", 0.6), ("voice", 1.5), ("pause", 1.2), ("voice", 2), ("pause", 0.5), ("voice", 1))
PAUSES = [(2.0, 2.6), (4.1, 5.3), (7.3, 7.8)]


def _found(samples: np.ndarray) -> list[tuple[float, float]]:
    levels = decibels(frame_powers(samples.astype(np.float32), RATE))
    return [(span.start, span.end) for span in silences(levels, len(samples) / RATE)]


@pytest.mark.parametrize("gain_db", [0, -24, -40])
@pytest.mark.parametrize("noise_db", [None, -40, -20, -12])
def test_pauses_are_found_for_any_voice_in_any_room(gain_db: float, noise_db: float | None) -> None:
    samples = TALK.copy()
    if noise_db is not None:
        samples = samples + _rng.standard_normal(len(samples)) * 0.2 * 10 ** (noise_db / 20)
    found = _found(samples * 10 ** (gain_db / 20))
    assert len(found) == len(PAUSES)
    for (start, end), (truth_start, truth_end) in zip(found, PAUSES, strict=True):
        assert truth_start - 0.02 <= start <= truth_start + 0.15
        assert truth_end - 0.15 <= end <= truth_end + 0.02


def test_steady_noise_and_tones_are_no_silence() -> None:
    t = np.arange(5 * RATE) / RATE
    assert _found(_rng.standard_normal(5 * RATE) * 0.05) == []
    assert _found(0.1 * np.sin(2 * np.pi * 50 * t)) == []


def test_the_dips_between_drum_strokes_are_no_silence() -> None:
    drums = np.zeros(8 * RATE)
    stroke = np.sin(2 * np.pi * 70 * np.arange(RATE // 2) / RATE) * np.exp(-np.arange(RATE // 2) / RATE * 9)
    for start in range(0, len(drums), RATE // 2):
        drums[start : start + len(stroke)] += stroke
    assert _found(drums) == []


def test_digital_silence_is_silence() -> None:
    assert _found(np.zeros(2 * RATE)) == [(0.0, 2.0)]


def test_sound_that_ends_before_the_film_leaves_silence() -> None:
    levels = decibels(frame_powers(_voice(2).astype(np.float32), RATE))
    spans = silences(levels, 5.0)
    assert [(round(s.start, 1), s.end) for s in spans] == [(2.0, 5.0)]
    assert [(s.start, s.end) for s in silences(np.zeros(0), 3.0)] == [(0.0, 3.0)]


def test_a_click_does_not_end_a_silence() -> None:
    samples = TALK.copy()
    click = round(4.7 * RATE)
    samples[click : click + 200] = 0.9
    assert len(_found(samples)) == len(PAUSES)


def test_energy_is_in_decibels_every_tenth_of_a_second() -> None:
    samples = np.concatenate([np.zeros(RATE // 2), np.full(RATE // 2, 0.1)]).astype(np.float32)
    curve = energy(frame_powers(samples, RATE))
    assert curve.step == 0.1
    assert curve.values == (-90.0,) * 5 + (-20.0,) * 5


def test_the_estimate_of_nothing_is_the_floor() -> None:
    assert ground(np.full(100, -90.0)).usual == -90.0
