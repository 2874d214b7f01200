"""Bad input: each kind ends with its own code and its own remedy."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from shared.errors import BadMedia
from tests.service.analyzer_stage import clip, cut, ffmpeg, info_of

SMALL = "testsrc2=size=160x90:rate=25"


@pytest.fixture(scope="module")
async def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with whole films to spoil."""
    folder = tmp_path_factory.mktemp("footage")
    await clip(folder / "end.mp4", picture=SMALL)
    await clip(folder / "front.mp4", "-movflags", "faststart", picture=SMALL)
    await clip(folder / "pieces.mp4", "-movflags", "frag_keyframe+empty_moov", "-g", "10", picture=SMALL)
    for name in ("a.mkv", "a.avi"):
        await clip(folder / name, picture=SMALL)
    await ffmpeg("-f", "lavfi", "-i", "sine", "-t", "2", "-c:a", "pcm_s16le", folder / "a.wav")
    return folder


async def refusal(path: Path, folder: Path) -> BadMedia:
    with pytest.raises(BadMedia) as caught:
        await info_of(path, folder, sound_alone=False)
    assert caught.value.details["detected"]
    assert caught.value.remedy not in {"", BadMedia.default_remedy}
    return caught.value


@pytest.mark.parametrize("name", ["end.mp4", "front.mp4", "pieces.mp4", "a.mkv", "a.avi", "a.wav"])
async def test_a_file_that_stops_early_is_truncated(footage: Path, tmp_path: Path, name: str) -> None:
    for share in (0.02, 0.5, 0.93):
        bad = await refusal(cut(footage / name, tmp_path / name, share), tmp_path)
        assert bad.code == "media_truncated", (share, bad.message)


async def test_a_file_cut_behind_its_first_track_has_lost_its_sound(tmp_path: Path) -> None:
    """The sound lies behind all pictures, so that the cut file still shows every one of them."""
    sound = ("-itsoffset", "2", "-f", "lavfi", "-i", "sine=sample_rate=8000", "-t", "4", "-c:a", "aac", "-b:a", "8k")
    picture = ("-f", "lavfi", "-t", "2", "-i", "testsrc2=size=640x360:rate=25")
    whole = tmp_path / "whole.mp4"
    await ffmpeg(*picture, *sound, "-movflags", "faststart", "-c:v", "libx264", "-preset", "ultrafast", whole)
    info = await info_of(whole, tmp_path)
    assert info.audio and info.audio.start > 1.5
    (tmp_path / "cut.mp4").write_bytes(whole.read_bytes()[:-3500])
    bad = await refusal(tmp_path / "cut.mp4", tmp_path)
    assert bad.code == "media_truncated"
    assert bad.details["stream"] == "audio"


async def test_a_few_lost_bytes_are_a_note(footage: Path, tmp_path: Path) -> None:
    data = (footage / "front.mp4").read_bytes()
    (tmp_path / "nearly.mp4").write_bytes(data[:-40])
    info = await info_of(tmp_path / "nearly.mp4", tmp_path)
    assert "end_missing" in [note.code for note in info.notes]


async def test_a_fragmented_film_that_lies_about_its_length_is_not_believed(footage: Path, tmp_path: Path) -> None:
    data = bytearray((footage / "pieces.mp4").read_bytes())
    for name, offset in ((b"mvhd", 20), (b"tkhd", 24), (b"mdhd", 20)):
        at = data.find(name)
        while at >= 0:
            struct.pack_into(">I", data, at + offset, 143_165_000)
            at = data.find(name, at + 4)
    (tmp_path / "lies.mp4").write_bytes(data)
    info = await info_of(tmp_path / "lies.mp4", tmp_path)
    assert info.duration == pytest.approx(3, abs=0.2)
    assert "duration_wrong" in [note.code for note in info.notes]


async def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    assert (await refusal(tmp_path / "empty.mp4", tmp_path)).code == "media_empty"


