"""What is heard: joins without clicks and in time, silence, loudness, sounds laid over."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from services.renderer.domain.synth import built_in
from services.renderer.settings import RendererSettings
from services.renderer.tools.ffmpeg import Bench
from services.renderer.tools.loudness import level
from shared.contracts.timeline import Output, RenderOptions, Timeline
from shared.process import ffmpeg_path, run
from tests.service.renderer_footage import (
    Floats,
    Footage,
    clip,
    film,
    lag,
    numbered,
    pictures,
    rendered,
    sound,
    timeline,
)

SIZE = (64, 36)


def tone(seconds: float, frequency: float = 440.0, loud: float = 0.5) -> Floats:
    """A sine, mono at 48 kHz."""
    return (loud * np.sin(2 * np.pi * frequency * np.arange(round(seconds * 48000)) / 48000)).astype(np.float32)


async def grey_film(folder: Path, samples: Floats, name: str = "grey") -> Footage:
    """A film of slowly brightening grey with this sound."""
    frames = round(len(samples) / 48000 * 25)
    shades = b"".join(bytes([60 + i % 100]) * (SIZE[0] * SIZE[1]) for i in range(frames))
    return await film(folder, shades, samples, "25/1", SIZE, name)


async def flash_and_beep(folder: Path, rate: str, every: int, count: int) -> Footage:
    """Black, with a white frame and a 5 ms beep that begin together, ``count`` times, every ``every`` frames."""
    frame = 1 / Fraction(rate)
    flashes = {every // 2 + i * every for i in range(count)}
    shades = b"".join(bytes([235 if i in flashes else 16]) * (SIZE[0] * SIZE[1]) for i in range(every * count))
    samples = np.zeros(round(every * count * frame * 48000), np.float32)
    for flash in flashes:
        at = round(flash * frame * 48000)
        samples[at : at + 240] = 0.8 * np.sin(2 * np.pi * 1000 * np.arange(240) / 48000)
    return await film(folder, shades, samples, rate, SIZE, "flash")


@pytest.mark.parametrize("rate", ["25/1", "30000/1001"])
async def test_flash_and_beep_stay_together_at_every_join(tmp_path: Path, rate: str) -> None:
    footage = {"a": await flash_and_beep(tmp_path, rate, 20, 15)}
    frame = 1 / Fraction(rate)
    order = [int(n) for n in np.random.default_rng(5).permutation(15)]
    clips = [clip(i, (n * 20 + 3) * frame, (n * 20 + 16) * frame) for i, n in enumerate(order)]
    made = timeline(footage, clips, rate)
    (done,) = await rendered(tmp_path / "out", made, footage, Output(name="out", width=64, height=36))
    assert done.check.passed, done.check.findings
    assert [file.name for file in done.file.parent.glob("sound*.f32")] == ["sound.f32"], "read as one file"
    shown = (await pictures(done.file, SIZE)).mean(axis=(1, 2))
    flashes = [float(i * frame) for i in np.flatnonzero(shown > 125)]
    heard = (await sound(done.file))[:, 0]
    beep = np.sin(2 * np.pi * 1000 * np.arange(240) / 48000).astype(np.float32)
    assert len(flashes) == 15
    offsets = []
    for flash in flashes:
        begin = round(flash * 48000) - 2400
        offsets.append((lag(heard[begin : begin + 4800], beep) - 2400) / 48000)
    assert max(map(abs, offsets)) < 0.001, offsets


async def test_a_cut_does_not_click_and_a_cut_that_is_none_is_not_heard(tmp_path: Path) -> None:
    footage = {"a": await grey_film(tmp_path, tone(4, 200.0))}
    clips = [clip(0, 0, 1.0), clip(1, 1.0, 2.0), clip(2, 2.5, 3.4)]
    made = timeline(footage, clips)
    (done,) = await rendered(tmp_path / "out", made, footage, Output(name="out", width=64, height=36))
    heard = (await sound(done.file))[:, 0]
    step = np.abs(np.diff(heard))
    assert step.max() < 1.3 * 0.5 * 2 * np.pi * 200 / 48000, "no jump is steeper than the tone itself"
    around = [float(np.sqrt(np.mean(heard[at - 48 : at + 48] ** 2))) for at in (24000, 48000, 96000)]
    assert around[1] > 0.5 * around[0] or abs(heard[48000 - 240 : 48000 + 240]).max() > 0.45
    assert around[2] < 0.2, "the joint between different moments is faded"


async def test_a_silent_source_gives_silence_among_others(tmp_path: Path) -> None:
    mute = await numbered(tmp_path, 50, "25/1", sound=False, name="mute", size=SIZE)
    footage = {"a": mute, "b": await grey_film(tmp_path, tone(2))}
    made = timeline(footage, [clip(0, 0, 1), clip(1, 0, 1, "b"), clip(2, 1, 2)])
    wanted = RenderOptions(captions=False, loudness=-14.0)
    (done,) = await rendered(tmp_path / "out", made, footage, Output(name="out", width=64, height=36), options=wanted)
    assert done.check.passed
    heard = await sound(done.file)
    assert len(heard) == 3 * 48000
    assert np.abs(heard[: 48000 - 1500]).max() < 1e-3 and np.abs(heard[2 * 48000 + 1500 :]).max() < 1e-3
    assert np.abs(heard[60000:80000]).max() > 0.1


async def test_a_film_without_sound_gets_silent_aac_and_is_left_silent(tmp_path: Path) -> None:
    footage = {"a": await numbered(tmp_path, 50, "25/1", sound=False, size=SIZE)}
    wanted = RenderOptions(captions=False, loudness=-14.0)
    made = timeline(footage, [clip(0, 0, 2)])
    (done,) = await rendered(tmp_path / "out", made, footage, Output(name="out", width=64, height=36), options=wanted)
    assert done.check.passed and done.loudness is None
    heard = await sound(done.file)
    assert len(heard) == 2 * 48000 and np.abs(heard).max() == 0.0


@pytest.mark.parametrize("loud", [0.02, 0.9])
async def test_loudness_meets_its_target_and_the_peak_its_ceiling(tmp_path: Path, loud: float) -> None:
    bursts = tone(6, 300.0, loud) * np.repeat(np.tile([1.0, 0.1, 0.4], 10), 9600).astype(np.float32)
    spikes = bursts.copy()
    spikes[::12000] = min(0.95, 8 * loud)
    footage = {"a": await grey_film(tmp_path, spikes)}
    wanted = RenderOptions(captions=False, loudness=-14.0)
    made = timeline(footage, [clip(0, 0, 6)])
    (done,) = await rendered(tmp_path / "out", made, footage, Output(name="out", width=64, height=36), options=wanted)
    assert done.loudness is not None and abs(done.loudness + 14.0) < 1.0
    codes = {finding.code for finding in done.check.findings}
    assert not codes & {"loudness_off", "true_peak_over"}, done.check.findings


async def test_sounds_lie_on_their_frame(tmp_path: Path) -> None:
    footage = {
        "a": await numbered(tmp_path, 75, "25/1", sound=False, size=SIZE),
        "b": await grey_film(tmp_path, tone(2)),
    }
    sounds = [
        {"id": "s1", "name": "click", "at": 20},
        {"id": "s2", "name": "ding", "at": 30, "gain_db": -6.0},
        {"id": "s3", "name": "hum", "at": 70, "source": "b", "seconds": 1.0},
    ]
    made = timeline(footage, [clip(0, 0, 3)], sounds=sounds)
    (done,) = await rendered(tmp_path / "out", made, footage, Output(name="out", width=64, height=36))
    heard = (await sound(done.file))[:, 0]
    assert len(heard) == 3 * 48000
    click = built_in("click", 48000).astype(np.float32)
    ding = built_in("ding", 48000).astype(np.float32)
    assert abs(lag(heard[: 30 * 1920], click) - 20 * 1920) <= 1
    assert abs(lag(heard[30 * 1920 : 65 * 1920], ding)) <= 1
    assert np.abs(heard[30 * 1920 : 50 * 1920]).max() == pytest.approx(0.35, rel=0.15)
    assert np.abs(heard[: 20 * 1920 - 1500]).max() < 1e-3 and np.abs(heard[71 * 1920 :]).max() > 0.3


async def test_other_sample_rates_and_holes_keep_their_place(tmp_path: Path) -> None:
    footage = {"a": await numbered(tmp_path, 100, "25/1", size=SIZE)}
    made = timeline(footage, [clip(0, 1, 2), clip(1, 3, 3.6)], sample_rate=44100)
    (done,) = await rendered(tmp_path / "out", made, footage, Output(name="out", width=64, height=36))
    assert done.check.passed, done.check.findings
    heard = (await sound(done.file))[:, 0]
    assert abs(lag(heard[:48000], footage["a"].noise[48000:96000])) <= 1


async def test_small_holes_in_the_sound_do_not_move_what_is_behind_them(tmp_path: Path) -> None:
    """Three packets are lost: the sound of one clip is in its place before and behind."""
    whole = await numbered(tmp_path, 100, "25/1", size=SIZE)
    path = tmp_path / "holed.mkv"
    lost = ["-c", "copy", "-bsf:a", "noise=drop='between(n,60,62)'", str(path)]
    await run([ffmpeg_path(), "-loglevel", "error", "-y", "-i", str(whole.path), *lost])
    footage = {"a": replace(whole, path=path)}
    made = timeline(footage, [clip(0, 0.4, 3.6)])
    (done,) = await rendered(tmp_path / "out", made, footage, Output(name="out", width=64, height=36))
    heard = (await sound(done.file))[:, 0]
    for begin, end in ((0, 40000), (60000, 150000)):
        assert abs(lag(heard[begin:end], whole.noise[19200 + begin : 19200 + end])) <= 48


async def test_the_limiter_is_left_out_where_the_peak_allows_the_gain(tmp_path: Path) -> None:
    (tmp_path / "bed.f32").write_bytes(np.repeat(tone(3, loud=0.05), 2).tobytes())
    bench, plain = Bench(tmp_path, RendererSettings()), Timeline(rate="25/1", sources={}, video=())
    chain = await level(bench, "bed.f32", plain, -20.0)
    assert not chain.limited and chain.gain == pytest.approx(6.0, abs=1.0)
    loud = await level(bench, "bed.f32", plain, 0.0)
    assert loud.limited and loud.gain > 20


async def test_what_the_encoder_adds_to_peaks_is_taken_off_again(tmp_path: Path) -> None:
    """Drums of noise over a tone: AAC gives them back with peaks over those that the limiter left."""
    dice, beat = np.random.default_rng(4), np.arange(12000) / 48000
    drum = dice.uniform(-1, 1, (24, 12000)) * np.exp(-beat / 0.02)
    drums = (0.9 * drum.ravel() + 0.1 * tone(6)[: 24 * 12000]).astype(np.float32)
    footage = {"a": await grey_film(tmp_path, drums)}
    made = timeline(footage, [clip(0, 0, 6)])
    wanted = RenderOptions(captions=False, loudness=-9.0)
    (done,) = await rendered(tmp_path / "out", made, footage, Output(name="out", width=64, height=36), options=wanted)
    assert not [finding for finding in done.check.findings if finding.code == "true_peak_over"]
