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
from tests.service.analyzer_stage import facts_of

RATE = 48_000
_rng = np.random.default_rng(5)


def tone(db: float, seconds: float, channels: int = 2, hertz: float = 1000.0) -> np.ndarray:
    """A sine of a peak of ``db`` dBFS in every channel."""
    wave = 10 ** (db / 20) * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)
    return np.repeat(wave[:, None], channels, axis=1)


def silence(seconds: float, channels: int = 2) -> np.ndarray:
    """Nothing at all."""
    return np.zeros((round(seconds * RATE), channels))


async def measured(samples: np.ndarray, folder: Path) -> Loudness | None:
    """What the analyzer says of samples."""
    path = folder / "sound.flac"
    await asyncio.to_thread(soundfile.write, path, samples, RATE, "PCM_24")
    facts = await facts_of(path, folder / "probe")
    return await sound.extract(
        path, facts, 0, seconds=len(samples) / RATE, target=folder / "sound.f32", on_time=lambda _: None
    )


async def by_ffmpeg(path: Path) -> tuple[float, float, float]:
    """What ffmpeg's own filter says of a file, run by itself: LUFS, LU, dBFS."""
    done = await run(
        [ffmpeg_path(), "-nostdin", "-i", path, "-af", "ebur128=peak=true:framelog=quiet", "-f", "null", "-"]
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
    bursts = np.repeat(_rng.uniform(0.01, 0.3, 12), RATE)[:, None]
    samples = np.clip(_rng.normal(0, 0.3, (12 * RATE, channels)) * bursts * np.linspace(1, 0.4, channels), -1, 1)
    found = await measured(samples, tmp_path)
    assert found
    alone = await by_ffmpeg(tmp_path / "sound.flac")
    assert (found.integrated, found.range, found.true_peak) == pytest.approx(alone, abs=0.1)
