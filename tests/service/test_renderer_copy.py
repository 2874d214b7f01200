"""``fidelity: copy``: the source's own pictures where nothing is done to them, every frame and sample in its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from services.analyzer.domain.judge import Bounds, judge
from services.analyzer.tools.probe import probe
from services.renderer.domain.h264 import sets_of
from services.renderer.tools.film import Film
from shared.contracts.time import sample_at
from shared.contracts.timeline import Output, RenderOptions
from shared.process import ffmpeg_path, run
from tests.service.renderer_footage import (
    Footage,
    barcode,
    clip,
    film,
    lag,
    numbered,
    numbers,
    pictures,
    rendered,
    sound,
    timeline,
)

SIZE = (320, 180)
WIDE = Output(name="wide", width=SIZE[0], height=SIZE[1])
COPY = RenderOptions(captions=False, loudness=None, fidelity="copy")
FRAMES = 440
COLOURS = ["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"]


async def ffmpeg(*arguments: str | Path) -> str:
    """Run ffmpeg and return what it warns of."""
    return (await run([ffmpeg_path(), "-loglevel", "warning", "-y", *map(str, arguments)])).stderr_tail


async def probed(path: Path) -> Footage:
    """A file as the analyzer sees it, with its sound as it is decoded."""
    facts, _ = await probe(path, path.parent, Bounds(), still=False)
    done = await run([ffmpeg_path(), "-loglevel", "error", "-i", str(path), "-ac", "1", "-f", "f32le", "pipe:1"])
    return Footage(path, judge(facts), np.frombuffer(done.stdout, np.float32))


async def coded(folder: Path, rate: str, *options: str, name: str = "coded.mp4", frames: int = FRAMES) -> Footage:
    """Numbered frames in the given way of coding."""
    plain = await numbered(folder, frames, rate, size=SIZE)
    codecs = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "14", *COLOURS, *options, "-c:a", "copy"]
    await ffmpeg("-i", plain.path, *codecs, folder / name)
    return await probed(folder / name)


Spans = Sequence[tuple[int, int]]


def spans(frames: int, seed: int = 5) -> Spans:
    """(first frame, frames) of cuts with short pauses between them."""
    rng, made, at = np.random.default_rng(seed), [], 0
    while at < frames - 90:
        length = int(rng.integers(20, 110))
        made.append((at, min(length, frames - 2 - at)))
        at += length + int(rng.integers(3, 20))
    return made


async def cut(folder: Path, source: Footage, rate: str, cuts: Spans, options: RenderOptions = COPY) -> Film:
    """Render cuts of one source, counted in its frames."""
    video, frame = source.media.video, 1 / Fraction(rate)
    start = Fraction(str(video.start)) if video else Fraction(0)
    clips = [clip(i, start + a * frame, start + (a + n) * frame) for i, (a, n) in enumerate(cuts)]
    footage = {"a": source}
    (film,) = await rendered(folder, timeline(footage, clips, rate), footage, WIDE, options=options)
    return film


async def hold(film: Film, source: Footage, rate: str, cuts: Spans) -> None:
    """Hold every frame and the sound of a film against those of its source."""
    assert film.check.passed and not film.check.findings, film.check.findings
    known = numbers(await pictures(source.path, SIZE))
    shown = numbers(await pictures(film.file, SIZE))
    assert shown == [known[a + k] for a, n in cuts for k in range(n)]
    heard, place = (await sound(film.file))[:, 0], 0
    media = source.media
    assert media.video is not None and media.audio is not None
    # Matroska, and what is made of streams to be sought in, counts time in milliseconds.
    most = 1 if "mp4" in media.container else 24
    ahead = Fraction(str(media.video.start)) - Fraction(str(media.audio.start))
    for first, length in cuts:
        begin, end = sample_at(place, rate, 48000), sample_at(place + length, rate, 48000)
        at = round((first / Fraction(rate) + ahead) * 48000)
        assert abs(lag(heard[begin:end], source.noise[at : at + end - begin])) <= most
        place += length
    assert len(heard) == sample_at(place, rate, 48000)


def copied(folder: Path, frames: int) -> int:
    """How many of the film's frames were not encoded."""
    drawn = 0
    for part in (one for one in folder.glob("*.mp4") if len(one.stem) == 64):
        with av.open(str(part)) as container:
            drawn += container.streams.video[0].frames
    return frames - drawn


PYRAMID = ("-g", "40", "-bf", "8", "-x264-params", "b-pyramid=normal:ref=4")
WAYS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "no-b": ("25/1", "mp4", ("-g", "25", "-bf", "0")),
    "b": ("30000/1001", "mp4", ("-g", "30", "-bf", "3")),
    "pyramid": ("25/1", "mp4", PYRAMID),
    "open": ("25/1", "mp4", ("-g", "30", "-bf", "3", "-x264-params", "open-gop=1")),
    "far": ("25/1", "mp4", ("-g", "250", "-bf", "3")),
    "slices": ("25/1", "mov", ("-g", "20", "-bf", "2", "-slices", "4")),
    "matroska": ("30000/1001", "mkv", ("-g", "30", "-bf", "3")),
    "stream": ("25/1", "ts", ("-g", "30", "-bf", "3")),
    "repeated": ("25/1", "mp4", ("-g", "30", "-bf", "2", "-bsf:v", "dump_extra=freq=keyframe")),
}


