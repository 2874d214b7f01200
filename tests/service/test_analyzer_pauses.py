"""Pauses in real speech whose times are known, as the child process finds them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soxr

from deploy.sample.music import compose
from services.analyzer.tools.detector import RATE, WINDOW, Detector
from services.analyzer.tools.requests import LevelsAnswer
from services.analyzer.tools.sound import measure_levels
from tests import spoken

LINES = ("Good morning and welcome.", "Nobody waits for a bus that never comes!", "Yes.", "See you next week.")


@pytest.fixture(scope="module")
async def take(tmp_path_factory: pytest.TempPathFactory) -> spoken.Take:
    """Some fifteen seconds of a voice with pauses."""
    return await spoken.record(LINES, "en-us", tmp_path_factory.mktemp("voice"), seed=4)


async def _found(samples: np.ndarray, folder: Path) -> LevelsAnswer:
    path = folder / "sound.f32"
    path.write_bytes(samples.astype(np.float32).tobytes())
    return await measure_levels(path, len(samples) / spoken.RATE, folder)


def _music(count: int) -> np.ndarray:
    tune = soxr.resample(compose(count / spoken.RATE + 1, 3).samples.mean(axis=1), 48_000, spoken.RATE)[:count]
    return tune / np.sqrt(np.mean(tune**2)) * 0.1


@pytest.mark.parametrize("condition", spoken.CONDITIONS)
async def test_no_speech_is_lost_and_nearly_all_pause_time_found(
    take: spoken.Take, condition: str, tmp_path: Path
) -> None:
    heard = spoken.heard(take, condition)
    found = await _found(heard.samples, tmp_path)
    lost, right = spoken.judged(heard, [(span.start, span.end) for span in found.silences])
    assert lost <= 0.01 and right >= 0.95
    spoken_for = spoken.overlap(heard.speech, [(span.start, span.end) for span in found.speech])
    assert spoken_for >= 0.99 * spoken.total(heard.speech)


async def test_music_between_and_under_words_is_no_pause(take: spoken.Take, tmp_path: Path) -> None:
    heard = spoken.heard(take, "clean")
    found = await _found(heard.samples + _music(len(heard.samples)) * 0.25, tmp_path)
    assert found.silences == ()
    assert spoken.overlap(heard.speech, [(s.start, s.end) for s in found.speech]) >= 0.98 * spoken.total(heard.speech)
    alone = await _found(_music(6 * spoken.RATE), tmp_path)
    assert (alone.silences, alone.speech) == ((), ())


async def test_a_door_that_slams_in_a_pause_stays(take: spoken.Take, tmp_path: Path) -> None:
    heard = spoken.heard(take, "clean")
    start, end = max(heard.pauses, key=lambda pause: pause[1] - pause[0])
    middle = round((start + end) / 2 * spoken.RATE)
    slam = np.random.default_rng(1).standard_normal(4800) * np.exp(-np.arange(4800) / 1500) * 0.3
    samples = heard.samples.copy()
    samples[middle : middle + 4800] += slam.astype(np.float32)
    found = await _found(samples, tmp_path)
    at = middle / spoken.RATE
    assert all(span.end <= at or span.start >= at + 0.2 for span in found.silences)


async def test_a_room_that_grows_loud_half_way_costs_no_speech(take: spoken.Take, tmp_path: Path) -> None:
    heard, times = spoken.heard(take, "clean"), 8
    samples = np.tile(heard.samples, times)
    noise = np.random.default_rng(5).standard_normal(len(samples)) * 0.1
    noise *= np.where(np.arange(len(samples)) < len(samples) / 2, 10 ** (-40 / 20), 10 ** (-15 / 20))
    spans = tuple((a + k * heard.seconds, b + k * heard.seconds) for k in range(times) for a, b in heard.speech)
    two = spoken.Take((samples + noise).astype(np.float32), (), spans)
    found = await _found(two.samples, tmp_path)
    lost, right = spoken.judged(two, [(span.start, span.end) for span in found.silences])
    assert lost <= 0.01 and right >= 0.75


async def test_sound_that_ends_early_and_silence_have_no_speech(take: spoken.Take, tmp_path: Path) -> None:
    path = tmp_path / "sound.f32"
    path.write_bytes(spoken.heard(take, "clean").samples.tobytes())
    found = await measure_levels(path, take.seconds + 5, tmp_path)
    assert found.silences[-1].end == pytest.approx(take.seconds + 5, abs=1e-3)
    assert found.silences[-1].start < take.seconds
    nothing = await _found(np.zeros(2 * spoken.RATE), tmp_path)
    assert (nothing.speech, [(s.start, s.end) for s in nothing.silences]) == ((), [(0.0, 2.0)])


def test_the_detector_hears_the_same_in_blocks_of_any_size(take: spoken.Take) -> None:
    samples = take.samples[: 8 * RATE]
    whole = Detector().feed(samples, last=True)
    assert len(whole) == -(-len(samples) // WINDOW) and whole.max() > 0.9
    pieces = Detector()
    parted = [pieces.feed(samples[start : start + 7001]) for start in range(0, len(samples), 7001)]
    parted.append(pieces.feed(np.zeros(0, np.float32), last=True))
    assert np.allclose(np.concatenate(parted), whole, atol=1e-4)


async def test_hours_of_sound_are_told_of_while_they_are_listened_to(tmp_path: Path) -> None:
    path, told = tmp_path / "sound.f32", list[float]()
    np.random.default_rng(1).normal(0, 0.1, 40 * spoken.RATE).astype(np.float32).tofile(path)
    await measure_levels(path, 40.0, tmp_path, lambda done, _: told.append(done))
    assert told and told == sorted(told) and 0 < told[0] <= told[-1] <= 1
