"""Loudness by EBU R128: against known signals (EBU Tech 3341, 3342), and untouched by our mix to one channel."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import numpy as np
import pytest
import soundfile

from services.analyzer.tools import sound
from shared.contracts.hearing import Loudness
from shared.process import ffmpeg_path, run
from tests.service.analyzer_stage import facts_of, ffmpeg

RATE = 48_000


def tone(db: float, seconds: float, channels: int = 2, hertz: float = 1000.0) -> np.ndarray:
    """A sine of a peak of ``db`` dBFS in every channel."""
    wave = 10 ** (db / 20) * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)
    return np.repeat(wave[:, None], channels, axis=1)


def silence(seconds: float, channels: int = 2) -> np.ndarray:
    """Nothing at all."""
    return np.zeros((round(seconds * RATE), channels))


async def extracted(path: Path, seconds: float, index: int = 0) -> sound.Extracted:
    """What the analyzer says of a file; the samples that it keeps lie beside it, in ``sound.f32``."""
    facts = await facts_of(path, path.parent / "probe")
    target = path.parent / "sound.f32"
    return await sound.extract(path, facts, index, seconds=seconds, target=target, on_time=lambda _: None)


async def measured(samples: np.ndarray, folder: Path) -> Loudness | None:
    """What the analyzer says of samples."""
    path = folder / "sound.flac"
    await asyncio.to_thread(soundfile.write, path, samples, RATE, "PCM_24")
    return (await extracted(path, len(samples) / RATE)).loudness


def kept(folder: Path) -> np.ndarray:
    """The samples that were kept, mono at 16 kHz."""
    return np.fromfile(folder / "sound.f32", np.float32)


async def by_ffmpeg(path: Path) -> tuple[float, float, float]:
    """What ffmpeg's own filter says of a file, run by itself: LUFS, LU, dBFS."""
    done = await run(
        [ffmpeg_path(), "-nostdin", "-i", str(path), "-af", "ebur128=peak=true:framelog=quiet", "-f", "null", "-"]
    )
    tail = done.stderr_tail[done.stderr_tail.rfind("Summary:") :]
    found = [re.search(rf"{name}:\s+(-?[\d.]+)", tail) for name in ("I", "LRA", "Peak")]
    first, second, third = (float(match.group(1)) for match in found if match)
    return first, second, third


@pytest.mark.parametrize(
    ("samples", "integrated"),
    [
        (tone(-23, 8), -23.0),
        (tone(-33, 8), -33.0),
        (np.concatenate([tone(-36, 4), tone(-23, 30), tone(-36, 4)]), -23.0),
        (np.concatenate([silence(4), tone(-23, 30), silence(4)]), -23.0),
        (tone(-23, 8, channels=1), -26.0),
        (tone(-24, 8) * np.array([1.0, -1.0]), -24.0),
    ],
    ids=["tone", "quiet tone", "relative gate", "silence gated", "mono", "opposite phases"],
)
async def test_known_signals_have_their_known_loudness(samples: np.ndarray, integrated: float, tmp_path: Path) -> None:
    found = await measured(samples, tmp_path)
    assert found and found.integrated == pytest.approx(integrated, abs=0.1)


async def test_the_range_is_that_of_two_levels(tmp_path: Path) -> None:
    found = await measured(np.concatenate([tone(-20, 20), tone(-30, 20)]), tmp_path)
    assert found and found.range == pytest.approx(10, abs=1)


async def test_the_peak_is_that_between_the_samples(tmp_path: Path) -> None:
    """A sine of a quarter of the rate, sampled 45 degrees beside its peaks: 3 dB over the largest sample."""
    wave = 0.5 * np.sin(np.pi / 2 * np.arange(4 * RATE) + np.pi / 4)
    wave *= np.minimum(1, np.arange(len(wave)) / RATE) * np.minimum(1, np.arange(len(wave))[::-1] / RATE)
    found = await measured(np.stack([wave, wave], axis=1), tmp_path)
    assert found and float(np.abs(wave).max()) < 0.36 and found.true_peak == pytest.approx(-6.0, abs=0.3)


