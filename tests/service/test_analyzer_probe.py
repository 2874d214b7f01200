"""What the probe finds in real files."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from services.analyzer.domain.judge import Bounds, judge
from services.analyzer.tools.probe import probe
from tests.service.analyzer_stage import X264, clip, ffmpeg, info_of


@pytest.fixture(scope="module")
async def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seconds of picture and tone at 30000/1001."""
    return await clip(tmp_path_factory.mktemp("film") / "a.mp4")


async def test_a_usual_film(film: Path, tmp_path: Path) -> None:
    info = await info_of(film, tmp_path)
    assert info.kind == "video" and info.container == "mov" and info.size == film.stat().st_size
    assert info.video and info.audio and not info.notes
    assert (info.video.codec, info.video.frame_rate, info.video.time_base) == ("h264", "30000/1001", "1/30000")
    assert info.video.frames == 90 and info.video.duration == pytest.approx(90 * 1001 / 30000)
    assert (info.audio.codec, info.audio.sample_rate, info.audio.channels) == ("aac", 44100, 1)
    assert info.duration == pytest.approx(3.003, abs=0.03)


@pytest.mark.parametrize(
    ("how", "clockwise", "size"),
    [
        (("-display_rotation", "90"), 270, (180, 320)),
        (("-display_rotation", "180"), 180, (320, 180)),
        (("-display_rotation", "270"), 90, (180, 320)),
        (("-display_hflip",), 0, (320, 180)),
        (("-display_vflip",), 180, (320, 180)),
        (("-display_rotation", "90", "-display_hflip"), None, (180, 320)),
    ],
)
async def test_the_picture_is_turned_as_players_do(
    film: Path, tmp_path: Path, how: tuple[str, ...], clockwise: int | None, size: tuple[int, int]
) -> None:
    await ffmpeg(*how, "-i", film, "-c", "copy", tmp_path / "turned.mp4")
    facts, still = await probe(tmp_path / "turned.mp4", tmp_path, Bounds())
    info = judge(facts)
    assert info.video and still
    assert (info.video.width, info.video.height) == size and (info.video.coded_width, info.video.coded_height) == (
        320,
        180,
    )
    assert clockwise is None or info.video.rotation == clockwise
    assert ("mirrored" in [note.code for note in info.notes]) == ("flip" in how[-1])
    await ffmpeg("-i", tmp_path / "turned.mp4", "-frames:v", "1", tmp_path / "first.png")
    with Image.open(still) as shown, Image.open(tmp_path / "first.png") as truth:
        assert shown.size == truth.size == size
        strips = [np.asarray(image.convert("L").resize((16, 16)), np.float32) for image in (shown, truth)]
        assert np.corrcoef(strips[0].ravel(), strips[1].ravel())[0, 1] > 0.8


async def test_samples_that_are_not_square_are_shown_wider(tmp_path: Path) -> None:
    await clip(tmp_path / "wide.mp4", "-vf", "setsar=4/3", seconds=0.5)
    info = await info_of(tmp_path / "wide.mp4", tmp_path)
    assert info.video and (info.video.width, info.video.height) == (427, 180)
    assert info.video.sample_aspect_ratio == "4/3"


async def test_a_varying_frame_rate_is_noticed(tmp_path: Path) -> None:
    picture = "testsrc2=size=160x90:rate=30"
    thinned = ("-vf", "select='not(mod(n,3))+gt(n,45)'", "-fps_mode", "vfr")
    info = await info_of(await clip(tmp_path / "vfr.mp4", *thinned, picture=picture), tmp_path)
    assert info.video and info.video.variable_frame_rate
    assert 19 < Fraction(info.video.frame_rate) < 21
    assert "variable_frame_rate" in [note.code for note in info.notes]


@pytest.mark.parametrize(("transfer", "name"), [("smpte2084", "pq"), ("arib-std-b67", "hlg")])
async def test_hdr_is_noticed_and_its_picture_is_made(tmp_path: Path, transfer: str, name: str) -> None:
    tags = f"colorprim=bt2020:transfer={transfer}:colormatrix=bt2020nc:log-level=none"
    options = ("-pix_fmt", "yuv420p10le", "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", tags)
    await clip(
        tmp_path / "hdr.mp4", *options, "-color_trc", transfer, seconds=0.4, picture="testsrc2=size=160x90:rate=25"
    )
    info = await info_of(tmp_path / "hdr.mp4", tmp_path)
    assert info.video and info.video.hdr == name and info.video.pixel_format == "yuv420p10le"
    assert info.video.color_space == "bt2020nc"
    _, still = await probe(tmp_path / "hdr.mp4", tmp_path, Bounds())
    assert still


