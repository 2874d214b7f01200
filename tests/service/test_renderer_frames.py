"""Frames and samples: every one of the output is identified."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from shared.contracts.time import sample_at
from shared.contracts.timeline import Output
from shared.process import ffmpeg_path, run
from tests.service.analyzer_stage import info_of
from tests.service.renderer_footage import (
    Footage,
    barcode,
    clip,
    lag,
    numbered,
    numbers,
    pictures,
    rendered,
    sound,
    timeline,
)
from tests.service.renderer_footage import film as make_film


@pytest.mark.parametrize("rate", ["25/1", "30000/1001"])
async def test_twenty_cuts_are_exact_to_the_frame_and_the_sample(tmp_path: Path, rate: str) -> None:
    frames = Fraction(rate)
    footage = {"a": await numbered(tmp_path, 420, rate)}
    rng = np.random.default_rng(3)
    firsts = [int(n) for n in rng.permutation(20) * 20]
    lengths = [int(n) for n in rng.integers(5, 20, 20)]
    clips = [clip(i, a / frames, (a + n) / frames) for i, (a, n) in enumerate(zip(firsts, lengths, strict=True))]
    made = timeline(footage, clips, rate)
    (film,) = await rendered(tmp_path / "out", made, footage)
    assert film.check.passed, film.check.findings
    expected = [a + k for a, n in zip(firsts, lengths, strict=True) for k in range(n)]
    assert numbers(await pictures(film.file, (192, 108))) == expected
    heard = await sound(film.file)
    assert len(heard) == sample_at(len(expected), rate, 48000)
    at = 0
    for first, length in zip(firsts, lengths, strict=True):
        begin, end = sample_at(at, rate, 48000), sample_at(at + length, rate, 48000)
        source = round(first / frames * 48000)
        original = footage["a"].noise[source : source + end - begin]
        assert abs(lag(heard[begin:end, 0], original)) <= 1
        at += length


async def test_a_long_clip_is_cut_into_chunks_without_a_trace(tmp_path: Path) -> None:
    footage = {"a": await numbered(tmp_path, 250, "25/1")}
    made = timeline(footage, [clip(0, 0.2, 9.8)])
    (film,) = await rendered(tmp_path / "out", made, footage)
    assert len(list((tmp_path / "out").glob("*.ass"))) == 0
    assert len(list((tmp_path / "out").glob("[0-9a-f]*.mp4"))) >= 4
    assert numbers(await pictures(film.file, (192, 108))) == list(range(5, 245))
    heard = await sound(film.file)
    source = footage["a"].noise[9600 : 9600 + len(heard)]
    assert lag(heard[:, 0], source) == 0


async def test_slow_motion_shows_every_frame_twice_and_keeps_the_pitch(tmp_path: Path) -> None:
    tone = np.sin(2 * np.pi * 500 * np.arange(3 * 48000) / 48000).astype(np.float32) * 0.5
    pictures_ = b"".join(barcode(i, (192, 108)).tobytes() for i in range(75))
    footage = {"a": await make_film(tmp_path, pictures_, tone, "25/1", (192, 108), "tone")}
    made = timeline(footage, [clip(0, 0.4, 1.6, speed="1/2", effects=[{"name": "slowmo"}])])
    assert made.frames == 60
    (film,) = await rendered(tmp_path / "out", made, footage)
    assert numbers(await pictures(film.file, (192, 108))) == [10 + k // 2 for k in range(60)]
    heard = await sound(film.file)
    assert len(heard) == 60 * 1920
    spectrum = np.abs(np.fft.rfft(heard[4800:-4800, 0]))
    pitch = np.argmax(spectrum) * 48000 / (len(heard) - 9600)
    assert abs(pitch - 500) < 5


async def test_another_rate_shows_what_a_player_shows(tmp_path: Path) -> None:
    footage = {"a": await numbered(tmp_path, 96, "24/1")}
    made = timeline(footage, [clip(0, 0.5, 2.5), clip(1, 3.0, 3.5)], "60/1")
    (film,) = await rendered(tmp_path / "out", made, footage)
    expected = [12 + k * 24 // 60 for k in range(120)] + [72 + k * 24 // 60 for k in range(30)]
    assert numbers(await pictures(film.file, (192, 108))) == expected


async def test_a_dissolve_lies_on_the_grid(tmp_path: Path) -> None:
    footage = {"a": await numbered(tmp_path, 250, "25/1")}
    dissolve = {"kind": "dissolve", "frames": 10}
    clips = [clip(0, 0, 2), clip(1, 4, 6, transition_in=dissolve), clip(2, 8, 9), clip(3, 6, 8, transition_in=dissolve)]
    made = timeline(footage, clips)
    (film,) = await rendered(tmp_path / "out", made, footage)
    assert film.check.passed, film.check.findings
    shown = numbers(await pictures(film.file, (192, 108)))
    assert len(shown) == made.frames == 155
    assert shown[:40] == list(range(40)) and shown[51:90] == list(range(111, 150))
    assert shown[90:105] == list(range(200, 215)) and shown[116:] == list(range(161, 200))
    heard = (await sound(film.file))[:, 0]
    assert len(heard) == 155 * 1920
    for begin, end, source in ((0, 40, 0), (50, 90, 110), (90, 105, 200), (115, 155, 160)):
        original = footage["a"].noise[source * 1920 : (source + end - begin) * 1920]
        assert abs(lag(heard[begin * 1920 : end * 1920], original)) <= 1


async def test_sound_that_outlasts_the_picture_keeps_the_last_frame(tmp_path: Path) -> None:
    short = await numbered(tmp_path, 50, "25/1")
    pictures_ = b"".join(barcode(i, (192, 108)).tobytes() for i in range(50))
    noise = (np.random.default_rng(7).standard_normal(4 * 48000) * 0.1).astype(np.float32)
    made_film = await make_film(tmp_path, pictures_, noise, "25/1", (192, 108), "longer")
    media = made_film.media.model_copy(
        update={"duration": 4.0, "audio": short.media.audio.model_copy(update={"duration": 4.0})}  # type: ignore[union-attr]
    )
    footage = {"a": replace(made_film, media=media)}
    made = timeline(footage, [clip(0, 1.6, 2.4), clip(1, 3, 3.4)])
    (film,) = await rendered(tmp_path / "out", made, footage)
    shown = numbers(await pictures(film.file, (192, 108)))
    assert shown == [*range(40, 50), *[49] * 20]
    assert abs(lag((await sound(film.file))[20 * 1920 :, 0], noise[3 * 48000 : 3 * 48000 + 10 * 1920])) <= 1


async def test_the_same_moment_may_be_shown_twice(tmp_path: Path) -> None:
    footage = {"a": await numbered(tmp_path, 50, "25/1")}
    made = timeline(footage, [clip(0, 1, 1.4), clip(1, 1, 1.4), clip(2, 0, 0.2), clip(3, 1, 1.4)])
    (film,) = await rendered(tmp_path / "out", made, footage)
    once = list(range(25, 35))
    assert numbers(await pictures(film.file, (192, 108))) == [*once, *once, *range(5), *once]


def begun(plain: Footage, path: Path) -> tuple[Fraction, dict[str, Footage]]:
    """The same film in another container, and how many seconds after the container's start its picture begins."""
    with av.open(str(path)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        starts = [(stream.start_time or 0) * (stream.time_base or Fraction(1)) for stream in (video, audio)]
        kind = container.format.name
        begins = Fraction(container.start_time or 0, 1_000_000)
    late = starts[0] - begins
    known = plain.media.video
    assert known is not None
    update = {
        "duration": plain.media.duration + float(late),
        "container": kind,
        "video": known.model_copy(update={"start": float(late)}),
    }
    return late, {"a": replace(plain, path=path, media=plain.media.model_copy(update=update))}


@pytest.mark.parametrize("ending", ["mkv", "ts", "webm"])
async def test_other_containers_are_cut_as_exactly(tmp_path: Path, ending: str) -> None:
    rate = "30000/1001"
    frames = Fraction(rate)
    plain = await numbered(tmp_path, 150, rate)
    other = tmp_path / f"other.{ending}"
    codecs = ["-c", "copy"]
    if ending == "webm":
        codecs = ["-c:v", "libvpx", "-b:v", "2M", "-cpu-used", "8", "-deadline", "realtime", "-c:a", "libopus"]
    await run([ffmpeg_path(), "-loglevel", "error", "-y", "-i", str(plain.path), *codecs, str(other)])
    late, footage = begun(plain, other)
    firsts = [100, 7, 64, 31]
    clips = [clip(i, late + n / frames, late + (n + 11) / frames) for i, n in enumerate(firsts)]
    made = timeline(footage, clips, rate)
    (film,) = await rendered(tmp_path / "out", made, footage)
    assert numbers(await pictures(film.file, (192, 108))) == [n + k for n in firsts for k in range(11)]
    heard = (await sound(film.file))[:, 0]
    for i, n in enumerate(firsts):
        begin, end = sample_at(11 * i, rate, 48000), sample_at(11 * i + 11, rate, 48000)
        source = round(n / frames * 48000)
        assert abs(lag(heard[begin:end], plain.noise[source : source + end - begin])) < (96 if ending == "webm" else 48)


async def test_a_variable_frame_rate_is_laid_on_the_grid(tmp_path: Path) -> None:
    plain = await numbered(tmp_path, 100, "25/1", sound=False)
    uneven = tmp_path / "uneven.mp4"
    keep = "select='not(mod(n,7)*mod(n,3))+lt(n,20)'"
    arguments = ["-i", str(plain.path), "-vf", keep, "-fps_mode", "vfr", "-c:v", "libx264", "-crf", "10", str(uneven)]
    await run([ffmpeg_path(), "-loglevel", "error", "-y", *arguments])
    video = plain.media.video
    assert video is not None
    vfr = video.model_copy(update={"variable_frame_rate": True, "frame_rate": "12/1"})
    footage = {"a": replace(plain, path=uneven, media=plain.media.model_copy(update={"video": vfr}))}
    made = timeline(footage, [clip(0, 2.04, 3.0), clip(1, 0.4, 1.6)])
    (film,) = await rendered(tmp_path / "out", made, footage)
    kept = [n for n in range(100) if n < 20 or n % 7 == 0 or n % 3 == 0]
    expected = [max(n for n in kept if n <= k) for k in [*range(51, 75), *range(10, 40)]]
    assert numbers(await pictures(film.file, (192, 108))) == expected


async def test_a_cut_into_a_picture_that_stands_for_long_shows_it(tmp_path: Path) -> None:
    """As a recorded screen does, or a slide show: its frame came seconds before the cut."""
    plain = await numbered(tmp_path, 200, "25/1", sound=False)
    still = tmp_path / "still.mp4"
    arguments = ["-i", str(plain.path), "-vf", "select='lt(n,20)+gte(n,150)'", "-fps_mode", "vfr", "-crf", "10"]
    await run([ffmpeg_path(), "-loglevel", "error", "-y", *arguments, str(still)])
    video = plain.media.video
    assert video is not None
    vfr = video.model_copy(update={"variable_frame_rate": True, "frame_rate": "9/1"})
    footage = {"a": replace(plain, path=still, media=plain.media.model_copy(update={"video": vfr}))}
    made = timeline(footage, [clip(0, 3.6, 5.0), clip(1, 5.6, 6.4), clip(2, 4.0, 7.0, speed="2/1")])
    (film,) = await rendered(tmp_path / "out", made, footage)
    expected = [19] * 35 + [19] * 10 + [*range(150, 160)] + [19] * 25 + [*range(150, 174, 2)]
    assert numbers(await pictures(film.file, (192, 108))) == expected


async def test_pictures_that_are_redrawn_bit_by_bit_are_whole_from_the_first_of_a_cut_on(tmp_path: Path) -> None:
    """Screen recorders send no whole key frames: decoding has to begin earlier."""
    size = (320, 180)
    plain = await numbered(tmp_path, 150, "25/1", size=size)
    path = tmp_path / "redrawn.mp4"
    codec = ["-c:v", "libx264", "-crf", "12", "-g", "30", "-bf", "0", "-x264-params", "intra-refresh=1", str(path)]
    await run([ffmpeg_path(), "-loglevel", "error", "-y", "-i", str(plain.path), *codec])
    source = replace(plain, path=path, media=await info_of(path, tmp_path))
    assert source.media.video is not None and source.media.video.refresh == pytest.approx(18 / 25)
    made = timeline({"a": source}, [clip(0, 2.48, 4), clip(1, 0.2, 1), clip(2, 5, 5.8)])
    (film,) = await rendered(tmp_path / "out", made, {"a": source}, Output(name="wide", width=320, height=180))
    assert numbers(await pictures(film.file, size)) == [*range(62, 100), *range(5, 25), *range(125, 145)]


async def test_a_film_that_changes_its_size_goes_on_as_large_as_ordered(tmp_path: Path) -> None:
    """As calls are recorded: from frame 50 on, pictures are twice as large."""
    plain = await numbered(tmp_path, 100, "25/1")
    coded = ["-c:v", "libx264", "-crf", "8", "-g", "25", "-bf", "0", "-colorspace", "bt709", "-an", "-f", "mpegts"]
    head = [ffmpeg_path(), "-loglevel", "error", "-y", "-i", str(plain.path)]
    small, large, both, path = (tmp_path / name for name in ("small.ts", "large.ts", "both.ts", "grows.mp4"))
    await run([*head, *coded, "-frames:v", "50", str(small)])
    await run([*head, "-vf", "trim=start_frame=50,scale=384:216", *coded, str(large)])
    both.write_bytes(small.read_bytes() + large.read_bytes())
    await run([ffmpeg_path(), "-loglevel", "error", "-y", "-i", str(both), "-c", "copy", str(path)])
    source = replace(plain, path=path, media=plain.media.model_copy(update={"audio": None}))
    made = timeline({"a": source}, [clip(0, 1.2, 2.8), clip(1, 2.4, 3.6)])
    (film,) = await rendered(tmp_path / "out", made, {"a": source}, Output(name="wide", width=192, height=108))
    assert film.check.passed, film.check.findings
    assert numbers(await pictures(film.file, (192, 108))) == [*range(30, 70), *range(60, 90)]
