"""Beats of sound with known ones, and none where there are none."""

from __future__ import annotations

import numpy as np
import pytest
import soxr

from services.analyzer.domain.beats.finding import downbeats, find_beats, joined, tempo_of
from services.analyzer.domain.beats.onsets import FRAME_S, Floats, Onsets, mel_filters
from services.analyzer.domain.beats.sureness import confidence
from shared.contracts.hearing import Beats
from tests.bench.rhythms import RATE, clicks, drifting, drums, f_measure, muted, steady

OURS = 16_000
_rng = np.random.default_rng(3)


def heard(samples: Floats, *, block: int = 50_000) -> Beats:
    """Beats of samples at 22,050 Hz, fed in blocks."""
    mono = soxr.resample(samples, RATE, OURS).astype(np.float32)
    onsets = Onsets(OURS)
    for start in range(0, len(mono), block):
        onsets.feed(mono[start : start + block])
    return find_beats(*onsets.finish())


@pytest.mark.parametrize("bpm", [60, 90, 128, 180])
def test_clicks_are_found_where_they_are(bpm: int) -> None:
    truth = steady(bpm, 15)
    found = heard(clicks(truth, 15))
    assert f_measure(found.times, truth, 0.02) > 0.95
    assert found.tempo == pytest.approx(bpm, rel=0.005) and found.confidence > 0.9
    assert found.downbeats == (), "every click is the same"


@pytest.mark.parametrize("bpm", [60, 120, 160])
def test_half_a_second_of_nothing_now_and_then_changes_no_tempo(bpm: int) -> None:
    truth = steady(bpm, 20)
    found = heard(muted(clicks(truth, 20)))
    assert found.tempo == pytest.approx(bpm, rel=0.01) and f_measure(found.times, truth) > 0.85


@pytest.mark.parametrize("bar", [5, 7])
def test_an_odd_metre_has_beats_and_no_bars_that_are_not_there(bar: int) -> None:
    truth = steady(104, 20)
    found = heard(drums(truth, 20, 5, bar=bar))
    assert f_measure(found.times, truth) > 0.97
    assert set(found.downbeats) <= {at for at in found.times if any(abs(at - b) < 0.05 for b in truth[::bar])}


def test_drums_have_beats_and_downbeats() -> None:
    truth = steady(100, 15)
    found = heard(drums(truth, 15, 5))
    assert f_measure(found.times, truth, 0.02) > 0.97
    assert f_measure(found.downbeats, truth[::4], 0.02) > 0.9
    assert set(found.downbeats) <= set(found.times)


def _dry(beats: list[float], bar: int) -> Floats:
    """A kick on the first beat of each bar, snares on the others, hats between, and nothing at all in the pauses."""
    rng, t = np.random.default_rng(5), np.arange(round(0.35 * RATE)) / RATE
    made = np.zeros(round((beats[-1] + 1) * RATE))
    kick = np.sin(2 * np.pi * (50 * t + 10 * (1 - np.exp(-30 * t)))) * np.exp(-18 * t)
    for number, at in enumerate(beats):
        snare = (0.4 * rng.standard_normal(len(t)) + 0.4 * np.sin(2 * np.pi * 190 * t)) * np.exp(-28 * t)
        hat = 0.2 * rng.standard_normal(len(t)) * np.exp(-90 * t)
        first = round(at * RATE)
        made[first : first + len(t)] += (kick if number % bar == 0 else 0.6 * snare) + hat
    return (0.5 * made).astype(np.float32)


@pytest.mark.parametrize(("bpm", "bar"), [(150, 3), (120, 4), (92, 4)])
def test_dry_drums_have_their_bars(bpm: int, bar: int) -> None:
    truth = steady(bpm, 20)
    found = heard(_dry(truth, bar))
    assert f_measure(found.times, truth, 0.03) > 0.97
    assert f_measure(found.downbeats, truth[::bar], 0.03) > 0.9


def test_bars_are_counted_anew_where_one_is_cut_short() -> None:
    strength = np.full(200, 5.0, np.float32)
    accents = [*range(0, 96, 4), *range(98, 200, 4)]
    strength[accents] = 9.0
    found = downbeats(strength, strength).tolist()
    assert set(found) <= {*accents} and len(found) > 0.9 * len(accents)
    assert downbeats(np.full(60, 5.0, np.float32), np.full(60, 5.0, np.float32)).tolist() == []


def test_a_tempo_may_change() -> None:
    truth = drifting(100, 140, 20)
    found = heard(drums(truth, 20, 4))
    assert f_measure(found.times, truth) > 0.95 and found.confidence > 0.7


@pytest.mark.parametrize("kind", ["silence", "noise", "hum", "irregular"])
def test_what_has_no_beat_gets_none(kind: str) -> None:
    size = 15 * RATE
    sounds = {
        "silence": np.zeros(size, np.float32),
        "noise": _rng.normal(0, 0.1, size).astype(np.float32),
        "hum": np.sin(np.arange(size) * 2 * np.pi * 100 / RATE).astype(np.float32),
        "irregular": clicks(list(np.cumsum(_rng.uniform(0.15, 1.2, 20))), 15),
    }
    found = heard(sounds[kind])
    assert found.times == () and found.tempo is None and found.confidence < 0.35


def test_blocks_of_any_length_give_the_same() -> None:
    sound = drums(steady(120, 8), 8, 1)
    assert heard(sound, block=1234) == heard(sound, block=10**6)


def test_beats_between_speech_are_those_of_the_music_alone() -> None:
    """Ten seconds of music in the middle of noise."""
    beats = steady(120, 10)
    sound = np.concatenate([_rng.normal(0, 0.05, 10 * RATE).astype(np.float32), drums(beats, 10, 2)])
    found = heard(np.concatenate([sound, _rng.normal(0, 0.05, 10 * RATE).astype(np.float32)]))
    assert f_measure(found.times, [10 + at for at in beats]) > 0.85


def test_irregular_onsets_are_not_believed_however_regular_the_tracker_is() -> None:
    places = np.cumsum(_rng.integers(15, 47, 40))
    onsets = np.abs(_rng.normal(0, 0.1, 2000)).astype(np.float32)
    onsets[places] += 5
    assert confidence(onsets, np.arange(20, 20 + 31 * 40, 31)) < 0.3


@pytest.mark.parametrize("places", [[], [1, 2, 3], [5, 5, 5, 5, 5, 5, 5]])
def test_too_little_is_nothing(places: list[int]) -> None:
    assert confidence(np.ones(100, np.float32), np.asarray(places, np.int64)) == 0.0


def test_the_tempo_is_sixty_by_the_mean_interval_and_a_gap_is_no_interval() -> None:
    assert tempo_of(np.array([0.0, 0.5, 1.0, 9.0, 9.5, 10.0])) == pytest.approx(120)
    assert tempo_of(np.array([1.0])) is None


def test_sections_are_joined_without_a_beat_twice() -> None:
    first, second = Beats(times=(1.0, 1.5, 2.0), confidence=0.9), Beats(times=(2.05, 2.5, 3.0), confidence=0.8)
    assert joined([first, Beats(confidence=0.1), second]).times == (1.0, 1.5, 2.0, 2.5, 3.0)
    assert joined([Beats(confidence=0.1)]) == Beats(confidence=0.1)
    assert joined([]) == Beats()


def test_every_band_hears_something() -> None:
    filters, centres = mel_filters(OURS, 1024)
    assert (filters.sum(axis=1) > 0).all() and (np.diff(centres) > 0).all()
    assert pytest.approx(0.01) == FRAME_S
