"""Mono, stereo and 5.1: what is heard in each channel, and how loud the whole is (ITU-R BS.1770)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from services.renderer.domain.order import problems
from services.renderer.domain.sound import layout_of
from services.renderer.settings import RendererSettings
from services.renderer.tools.ffmpeg import Bench
from services.renderer.tools.join import Tags
from services.renderer.tools.parts import Order, sounds
from shared.contracts.media import AudioStream
from shared.contracts.timeline import AudioCodec, Output, RenderOptions, SoundLayout, Timeline
from shared.process import ffmpeg_path, run
from tests.service.renderer_footage import Footage, clip, numbered, rendered, timeline

TONES = (300, 500, 700, 60, 1100, 1300)
"""Hz, in the order of 5.1: left, right, centre, the deep one, left and right behind."""
LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1"}
PLAIN = RenderOptions(captions=False, loudness=None)


async def sounding(folder: Path, tones: tuple[float, ...], name: str = "a", level: float = 0.2) -> Footage:
    """Four seconds of film with one tone in each channel; 0 Hz is silence."""
    plain = await numbered(folder, 100, "25/1", sound=False, size=(64, 36), name=f"{name}_plain")
    waves = "|".join(f"{level}*sin(2*PI*{tone}*t)" for tone in tones)
    path = folder / f"{name}.mp4"
    sound = ["-f", "lavfi", "-i", f"aevalsrc=exprs={waves}:s=48000:d=4:c={LAYOUTS[len(tones)]}"]
    codecs = ["-c:v", "copy", "-c:a", "aac", "-b:a", "512k"]
    await run([ffmpeg_path(), "-loglevel", "error", "-y", "-i", str(plain.path), *sound, *codecs, str(path)])
    audio = AudioStream(index=1, codec="aac", sample_rate=48000, channels=len(tones), duration=4.0)
    media = plain.media.model_copy(update={"audio": audio, "size": path.stat().st_size})
    return Footage(path, media, plain.noise)


async def channels(path: Path, layout: SoundLayout) -> npt.NDArray[np.float64]:
    """Every channel as a player gets it, without anything mixed."""
    raw = ["-map", "0:a", "-f", "f32le", "pipe:1"]
    done = await run([ffmpeg_path(), "-loglevel", "error", "-i", str(path), *raw])
    count = next(n for n, name in LAYOUTS.items() if name == layout)
    return np.frombuffer(done.stdout, np.float32).reshape(-1, count).astype(np.float64)


def heard(samples: npt.NDArray[np.float64]) -> list[dict[int, float]]:
    """Amplitude of each tone in each channel, where there is any."""
    middle = samples[48000:144000]
    shown = 2 * np.abs(np.fft.rfft(middle * np.hanning(len(middle))[:, None] * 2, axis=0)) / len(middle)
    return [{tone: round(float(one[2 * tone]), 2) for tone in TONES if one[2 * tone] > 0.01} for one in shown.T]


async def made(folder: Path, layout: SoundLayout, *tones: float, codec: AudioCodec = "aac") -> list[dict[int, float]]:
    footage = {"a": await sounding(folder, tones)}
    line = timeline(footage, [clip(0, 0, 4)], layout=layout)
    output = Output(name="s", width=64, height=36, codec="none", audio_codec=codec)
    (film,) = await rendered(folder / "out", line, footage, output, options=PLAIN)
    assert film.check.passed, film.check.findings
    return heard(await channels(film.file, layout))


@pytest.mark.parametrize("codec", ["aac", "opus", "flac", "pcm"])
async def test_what_is_5_1_stays_so(tmp_path: Path, codec: AudioCodec) -> None:
    found = await made(tmp_path, "5.1", *TONES, codec=codec)
    assert [list(one) for one in found] == [[tone] for tone in TONES]
    assert all(abs(level - 0.2) < 0.03 for one in found for level in one.values())


async def test_stereo_lies_left_and_right_and_mono_in_the_middle(tmp_path: Path) -> None:
    pair = await made(tmp_path, "5.1", 300, 500)
    assert pair == [{300: 0.2}, {500: 0.2}, {}, {}, {}, {}], "nothing is invented for the others"
    (tmp_path / "one").mkdir()
    single = await made(tmp_path / "one", "5.1", 700)
    assert single == [{}, {}, {700: 0.2}, {}, {}, {}]


async def test_fewer_channels_hold_all_but_the_deep_one(tmp_path: Path) -> None:
    left, right = await made(tmp_path, "stereo", *TONES)
    assert left == {300: 0.2, 700: 0.14, 1100: 0.14} and right == {500: 0.2, 700: 0.14, 1300: 0.14}
    (tmp_path / "one").mkdir()
    (all_in_one,) = await made(tmp_path / "one", "mono", 300, 500)
    assert all_in_one == {300: 0.14, 500: 0.14}, "as loud as the two were together"


@pytest.mark.parametrize(("place", "weight"), [(0, 0.0), (2, 0.0), (4, 1.5)])
async def test_channels_count_as_bs_1770_weighs_them(tmp_path: Path, place: int, weight: float) -> None:
    """A sine of 1 kHz at full scale in one channel in front is -3.01 LUFS; behind it counts 1.5 dB more."""
    footage = {"a": await sounding(tmp_path, tuple(997.0 if n == place else 0.0 for n in range(6)))}
    line = timeline(footage, [clip(0, 0, 4)], layout="5.1")
    options = RenderOptions(captions=False, loudness=-20.0)
    (film,) = await rendered(tmp_path / "out", line, footage, Output(name="s", width=64, height=36), options=options)
    assert film.check.passed and film.loudness == pytest.approx(-20, abs=0.2)
    assert not [finding for finding in film.check.findings if finding.code == "loudness_off"]
    wave = (await channels(film.file, "5.1"))[48000:144000, place]
    peak = 20 * np.log10(np.sqrt(2 * (wave**2).mean()))
    assert peak == pytest.approx(-20 + 3.01 - weight, abs=0.25)


async def test_every_file_has_the_channels_that_it_asks_for(tmp_path: Path) -> None:
    """One order: a clip that runs backwards, and a sound laid over it that is only on the right."""
    footage = {
        "a": await sounding(tmp_path, (300, 500, 700, 60, 1100, 0), "a"),
        "b": await sounding(tmp_path, (0, 1300), "b"),
    }
    over = [{"id": "s", "name": "right", "source": "b", "at": 0}]
    line = timeline(footage, [clip(0, 0, 4, reverse=True)], layout="5.1", sounds=over)
    wanted: dict[Output, SoundLayout] = {
        Output(name="wide", width=64, height=36): "5.1",
        Output(name="pair", width=64, height=36, channels="stereo"): "stereo",
        Output(name="tall", width=36, height=64, channels="stereo"): "stereo",
        Output(name="one", width=64, height=36, codec="none", channels="mono"): "mono",
        Output(name="free", width=64, height=36, codec="none", channels="auto"): "5.1",
    }
    films = await rendered(tmp_path / "out", line, footage, *wanted, options=PLAIN)
    assert [film.check.passed for film in films] == [True] * 5, [film.check.findings for film in films]
    wide, pair, tall, one, free = [
        heard(await channels(film.file, layout)) for film, layout in zip(films, wanted.values(), strict=True)
    ]
    assert wide == free == [{300: 0.2}, {500: 0.2, 1300: 0.2}, {700: 0.2}, {60: 0.2}, {1100: 0.2}, {}]
    assert pair == tall == [{300: 0.2, 700: 0.14, 1100: 0.14}, {500: 0.2, 700: 0.14, 1300: 0.2}]
    assert [set(channel) for channel in one] == [{300, 500, 700, 1100, 1300}]
    assert len(set(sounds(Bench(tmp_path, RendererSettings()), order_of(line, footage, wanted)).values())) == 3


def order_of(line: Timeline, footage: dict[str, Footage], outputs: Iterable[Output]) -> Order:
    paths = {name: source.path for name, source in footage.items()}
    return Order(line, paths, tuple(outputs), PLAIN, Tags("", "", datetime(2026, 1, 2, tzinfo=UTC)))


async def test_the_layout_follows_the_clips_where_it_is_left_to_them(tmp_path: Path) -> None:
    wide = await sounding(tmp_path, TONES, "wide")
    pair = await sounding(tmp_path, (300, 500), "pair")
    single = await sounding(tmp_path, (300,), "single")
    mute = await numbered(tmp_path, 50, "25/1", sound=False, size=(64, 36), name="mute")

    def found(**footage: Footage) -> SoundLayout:
        return layout_of(timeline(footage, [clip(i, 0, 1, key) for i, key in enumerate(footage)]), "auto")

    assert found(a=wide) == "5.1" and found(a=wide, b=mute) == "5.1"
    assert found(a=wide, b=pair) == "stereo" and found(a=single, b=pair) == "stereo"
    assert found(a=single) == "mono" and found(a=mute) == "stereo"
    line = timeline({"a": wide}, [clip(0, 0, 1)])
    assert layout_of(line, None) == "stereo" and layout_of(line, "mono") == "mono"
    narrow = Output(name="n", width=64, height=36, codec="none", audio_codec="mp3")
    each = [problems(line, (narrow.model_copy(update={"channels": one}),), 9999) for one in ("5.1", "auto", "stereo")]
    assert [[problem.field for problem in wrong] for wrong in each] == [["outputs[0].audio_codec"]] * 2 + [[]]
