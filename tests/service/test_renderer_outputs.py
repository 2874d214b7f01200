"""Files of every kind from one render: codecs, sound alone, GIF, poster, sprites; hardware that is not there."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from services.renderer.domain.formats import ending, frames_in
from services.renderer.settings import RendererSettings
from services.renderer.tools.encoders import hardware
from shared.contracts.timeline import Output
from tests.service.renderer_footage import clip, lag, numbered, numbers, pictures, rendered, sound, timeline

RATE = "25/1"
SHOWN = [*range(5, 45), *range(60, 90)]


def wide(name: str, **more: object) -> Output:
    return Output.model_validate({"name": name, "width": 192, "height": 108, **more})


async def test_every_codec_shows_the_same_frames_from_one_decode(tmp_path: Path) -> None:
    footage = {"a": await numbered(tmp_path, 100, RATE)}
    made = timeline(footage, [clip(0, 0.2, 1.8), clip(1, 2.4, 3.6)])
    codecs = ["h264", "hevc", "vp9", "av1", "prores"]
    wanted = [wide(codec, codec=codec, quality="high") for codec in codecs]
    small = Output(name="small", width=108, height=192, fit="pad")
    films = await rendered(tmp_path / "out", made, footage, *wanted, small)
    assert [film.output.name for film in films] == [*codecs, "small"]
    for film in films[:-1]:
        assert film.check.passed, (film.output.name, film.check.findings)
        assert film.file.suffix == f".{ending(film.output)}"
        assert numbers(await pictures(film.file, (192, 108))) == SHOWN, film.output.name
        heard = (await sound(film.file))[: 40 * 1920, 0]
        original = footage["a"].noise[5 * 1920 : 45 * 1920]
        assert abs(lag(heard, original)) <= 48, film.output.name
    assert films[-1].check.passed
    decodes = len(list((tmp_path / "out").glob("*.ffconcat")))
    assert decodes == len(films)


@pytest.mark.parametrize(("codec", "name"), [("aac", "aac"), ("mp3", "mp3"), ("opus", "opus"), ("pcm", "pcm_s16le")])
async def test_sound_alone(tmp_path: Path, codec: str, name: str) -> None:
    footage = {"a": await numbered(tmp_path, 50, RATE)}
    made = timeline(footage, [clip(0, 0.4, 1.6)])
    (film,) = await rendered(tmp_path / "out", made, footage, wide("s", codec="none", audio_codec=codec))
    assert film.check.passed, film.check.findings
    with av.open(str(film.file)) as container:
        assert [s.type for s in container.streams] == ["audio"]
        assert container.streams.audio[0].codec_context.codec.canonical_name == name
    heard = (await sound(film.file))[:, 0]
    assert abs(lag(heard, footage["a"].noise[10 * 1920 : 40 * 1920])) <= (1 if codec in ("aac", "pcm") else 1200)
    assert not list((tmp_path / "out").glob("[0-9a-f]*.mp4")), "no picture is drawn for sound alone"


async def test_a_gif_a_poster_and_sprites(tmp_path: Path) -> None:
    footage = {"a": await numbered(tmp_path, 100, RATE)}
    made = timeline(footage, [clip(0, 0.2, 1.8), clip(1, 2.4, 3.6)])
    loop = wide("g", codec="gif")
    both = wide("w", poster=True, sprites=True, audio_codec="none")
    (gif, film) = await rendered(tmp_path / "out", made, footage, loop, both)
    assert gif.check.passed and film.check.passed, (gif.check, film.check)
    with Image.open(gif.file) as shown:
        assert (shown.format, shown.size, shown.n_frames) == ("GIF", (192, 108), 35)
        assert [frames_in(one, made.frames, RATE) for one in (loop, both)] == [shown.n_frames, 70]
        shown.seek(34)
        last = np.asarray(shown.convert("L"))[None]
    assert numbers(last) == [SHOWN[68]]
    assert film.poster is not None and film.sprites is not None
    with Image.open(film.poster) as poster:
        assert poster.size == (192, 108)
        assert numbers(np.asarray(poster.convert("L"))[None])[0] in SHOWN
    with Image.open(film.sprites.file) as sheet:
        grey = np.asarray(sheet.convert("L"))
        assert sheet.size == (3 * 160, 90) and film.sprites.count == 3
    bars = np.linspace(0, 159, 192).round().astype(int)
    tiles = np.stack([grey[:, 160 * i : 160 * (i + 1)][:, bars] for i in range(3)])
    assert numbers(tiles) == [SHOWN[0], SHOWN[25], SHOWN[50]]
    with av.open(str(film.file)) as container:
        assert not container.streams.audio


async def test_hardware_that_does_not_work_is_fallen_back_from(tmp_path: Path) -> None:
    settings = RendererSettings(preset="ultrafast", encoder="auto")
    families = await hardware(settings, frozenset({"h264", "prores"}))
    assert "prores" not in families
    footage = {"a": await numbered(tmp_path, 50, RATE)}
    made = timeline(footage, [clip(0, 0.2, 1.8)])
    (film,) = await rendered(tmp_path / "out", made, footage, settings=settings)
    assert film.check.passed and numbers(await pictures(film.file, (192, 108))) == list(range(5, 45))
    assert await hardware(RendererSettings(encoder="software"), frozenset({"h264"})) == {}