@pytest.mark.parametrize("way", WAYS)
async def test_copied_and_encoded_frames_are_all_in_their_places(tmp_path: Path, way: str) -> None:
    rate, ending, options = WAYS[way]
    source = await coded(tmp_path, rate, *options, name=f"coded.{ending}")
    cuts = spans(FRAMES)
    film = await cut(tmp_path / "out", source, rate, cuts)
    await hold(film, source, rate, cuts)
    whole = sum(n for _, n in cuts)
    assert whole // 3 < copied(tmp_path / "out", whole) < whole or way in ("open", "far")
    assert await ffmpeg("-i", film.file, "-f", "null", "-") == "", "it plays without a word"


async def test_what_an_edit_list_hides_is_not_shown(tmp_path: Path) -> None:
    whole = await coded(tmp_path, "25/1", "-g", "50", "-bf", "3")
    await ffmpeg("-ss", "1.32", "-i", whole.path, "-c", "copy", tmp_path / "hidden.mp4")
    source = await probed(tmp_path / "hidden.mp4")
    assert numbers(await pictures(source.path, SIZE))[0] == 33, "a key frame lies before it, behind no edit"
    cuts = spans(FRAMES - 40)
    film = await cut(tmp_path / "out", source, "25/1", cuts)
    await hold(film, source, "25/1", cuts)
    assert copied(tmp_path / "out", film_frames := sum(n for _, n in cuts)) > film_frames // 4


def head(path: Path) -> tuple[str, int]:
    """The tag of a film's picture, and how many sets of sequence parameters its head has."""
    with av.open(str(path)) as container:
        context = container.streams.video[0].codec_context
        sets = sets_of(context.extradata or b"")
    return context.codec_tag, len(sets.sequence) if sets else 0


async def test_parameter_sets_of_source_and_encoder_stand_in_the_head(tmp_path: Path) -> None:
    source = await coded(tmp_path, "25/1", "-g", "25", frames=200)
    film = await cut(tmp_path / "out", source, "25/1", [(10, 120), (140, 50)])
    await hold(film, source, "25/1", [(10, 120), (140, 50)])
    assert head(film.file) == ("avc1", 2)