@pytest.mark.parametrize("ending", ["mp4", "mkv"])
async def test_a_clip_of_no_length_is_too_short(tmp_path: Path, ending: str) -> None:
    await clip(tmp_path / f"none.{ending}", seconds=0, picture=SMALL, tone="")
    assert (await refusal(tmp_path / f"none.{ending}", tmp_path)).code == "media_too_short"


async def test_a_single_frame_is_too_short(tmp_path: Path) -> None:
    await clip(tmp_path / "one.mp4", "-frames:v", "1", picture=SMALL, tone="")
    assert (await refusal(tmp_path / "one.mp4", tmp_path)).code == "media_too_short"


async def test_sound_alone_has_no_video(footage: Path, tmp_path: Path) -> None:
    assert (await refusal(footage / "a.wav", tmp_path)).code == "media_no_video"


@pytest.mark.parametrize(
    ("content", "detected"),
    [
        (b"Dear diary, today I filmed nothing at all.", "text"),
        (bytes(range(256)) * 40, "unknown data"),
        (b"%PDF-1.7\n", "PDF"),
        (b"PK\x03\x04" + b"\0" * 100, "ZIP"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "PNG"),
        (b"\x1a\x45\xdf\xa3" + b"\x93\x42\x82\x88matroska" + b"\0" * 500, "matroska"),
    ],
)
async def test_what_is_no_media_is_named(tmp_path: Path, content: bytes, detected: str) -> None:
    (tmp_path / "film.mp4").write_bytes(content)
    bad = await refusal(tmp_path / "film.mp4", tmp_path)
    assert bad.code == "media_unsupported"
    assert detected in str(bad.details["detected"]) and detected in bad.message


async def test_pictures_that_cannot_be_decoded_are_unsupported(footage: Path, tmp_path: Path) -> None:
    data = bytearray((footage / "front.mp4").read_bytes())
    media = data.find(b"mdat") + 4
    data[media:] = b"\x5a" * (len(data) - media)
    (tmp_path / "noise.mp4").write_bytes(data)
    bad = await refusal(tmp_path / "noise.mp4", tmp_path)
    assert bad.code == "media_unsupported"


async def test_codecs_that_nobody_knows_are_told(tmp_path: Path) -> None:
    """Without a decoder a stream has neither a size nor a rate to ask for."""
    film = await clip(tmp_path / "film.mov", "-c:a", "pcm_s16le", picture=SMALL)
    for known, name in ((b"avc1", "picture"), (b"sowt", "sound")):
        (tmp_path / f"{name}.mov").write_bytes(film.read_bytes().replace(known + b"\0\0\0", b"zzzz\0\0\0"))
    assert (await refusal(tmp_path / "picture.mov", tmp_path)).code == "media_unsupported"
    info = await info_of(tmp_path / "sound.mov", tmp_path)
    assert info.audio is None and [note.code for note in info.notes] == ["sound_unreadable"]


async def test_an_index_that_stops_in_the_midst_of_a_codec_is_truncated(tmp_path: Path) -> None:
    song = await clip(tmp_path / "song.m4a", picture="")
    for share in (0.95, 0.97, 0.98):
        with pytest.raises(BadMedia) as caught:
            await info_of(cut(song, tmp_path / "cut.m4a", share), tmp_path)
        assert caught.value.code == "media_truncated"


@pytest.mark.parametrize("ending", ["mp3", "opus"])
async def test_sound_whose_frames_stand_each_for_itself_is_taken_without_its_end(tmp_path: Path, ending: str) -> None:
    codec = {"mp3": "libmp3lame", "opus": "libopus"}[ending]
    await ffmpeg("-f", "lavfi", "-i", "sine", "-t", "4", "-c:a", codec, tmp_path / f"a.{ending}")
    assert not (await info_of(tmp_path / f"a.{ending}", tmp_path)).notes
    info = await info_of(cut(tmp_path / f"a.{ending}", tmp_path / f"b.{ending}", 0.6), tmp_path)
    assert info.duration < 3 and [note.code for note in info.notes] == ["end_missing"]