@pytest.mark.parametrize("channels", [1, 2, 6])
async def test_it_is_what_ffmpeg_alone_says(channels: int, tmp_path: Path) -> None:
    """Noise in bursts, another level in each channel."""
    dice = np.random.default_rng(5)
    bursts = np.repeat(dice.uniform(0.01, 0.3, 12), RATE)[:, None]
    samples = np.clip(dice.normal(0, 0.3, (12 * RATE, channels)) * bursts * np.linspace(1, 0.4, channels), -1, 1)
    found = await measured(samples, tmp_path)
    assert found
    alone = await by_ffmpeg(tmp_path / "sound.flac")
    assert (found.integrated, found.range, found.true_peak) == pytest.approx(alone, abs=0.1)


async def test_channels_that_cancel_each_other_out_are_heard_all_the_same(tmp_path: Path) -> None:
    """A microphone with a crossed cable: mixed to one channel nothing would be left, and all would count as silence."""
    path = tmp_path / "crossed.wav"
    await asyncio.to_thread(soundfile.write, path, tone(-20, 4) * np.array([1.0, -1.0]), RATE, "PCM_16")
    found = await extracted(path, 4)
    assert [note.code for note in found.notes] == ["channels_opposed"]
    assert found.loudness and found.loudness.integrated == pytest.approx(-20, abs=0.2)
    assert np.sqrt(np.mean(kept(tmp_path) ** 2)) == pytest.approx(0.1 / np.sqrt(2), rel=0.05)
    await asyncio.to_thread(soundfile.write, path, tone(-20, 4) * np.array([1.0, 0.0]), RATE, "PCM_16")
    assert not (await extracted(path, 4)).notes


async def test_samples_that_are_no_numbers_spoil_nothing(tmp_path: Path) -> None:
    samples = tone(-20, 4)
    samples[RATE : RATE + 100], samples[2 * RATE : 2 * RATE + 10] = np.nan, np.inf
    path = tmp_path / "float.wav"
    await asyncio.to_thread(soundfile.write, path, samples, RATE, "FLOAT")
    found = await extracted(path, 4)
    assert found.loudness and found.loudness.integrated == pytest.approx(-20, abs=0.5)
    assert np.isfinite(kept(tmp_path)).all() and len(kept(tmp_path)) == 64_000
    await asyncio.to_thread(soundfile.write, path, np.full((RATE, 1), np.nan), RATE, "FLOAT")
    assert (await extracted(path, 1)).loudness is None and not kept(tmp_path).any()


async def test_a_short_even_sound_has_no_range(tmp_path: Path) -> None:
    """With one single value the filter itself says 20 LU."""
    found = await measured(tone(-20, 3.03), tmp_path)
    assert found and found.range == 0


async def test_damaged_sound_is_told(tmp_path: Path) -> None:
    path = tmp_path / "sound.aac"
    await ffmpeg("-f", "lavfi", "-i", "sine=duration=4", "-c:a", "aac", path)
    assert not (await extracted(path, 4)).notes
    data = bytearray(path.read_bytes())
    middle = slice(len(data) // 2, len(data) * 6 // 10)
    data[middle] = bytes(byte if byte == 0xFF else byte * 7 + 13 & 0xFE for byte in data[middle])
    path.write_bytes(data)
    assert [note.code for note in (await extracted(path, 4)).notes] == ["sound_damaged"]


async def test_an_offset_is_no_sound(tmp_path: Path) -> None:
    path = tmp_path / "offset.wav"
    wave = np.concatenate([tone(-20, 2), silence(2)]) + 0.4
    await asyncio.to_thread(soundfile.write, path, wave, RATE, "PCM_16")
    await extracted(path, 4)
    loud, quiet = kept(tmp_path)[16_000:30_000], kept(tmp_path)[40_000:]
    assert np.sqrt(np.mean(loud**2)) == pytest.approx(0.1 / np.sqrt(2), rel=0.05)
    assert np.abs(quiet).max() < 1e-3
