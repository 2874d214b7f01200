"""Music and effects over speech: ducking, loops, fades, layouts, and how quiet the joins are."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from shared.contracts.speech import Caption, Word
from shared.contracts.timeline import RenderOptions, SoundLayout
from tests.service.renderer_footage import Floats, Footage, clip, pictures, rendered, sound, timeline
from tests.service.test_renderer_sound import SIZE, grey_film, tone

RATE = 48000


def level(heard: Floats, frequency: float, begin: float, end: float) -> float:
    """How loud a frequency is in a span of seconds, in dB."""
    part = heard[round(begin * RATE) : round(end * RATE)].astype(np.float64)
    wave = np.exp(-2j * np.pi * frequency * np.arange(len(part)) / RATE)
    return float(20 * np.log10(2 * np.abs((part * wave).mean()) + 1e-9))


async def speech_and_music(folder: Path) -> dict[str, Footage]:
    """Eight seconds with a "voice" of 300 Hz from 2 to 3 and from 3.4 to 5, and three seconds of music, 1000 Hz."""
    voice = tone(8, 300, 0.3)
    seconds = np.arange(len(voice)) / RATE
    voice[~(((seconds >= 2) & (seconds < 3)) | ((seconds >= 3.4) & (seconds < 5)))] = 0
    return {"a": await grey_film(folder, voice, "voice"), "m": await grey_film(folder, tone(3, 1000, 0.2), "music")}


WORDS = (Word(text="one", start=2, end=3), Word(text="two", start=3.4, end=5))
MUSIC = {"id": "m", "name": "bed", "at": 0, "source": "m", "track": "music", "loop": True, "duck_db": 12}


@pytest.mark.parametrize("known", [True, False])
async def test_music_gives_way_to_speech_and_comes_back(tmp_path: Path, known: bool) -> None:
    footage = await speech_and_music(tmp_path)
    said = [Caption(text="one two", start=2, end=5, words=WORDS)] if known else []
    made = timeline(footage, [clip(0, 0, 8, captions=said)], sounds=[{**MUSIC, "fade_in": 0.5, "fade_out": 1.0}])
    (film,) = await rendered(tmp_path / "out", made, footage)
    heard = (await sound(film.file))[:, 0]
    plain = level(heard, 1000, 0.8, 1.8)
    assert plain == pytest.approx(20 * np.log10(0.2) - 3, abs=0.5), "one channel on two"
    for begin, end in ((2.05, 2.95), (3.05, 3.35), (3.45, 4.95)):
        assert level(heard, 1000, begin, end) == pytest.approx(plain - 12, abs=0.7), "down, also in the short pause"
    assert level(heard, 1000, 5.6, 6.8) == pytest.approx(plain, abs=0.5), "up again half a second later"
    assert level(heard, 300, 3.6, 4.8) == pytest.approx(20 * np.log10(0.3) - 3, abs=0.5), "the voice stays as it is"
    assert level(heard, 1000, 7.9, 8.0) < plain - 15, "faded out with the edit"


async def test_words_are_found_where_the_edit_put_them(tmp_path: Path) -> None:
    footage = await speech_and_music(tmp_path)
    said = [Caption(text="one two", start=2, end=5, words=WORDS)]
    clips = [clip(0, 5.5, 7.5), clip(1, 1, 5.5, speed="2/1", captions=said)]
    made = timeline(footage, clips, sounds=[MUSIC])
    (film,) = await rendered(tmp_path / "out", made, footage)
    heard = (await sound(film.file))[:, 0]
    assert level(heard, 1000, 2.55, 3.9) == pytest.approx(level(heard, 1000, 0.5, 2.3) - 12, abs=0.8)


async def test_a_loop_has_no_seam(tmp_path: Path) -> None:
    footage = await speech_and_music(tmp_path)
    made = timeline(footage, [clip(0, 5, 8), clip(1, 5, 8)], sounds=[{**MUSIC, "duck_db": 0}])
    (film,) = await rendered(tmp_path / "out", made, footage)
    heard = (await sound(film.file))[2400:-2400, 0]
    rest = heard - np.convolve(heard, np.ones(48) / 48, "same")
    loud = np.sqrt(np.convolve(rest**2, np.ones(480) / 480, "valid"))
    assert loud.min() > 0.04, "never silent"
    assert np.abs(np.diff(heard)).max() < 2.2 * 0.2 * 2 * np.pi * 1000 / RATE, "no step"


async def test_several_sounds_lie_on_one_clip_and_each_on_its_sample(tmp_path: Path) -> None:
    footage = {"a": await grey_film(tmp_path, np.zeros(3 * RATE, np.float32))}
    clicks = [{"id": str(i), "name": "click", "at": at} for i, at in enumerate((10, 20, 21, 50))]
    (film,) = await rendered(tmp_path / "out", timeline(footage, [clip(0, 0, 3)], sounds=clicks), footage)
    heard = np.abs((await sound(film.file))[:, 0])
    for at in (10, 20, 50):
        begin = at * RATE // 25
        assert heard[begin - 900 : begin - 60].max() < 0.02 < 0.3 < heard[begin : begin + 900].max()


async def test_cuts_add_less_than_a_thousandth_of_energy_outside_the_tone(tmp_path: Path) -> None:
    footage = {"a": await grey_film(tmp_path, tone(8, 441, 0.4))}
    starts = [0.1 + 0.317 * i for i in range(12)]
    made = timeline(footage, [clip(i, round(s * 25) / 25, round(s * 25) / 25 + 0.4) for i, s in enumerate(starts)])
    (film,) = await rendered(tmp_path / "out", made, footage)
    heard = (await sound(film.file))[:, 0].astype(np.float64)
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard)))) ** 2
    frequency = np.fft.rfftfreq(len(heard), 1 / RATE)
    assert spectrum[frequency > 2500].sum() / spectrum.sum() < 1e-4, (
        "a click is broad: nothing is heard far above the tone"
    )


@pytest.mark.parametrize(("layout", "channels"), [("mono", 1), ("stereo", 2), ("5.1", 6)])
async def test_sound_comes_in_every_layout_and_meets_its_loudness(
    tmp_path: Path, layout: SoundLayout, channels: int
) -> None:
    footage = await speech_and_music(tmp_path)
    made = timeline(footage, [clip(0, 0, 8)], sounds=[MUSIC], layout=layout)
    options = RenderOptions(captions=False, loudness=-14.0)
    (film,) = await rendered(tmp_path / "out", made, footage, options=options)
    assert film.check.passed, film.check.findings
    assert film.loudness == pytest.approx(-14, abs=0.5)
    with av.open(str(film.file)) as container:
        assert container.streams.audio[0].channels == channels
    assert len(await pictures(film.file, (192, 108))) == 200 and SIZE == (64, 36)
    assert not [f for f in film.check.findings if f.code in ("loudness_off", "true_peak_over", "audio_format")]