async def test_two_cameras_that_number_alike_carry_their_sets_in_the_pictures(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    one = await coded(tmp_path, "25/1", "-g", "25", frames=200)
    two = await coded(tmp_path / "b", "25/1", "-g", "25", "-bf", "0", "-refs", "3", "-level", "4.1", frames=200)
    footage = {"a": one, "b": two}
    clips = [clip(0, 0.4, 4), clip(1, 1, 5, source="b"), clip(2, 5, 7)]
    (film,) = await rendered(tmp_path / "out", timeline(footage, clips), footage, WIDE, options=COPY)
    assert film.check.passed and not film.check.findings
    assert numbers(await pictures(film.file, SIZE)) == [*range(10, 100), *range(25, 125), *range(125, 175)]
    assert head(film.file) == ("avc3", 1)
    assert await ffmpeg("-i", film.file, "-f", "null", "-") == ""
    seeked = await ffmpeg("-ss", "5", "-i", film.file, "-frames:v", "20", "-f", "null", "-")
    assert seeked == ""


async def test_captions_go_along_as_a_track(tmp_path: Path) -> None:
    source = await coded(tmp_path, "25/1", "-g", "25", frames=200)
    said = [{"text": "Hello there", "start": 1.0, "end": 2.5, "words": []}]
    clips = [clip(0, 0.4, 7, captions=said)]
    options = COPY.model_copy(update={"captions": True, "subtitles": "track"})
    footage = {"a": source}
    (film,) = await rendered(tmp_path / "out", timeline(footage, clips), footage, WIDE, options=options)
    assert film.check.passed and not film.check.findings
    assert numbers(await pictures(film.file, SIZE)) == [*range(10, 175)]
    done = await run([ffmpeg_path(), "-loglevel", "error", "-i", str(film.file), "-map", "0:s", "-f", "srt", "-"])
    assert b"00:00:00,600 --> 00:00:02,080" in done.stdout and b"Hello there" in done.stdout


async def test_a_source_that_is_otherwise_inside_is_encoded_after_all(tmp_path: Path) -> None:
    """Its ends keep what is promised of it; in the middle a frame is missing."""
    whole = await coded(tmp_path, "25/1", "-g", "25", "-bf", "0")
    drop = "noise=drop='eq(n,212)'"
    await ffmpeg("-i", whole.path, "-c", "copy", "-bsf:v", drop, tmp_path / "holed.mp4")
    source = replace(await probed(tmp_path / "holed.mp4"), media=whole.media)
    film = await cut(tmp_path / "out", source, "25/1", [(10, 400)])
    assert film.check.passed
    assert [finding.code for finding in film.check.findings] == ["copy_impossible"]
    assert "inside" in film.check.findings[0].message
    shown = numbers(await pictures(film.file, SIZE))
    assert len(shown) == 400 and shown[:202] == [*range(10, 212)], "up to the hole"
    assert shown[215:] == [*range(225, 410)], "from the next key frame on"


async def test_why_nothing_is_copied_is_said_in_words(tmp_path: Path) -> None:
    source = await coded(tmp_path, "25/1", "-g", "25", frames=100)
    video = source.media.video
    assert video is not None
    for change, words in (
        ({"variable_frame_rate": True}, "not evenly spaced"),
        ({"interlaced": True}, "interlaced"),
        ({"frame_rate": "50/1"}, "25/1 frames a second"),
        ({"color_space": "smpte170m"}, "BT.709"),
        ({}, "AVI"),
    ):
        changed = {"video": video.model_copy(update=change), "container": "mp4" if change else "avi"}
        media = source.media.model_copy(update=changed)
        film = await cut(tmp_path / "out", replace(source, media=media), "25/1", [(0, 60)])
        (finding,) = film.check.findings
        assert finding.code == "copy_impossible" and words in finding.message, finding.message


async def test_hevc_is_encoded_and_the_check_says_where_the_reason_stands(tmp_path: Path) -> None:
    footage = {"a": await numbered(tmp_path, 50, "25/1")}
    made = timeline(footage, [clip(0, 0.2, 1.8)])
    output = Output(name="wide", width=192, height=108, codec="hevc")
    (film,) = await rendered(tmp_path / "out", made, footage, output, options=COPY)
    assert film.check.passed
    (finding,) = film.check.findings
    assert finding.code == "copy_impossible" and "HEVC: docs/rendering.md" in finding.message
    page = Path(__file__).parents[2] / "docs/rendering.md"
    assert "HEVC is not copied" in page.read_text()


async def test_what_cannot_be_copied_is_encoded_and_the_check_says_why(tmp_path: Path) -> None:
    footage = {"a": await numbered(tmp_path, 100, "25/1")}
    made = timeline(footage, [clip(0, 0.2, 1.8), clip(1, 2.4, 3.6)])
    (film,) = await rendered(tmp_path / "out", made, footage, options=COPY.model_copy(update={"watermark": "x"}))
    assert film.check.passed
    (finding,) = film.check.findings
    assert (finding.code, finding.severity) == ("copy_impossible", "note") and "drawn over" in finding.message
    (film,) = await rendered(tmp_path / "b", made, footage, options=COPY)
    assert [f.code for f in film.check.findings] == ["copy_impossible"]
    assert numbers(await pictures(film.file, (192, 108))) == [*range(5, 45), *range(60, 90)]


async def test_what_has_effects_is_encoded_between_copies(tmp_path: Path) -> None:
    footage = {"a": await coded(tmp_path, "25/1", "-g", "25", "-bf", "2")}
    clips = [clip(0, 0.4, 4), clip(1, 5, 6, speed="1/2", effects=[{"name": "slowmo"}]), clip(2, 8.4, 12)]
    made = timeline(footage, clips)
    (film,) = await rendered(tmp_path / "out", made, footage, WIDE, options=COPY)
    assert film.check.passed, film.check.findings
    slow = [125 + k // 2 for k in range(50)]
    assert numbers(await pictures(film.file, SIZE)) == [*range(10, 100), *slow, *range(210, 300)]
    assert head(film.file) == ("avc1", 2), "one set of the source, one of both programs that encode"


async def test_what_is_black_and_still_in_the_source_is_noted(tmp_path: Path) -> None:
    bars = [barcode(n, SIZE).tobytes() for n in range(50)]
    dark = np.zeros(SIZE[0] * SIZE[1], np.uint8).tobytes()
    noise = (np.random.default_rng(7).standard_normal(250 * 1920) * 0.1).astype(np.float32)
    plain = await film(tmp_path, b"".join([*bars, *[dark] * 150, *bars]), noise, "25/1", SIZE, "plain")
    await ffmpeg("-i", plain.path, "-c:v", "libx264", "-g", "25", *COLOURS, "-c:a", "copy", tmp_path / "dark.mp4")
    made = await cut(tmp_path / "out", await probed(tmp_path / "dark.mp4"), "25/1", [(0, 245)])
    assert made.check.passed
    found = {(one.code, one.severity): one for one in made.check.findings}
    assert found.keys() == {("black", "note"), ("frozen", "note")}
    black = found["black", "note"]
    assert black.at is not None and black.figure is not None
    assert 2 <= black.at < 4 and black.figure >= 2 and black.at + black.figure < 8
