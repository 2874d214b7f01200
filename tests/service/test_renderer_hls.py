"""HLS: every picture of a ladder is whole, in step with the others, and as the playlists announce it."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from services.renderer.settings import RendererSettings
from services.renderer.tools.film import Film
from services.renderer.tools.laddering import _uneven
from services.renderer.tools.packaging import Laddered, read
from shared.contracts.timeline import Output, RenderOptions
from shared.process import ffmpeg_path, run
from tests.service.renderer_footage import clip, lag, numbered, numbers, pictures, rendered, timeline

RATE = "25/1"
SHOWN = [*range(5, 155), *range(200, 300)]
SIZES = {"720p": (1280, 720), "480p": (854, 480), "360p": (640, 360)}
TOP = Output(name="wide", width=1280, height=720, hls=True, quality="low")


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Film:
    """Ten seconds, cut once, with a caption, 720 lines high."""
    folder = tmp_path_factory.mktemp("hls")

    async def made() -> Film:
        footage = {"a": await numbered(folder, 320, RATE)}
        spoken = {"text": "Ten & more", "start": 1.0, "end": 2.0}
        edit = timeline(footage, [clip(0, 0.2, 6.2, captions=[spoken]), clip(1, 8, 12)])
        options = RenderOptions(subtitles="track", loudness=None)
        settings = RendererSettings(preset="superfast", crf=24)
        (film,) = await rendered(folder / "out", edit, footage, TOP, options=options, settings=settings)
        return film

    return asyncio.run(made())


def ladder(film: Film) -> Laddered:
    assert film.ladder is not None
    return film.ladder


def lines(film: Film, name: str) -> list[str]:
    return (ladder(film).folder / name).read_text().splitlines()


async def decoded(playlist: Path, stream: str, *form: str) -> bytes:
    """What ffmpeg makes of a stream of a playlist, every frame of it."""
    head = [ffmpeg_path(), "-loglevel", "error", "-xerror", "-i", playlist.name, "-map", stream]
    done = await run([*head, "-fps_mode", "passthrough", *form, "pipe:1"], cwd=playlist.parent)
    assert not done.stderr_tail.strip(), done.stderr_tail
    return done.stdout


async def test_every_picture_of_the_master_shows_every_frame(film: Film) -> None:
    assert film.check.passed, film.check.findings
    master = ladder(film).folder / "master.m3u8"
    for place, (name, size) in enumerate(SIZES.items()):
        grey = await decoded(master, f"0:v:{place}", "-f", "rawvideo", "-pix_fmt", "gray", "-s", "192x108")
        shown = np.frombuffer(grey, np.uint8).reshape(-1, 108, 192)
        assert numbers(shown) == SHOWN, name
        assert (ladder(film).renditions[place].width, ladder(film).renditions[place].height) == size


async def test_the_sound_lies_where_the_pictures_do(film: Film) -> None:
    """Also behind the cut: the noise of the source tells where each sample comes from."""
    pcm = await decoded(ladder(film).folder / "master.m3u8", "0:a:0", "-f", "f32le", "-ac", "1", "-ar", "48000")
    heard = np.frombuffer(pcm, np.float32)
    assert 0 <= len(heard) - 250 * 1920 <= 1024
    noise = (np.random.default_rng(7).standard_normal(round(12.8 * 48000)) * 0.1).astype(np.float32)
    assert abs(lag(heard[:288_000], noise[5 * 1920 : 155 * 1920])) <= 1
    assert abs(lag(heard[288_000:480_000], noise[200 * 1920 : 300 * 1920])) <= 1
    starts = {}
    for name in ("720p", "sound"):
        with av.open(str(ladder(film).folder / f"{name}.m3u8")) as container:
            first = next(iter(container.decode(container.streams[0])))
            assert isinstance(first, av.VideoFrame | av.AudioFrame) and first.time is not None
            starts[name] = first.time
    assert starts["720p"] == 0 and abs(starts["sound"]) <= 1024 / 48000


def test_what_is_announced_is_so(film: Film) -> None:
    text = (ladder(film).folder / "master.m3u8").read_text()
    variants = re.findall(r'BANDWIDTH=(\d+),AVERAGE-BANDWIDTH=(\d+),CODECS="([^"]+)",RESOLUTION=(\d+)x(\d+)', text)
    assert [(int(w), int(h)) for *_, w, h in variants] == list(SIZES.values())
    sound = lines(film, "sound.m3u8")
    for (peak, average, codecs, *_), name in zip(variants, SIZES, strict=True):
        own = lines(film, f"{name}.m3u8")
        assert int(average) <= int(peak)
        assert abs(int(average) - sum(rate_of(film, playlist) for playlist in (own, sound))) < 2000
        with av.open(str(ladder(film).folder / f"{name}_init.mp4")) as container:
            extra = container.streams.video[0].codec_context.extradata or b""
        assert codecs == f"avc1.{extra[1:4].hex()},mp4a.40.2"
    most = int(re.findall(r"TARGETDURATION:(\d+)", "\n".join(sound))[0])
    assert all(round(length) <= most for name in SIZES for length, _ in segments(lines(film, f"{name}.m3u8")))


def segments(playlist: list[str]) -> list[tuple[float, str]]:
    """Seconds and file of each segment."""
    found = re.findall(r"#EXTINF:([\d.]+),\n([^#\n]+)", "\n".join(playlist))
    return [(float(seconds), file) for seconds, file in found]


def rate_of(film: Film, playlist: list[str]) -> float:
    parts = segments(playlist)
    size = sum((ladder(film).folder / file).stat().st_size for _, file in parts)
    return size * 8 / sum(seconds for seconds, _ in parts)


async def test_a_player_that_searches_gets_a_picture_of_each_segment(film: Film, tmp_path: Path) -> None:
    folder = ladder(film).folder
    for name, shape in SIZES.items():
        assert f'URI="{name}_keys.m3u8"' in "\n".join(lines(film, "master.m3u8"))
        ranges = re.findall(r"BYTERANGE:(\d+)@0\n([^#\n]+)", "\n".join(lines(film, f"{name}_keys.m3u8")))
        own = segments(lines(film, f"{name}.m3u8"))
        assert [file for _, file in ranges] == [file for _, file in own]
        at = 0.0
        for (size, file), (seconds, _) in zip(ranges, own, strict=True):
            one = tmp_path / "one.mp4"
            one.write_bytes((folder / f"{name}_init.mp4").read_bytes() + (folder / file).read_bytes()[: int(size)])
            seen = await pictures(one, shape)
            assert numbers(seen) == [SHOWN[round(at * 25)]], (name, at)
            assert int(size) < (folder / file).stat().st_size
            at += seconds


def whole(film: Film, name: str, target: Path, parts: int | None = None) -> Path:
    """The head of a picture and its first segments as one file."""
    folder = ladder(film).folder
    files = [f"{name}_init.mp4", *(file for _, file in segments(lines(film, f"{name}.m3u8"))[:parts])]
    target.write_bytes(b"".join((folder / file).read_bytes() for file in files))
    return target


def test_every_segment_is_decodable_by_itself(film: Film, tmp_path: Path) -> None:
    """As a player has it after a jump: the head and one segment, nothing else."""
    for name in SIZES:
        folder, first = ladder(film).folder, 0
        parts = segments(lines(film, f"{name}.m3u8"))
        assert [seconds for seconds, _ in parts] == [4.0, 4.0, 2.0]
        head = (folder / f"{name}_init.mp4").read_bytes()
        for seconds, file in parts:
            part = tmp_path / "part.mp4"
            part.write_bytes(head + (folder / file).read_bytes())
            with av.open(str(part)) as container:
                frames = [f.reformat(192, 108, "gray").to_ndarray() for f in container.decode(video=0)]
            assert numbers(np.stack(frames)) == SHOWN[first : first + round(seconds * 25)]
            first += len(frames)
        assert first == len(SHOWN)


def test_captions_that_are_not_burned_in_are_a_stream_of_their_own(film: Film) -> None:
    assert 'SUBTITLES="subtitles"' in "\n".join(lines(film, "master.m3u8"))
    assert lines(film, "subtitles.m3u8")[-2:] == ["subtitles_0000.vtt", "#EXT-X-ENDLIST"]
    cues = lines(film, "subtitles_0000.vtt")
    assert cues[0] == "WEBVTT" and "00:00:00.800 --> 00:00:01.800" in cues and "Ten &amp; more" in cues


def test_pictures_out_of_step_are_found(film: Film, tmp_path: Path) -> None:
    good = [(TOP, read(whole(film, name, tmp_path / f"{name}.mp4"), Fraction(10))) for name in SIZES]
    assert list(_uneven(good, 250)) == []
    assert {finding.code for finding in _uneven(good, 251)} == {"stream_frames"}
    short = (TOP, read(whole(film, "360p", tmp_path / "short.mp4", 2), Fraction(10)))
    assert {finding.code for finding in _uneven([good[0], short], 250)} == {"stream_frames", "stream_uneven"}
    late = replace(good[0][1], keys=frozenset({Fraction(0)}))
    assert {finding.code for finding in _uneven([(TOP, late)], 250)} == {"stream_key_frame"}


async def test_a_ladder_of_hevc_without_sound(tmp_path: Path) -> None:
    footage = {"a": await numbered(tmp_path, 150, "30000/1001", sound=False)}
    edit = timeline(footage, [clip(0, 0, 5)], "30000/1001")
    small = Output(name="small", width=854, height=480, hls=True, codec="hevc", audio_codec="none", draft=True)
    (film,) = await rendered(tmp_path / "out", edit, footage, small)
    assert film.check.passed, film.check.findings
    assert [one.codecs.split(".")[0] for one in ladder(film).renditions] == ["hvc1", "hvc1"]
    assert not (ladder(film).folder / "sound.m3u8").exists() and "AUDIO" not in "\n".join(lines(film, "master.m3u8"))
    grey = await decoded(ladder(film).folder / "master.m3u8", "0:v:1", "-f", "rawvideo", "-pix_fmt", "gray")
    shown = np.frombuffer(grey, np.uint8).reshape(-1, 360, 640)
    assert numbers(shown) == list(range(150))
