"""Ways through a source: backwards, standing still, faster and faster; every frame is identified."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from services.renderer.domain.chunks import REVERSED_FRAMES
from tests.service.renderer_footage import RATE, clip, film, lag, numbered, numbers, pictures, rendered, sound, timeline


async def test_backwards_shows_every_frame_from_the_last_to_the_first(tmp_path: Path) -> None:
    footage = {"a": await numbered(tmp_path, 200, "25/1")}
    made = timeline(footage, [clip(0, 1, 7, reverse=True), clip(1, 0, 0.4)])
    (done,) = await rendered(tmp_path / "out", made, footage)
    assert numbers(await pictures(done.file, (192, 108))) == [*range(174, 24, -1), *range(10)]
    assert made.frames - 10 > 2 * REVERSED_FRAMES, "more than one chunk was turned round"
    heard = (await sound(done.file))[: 6 * RATE, 0]
    assert abs(lag(heard[::-1].copy(), footage["a"].noise[RATE : 7 * RATE])) <= 2


async def test_a_freeze_holds_one_frame_and_the_sound_is_silent(tmp_path: Path) -> None:
    footage = {"a": await numbered(tmp_path, 100, "25/1")}
    made = timeline(footage, [clip(0, 0, 2, warp=[{"source": "1/1", "hold": "1/1"}, {"source": "1/1"}])])
    (done,) = await rendered(tmp_path / "out", made, footage)
    shown = numbers(await pictures(done.file, (192, 108)))
    assert shown == [*range(25), *[25] * 25, *range(25, 50)]
    heard = (await sound(done.file))[:, 0]
    assert len(heard) == 3 * RATE
    assert np.abs(heard[RATE + 2400 : 2 * RATE - 2400]).max() < 1e-3 < np.abs(heard[:RATE]).std()


@pytest.mark.parametrize("begin", [0, 3])
async def test_a_freeze_to_the_end_fills_whole_chunks(tmp_path: Path, begin: int) -> None:
    """In the middle of the source, where more would follow, and at its very end, where nothing does."""
    footage = {"a": await numbered(tmp_path, 100, "25/1")}
    made = timeline(footage, [clip(0, begin, begin + 1, warp=[{"source": "1/1", "hold": "7/1"}]), clip(1, 1, 2)])
    (done,) = await rendered(tmp_path / "out", made, footage)
    shown, held = numbers(await pictures(done.file, (192, 108))), min(25 * (begin + 1), 99)
    assert shown == [*range(25 * begin, 25 * begin + 25), *[held] * 175, *range(25, 50)]


async def test_a_ramp_shows_what_its_curve_says(tmp_path: Path) -> None:
    footage = {"a": await numbered(tmp_path, 200, "25/1")}
    made = timeline(footage, [clip(0, 1, 7, warp=[{"source": "6/1", "begin": "1/1", "end": "3/1"}])])
    assert made.frames == 75
    (done,) = await rendered(tmp_path / "out", made, footage)
    shown = numbers(await pictures(done.file, (192, 108)))
    times = np.arange(75) / 25
    wanted = np.floor((1 + times + times**2 / 3) * 25 + 0.05 + 1e-6).astype(int)
    assert shown == wanted.tolist()


async def test_a_ramp_keeps_the_pitch(tmp_path: Path) -> None:
    tone = np.sin(2 * np.pi * 500 * np.arange(6 * RATE) / RATE).astype(np.float32) * 0.5
    grey = np.full((150, 108, 192), 90, np.uint8).tobytes()
    footage = {"a": await film(tmp_path, grey, tone, "25/1", (192, 108), "tone")}
    made = timeline(footage, [clip(0, 0, 6, warp=[{"source": "6/1", "begin": "1/2", "end": "5/2"}])])
    (done,) = await rendered(tmp_path / "out", made, footage)
    heard = (await sound(done.file))[:, 0]
    for begin in (RATE // 2, 2 * RATE, 3 * RATE):
        spectrum = np.abs(np.fft.rfft(heard[begin : begin + RATE] * np.hanning(RATE)))
        assert abs(int(np.argmax(spectrum)) - 500) <= 5