@pytest.mark.parametrize(("rate", "ending"), [("24000/1001", "mkv"), ("12.5", "mp4"), ("60", "mkv")])
async def test_rates_survive_every_time_base(tmp_path: Path, rate: str, ending: str) -> None:
    picture = f"testsrc2=size=160x90:rate={rate}"
    info = await info_of(await clip(tmp_path / f"a.{ending}", seconds=2, picture=picture), tmp_path)
    assert info.video and Fraction(info.video.frame_rate) == Fraction(rate)
    assert not info.video.variable_frame_rate


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.mov", ("-c:a", "pcm_s16le")),
        ("a.mkv", ("-c:a", "flac")),
        ("a.webm", ("-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus")),
        ("a.avi", ("-c:v", "mpeg4", "-bf", "2", "-c:a", "libmp3lame")),
        ("a.ts", ()),
        ("a.mp4", ("-movflags", "frag_keyframe+empty_moov")),
        ("b.mp4", ("-movflags", "faststart")),
    ],
)
async def test_every_container_tells_the_same_story(tmp_path: Path, name: str, options: tuple[str, ...]) -> None:
    picture = "testsrc2=size=160x90:rate=25"
    info = await info_of(await clip(tmp_path / name, *options, seconds=2, picture=picture), tmp_path)
    assert info.video and info.audio
    assert info.video.frame_rate == "25/1" and info.video.frames == 50
    assert (info.video.width, info.video.height) == (160, 90)
    assert info.duration == pytest.approx(2.0, abs=0.1)


async def test_a_stream_that_begins_later_says_when(film: Path, tmp_path: Path) -> None:
    late = ("-itsoffset", "0.5", "-i", film, "-map", "0:a", "-map", "1:v", "-c", "copy")
    await ffmpeg("-i", film, *late, tmp_path / "late.mkv")
    info = await info_of(tmp_path / "late.mkv", tmp_path)
    assert info.video and info.audio
    assert info.video.start == pytest.approx(0.5, abs=0.03) and info.audio.start == pytest.approx(0, abs=0.03)
    assert info.duration == pytest.approx(3.503, abs=0.05)


async def test_sound_alone_is_probed_as_sound(tmp_path: Path) -> None:
    for name in ("a.m4a", "a.mp3", "a.wav", "a.flac", "a.ogg"):
        codec = ("-c:a", "flac") if name == "a.flac" else ("-c:a", "libvorbis") if name == "a.ogg" else ()
        codec = codec or (
            ("-c:a", "pcm_s16le") if name == "a.wav" else ("-c:a", "libmp3lame") if name == "a.mp3" else ()
        )
        await ffmpeg("-f", "lavfi", "-i", "sine", "-t", "1", *codec, tmp_path / name)
        info = await info_of(tmp_path / name, tmp_path)
        assert info.kind == "audio" and info.video is None, name
        assert info.duration == pytest.approx(1.0, abs=0.08), name


async def test_a_cover_is_no_film(tmp_path: Path) -> None:
    await ffmpeg("-f", "lavfi", "-i", "testsrc2=size=64x64", "-frames:v", "1", tmp_path / "cover.png")
    await ffmpeg(
        "-f", "lavfi", "-i", "sine", "-i", tmp_path / "cover.png", "-t", "1", "-map", "0", "-map", "1", "-c:v", "copy",
        "-c:a", "aac", "-disposition:v", "attached_pic", tmp_path / "song.m4a",
    )  # fmt: skip
    assert (await info_of(tmp_path / "song.m4a", tmp_path)).kind == "audio"


async def test_the_better_of_the_frames_is_the_picture(tmp_path: Path) -> None:
    graph = "color=black:s=160x90:r=25:d=1[a];testsrc2=s=160x90:r=25:d=1[b];[a][b]concat"
    await ffmpeg("-filter_complex", graph, *X264, "-g", "10", tmp_path / "late.mp4")
    _, still = await probe(tmp_path / "late.mp4", tmp_path, Bounds())
    assert still
    with Image.open(still) as picture:
        assert max(high for _, high in picture.convert("RGB").getextrema()) > 150  # type: ignore[misc]