async def test_a_film_written_in_one_go_is_as_long_as_its_frames(tmp_path: Path) -> None:
    film = await clip(
        tmp_path / "a.avi", "-c:v", "mpeg4", "-c:a", "libmp3lame", "-f", "avi", "-flags", "bitexact", picture=SMALL
    )
    data = bytearray(film.read_bytes())
    data[4:8] = b"\xff\xff\xff\xff"
    at = data.find(b"strh") + 8 + 32
    data[at : at + 4] = struct.pack("<I", 50_000)
    (tmp_path / "piped.avi").write_bytes(data)
    info = await info_of(tmp_path / "piped.avi", tmp_path)
    assert info.video and info.video.frame_rate == "25/1" and info.duration == pytest.approx(3, abs=0.1)
    assert "duration_wrong" in [note.code for note in info.notes]


async def test_recordings_put_behind_each_other_are_refused(tmp_path: Path) -> None:
    film = await clip(tmp_path / "a.ts", "-c:a", "aac", picture=SMALL)
    (tmp_path / "twice.ts").write_bytes(film.read_bytes() * 2)
    assert (await refusal(tmp_path / "twice.ts", tmp_path)).code == "media_clock_broken"


async def test_a_picture_that_changes_its_size_is_told(tmp_path: Path) -> None:
    """A telephone that is turned while it sends: the stream goes on with another size."""
    for name, size, offset in (("a", "90x160", 0), ("b", "160x90", 3)):
        await clip(tmp_path / f"{name}.ts", "-output_ts_offset", f"{offset}", picture=f"testsrc2=size={size}:rate=25")
    (tmp_path / "turned.ts").write_bytes((tmp_path / "a.ts").read_bytes() + (tmp_path / "b.ts").read_bytes())
    info = await info_of(tmp_path / "turned.ts", tmp_path)
    assert info.video and (info.video.width, info.video.height) == (90, 160)
    assert "size_changes" in [note.code for note in info.notes]
    plain = await info_of(tmp_path / "a.ts", tmp_path)
    assert plain.video and "size_changes" not in [note.code for note in plain.notes]
    assert info.video.resized and not plain.video.resized


@pytest.mark.parametrize("codec", ["libx264", "libx265", "libvpx", "libvpx-vp9", "mpeg2video"])
async def test_a_change_of_size_is_seen_wherever_it_stands(tmp_path: Path, codec: str) -> None:
    """A short piece near the end: no frame that is looked at lies in it, yet its key frame says its size."""
    quick = {"libx264": "-preset ultrafast", "libx265": "-preset ultrafast", "libvpx": "-deadline realtime -cpu-used 8"}
    options = quick.get(codec, "").split() or ["-b:v", "200k"]
    ending = "ts" if codec in ("libx264", "libx265", "mpeg2video") else "mkv"
    for name, size, seconds in (("a", "96x64", 8), ("b", "64x96", 1), ("c", "96x64", 1)):
        picture = f"testsrc2=size={size}:rate=10:duration={seconds}"
        rate = ["-r", "25"] if codec == "mpeg2video" else []
        await ffmpeg("-f", "lavfi", "-i", picture, "-c:v", codec, *options, *rate, tmp_path / f"{name}.{ending}")
    for name, pieces in (("whole", "abc"), ("plain", "ac")) if codec == "libx264" else (("whole", "abc"),):
        (tmp_path / "pieces.txt").write_text("".join(f"file {piece}.{ending}\n" for piece in pieces))
        await ffmpeg("-f", "concat", "-i", tmp_path / "pieces.txt", "-c", "copy", tmp_path / f"{name}.{ending}")
        info = await info_of(tmp_path / f"{name}.{ending}", tmp_path)
        assert info.video and info.video.resized is (name == "whole")
