"""Ladders and playlists as values."""

from __future__ import annotations

from fractions import Fraction

import pytest

from services.renderer.domain import hls
from services.renderer.domain.formats import picture_options, suits
from services.renderer.domain.hls import Segment, Stream
from services.renderer.domain.ladder import label, most_bits, rungs
from services.renderer.domain.order import _outputs
from shared.contracts.timeline import Output, Rendition, Timeline


def film(width: int, height: int, **more: object) -> Output:
    return Output.model_validate({"name": "film", "width": width, "height": height, "hls": True, **more})


@pytest.mark.parametrize(
    ("size", "short"),
    [
        ((1920, 1080), [1080, 720, 480, 360]),
        ((1080, 1920), [1080, 720, 480, 360]),
        ((3840, 2160), [2160, 1440, 1080, 720, 480, 360]),
        ((1280, 720), [720, 480, 360]),
        ((854, 480), [480, 360]),
        ((680, 384), [384]),
        ((320, 180), [180]),
    ],
)
def test_no_step_is_larger_than_the_film_or_nearly_as_large(size: tuple[int, int], short: list[int]) -> None:
    made = rungs(film(*size))
    assert [min(rung.width, rung.height) for rung in made] == short
    assert made[0] == film(*size) and len({label(rung) for rung in made}) == len(made)
    for rung in made:
        assert abs(rung.width / rung.height - size[0] / size[1]) < 0.02
    assert all(rung.audio_codec == "none" for rung in made[1:])


def test_a_film_without_a_ladder_is_its_own_only_picture() -> None:
    assert rungs(film(1920, 1080, hls=False)) == (film(1920, 1080, hls=False),)


def test_what_can_be_streamed() -> None:
    assert suits(film(640, 360)) and suits(film(640, 360, codec="hevc")) and suits(film(640, 360, audio_codec="none"))
    assert not suits(film(640, 360, codec="vp9")) and not suits(film(640, 360, audio_codec="opus"))
    assert not suits(film(640, 360, codec="none"))


def test_only_so_many_pictures_are_made_at_once() -> None:
    edit = Timeline(rate="25/1", sources={}, video=())
    outputs = tuple(film(1920, 1080, name=f"film_{n}") for n in range(5))
    found = [violation.code for violation in _outputs(outputs, edit)]
    assert found == ["outputs_count"] and not list(_outputs(outputs[:4], edit))


def test_key_frames_come_by_the_clock_alone() -> None:
    h264 = picture_options(film(640, 360), crf=20, preset="veryfast", keyframe=60, threads=1)
    assert (h264["g"], h264["sc_threshold"]) == (60, 0)
    hevc = picture_options(film(640, 360, codec="hevc"), crf=20, preset="veryfast", keyframe=60, threads=1)
    assert "scenecut=0" in str(hevc["x265-params"]) and "min-keyint=60" in str(hevc["x265-params"])
    plain = picture_options(film(640, 360, hls=False), crf=20, preset="veryfast", keyframe=60, threads=1)
    assert "sc_threshold" not in plain


def test_smaller_pictures_may_take_fewer_bits() -> None:
    bits = [most_bits(rung, "30/1") for rung in rungs(film(1920, 1080))]
    assert bits == sorted(bits, reverse=True) and bits[0] == 7_776_000
    assert most_bits(film(1920, 1080), "60/1") == bits[0] * 3 // 2
    assert (
        most_bits(film(1920, 1080, quality="low"), "30/1")
        < bits[0]
        < most_bits(film(1920, 1080, quality="high"), "30/1")
    )


def test_codecs_are_named_as_rfc_6381_has_it() -> None:
    assert hls.video_codec("h264", bytes.fromhex("0164001fffe1")) == "avc1.64001f"
    # Main profile, level 3.1, constraint flags 0x90, as ISO/IEC 14496-15 annex E has it in its example.
    record = bytes.fromhex("01" + "01" + "60000000" + "900000000000" + "5d" + "f000")
    assert hls.video_codec("hevc", record) == "hvc1.1.6.L93.90"
    high = bytes.fromhex("01" + "22" + "20000000" + "b00000000000" + "99" + "f000")
    assert hls.video_codec("hevc", high) == "hvc1.2.4.H153.B0"
    for codec, header in (("h264", b""), ("hevc", bytes(20)), ("vp9", record)):
        with pytest.raises(ValueError, match="configuration record"):
            hls.video_codec(codec, header)


STREAM = Stream(
    "720p", 800, (Segment(800, 500_000, Fraction(4), 9000), Segment(500_800, 100_000, Fraction(11, 2), 11_000))
)


def test_a_stream_says_how_much_it_takes() -> None:
    assert (STREAM.peak, STREAM.average, STREAM.seconds) == (1_000_000, 505_264, Fraction(19, 2))
    assert hls.target([STREAM]) == 6, "5.5 s round to 6"
    assert hls.target([Stream("a", 0, (Segment(0, 1, Fraction(1, 5)),))]) == 1


def test_a_media_playlist_names_the_files_that_the_stream_is_cut_into() -> None:
    lines = hls.media(STREAM, 6).splitlines()
    assert lines[0] == "#EXTM3U" and lines[-1] == "#EXT-X-ENDLIST"
    assert {"#EXT-X-TARGETDURATION:6", "#EXT-X-PLAYLIST-TYPE:VOD", "#EXT-X-INDEPENDENT-SEGMENTS"} <= set(lines)
    assert '#EXT-X-MAP:URI="720p_init.mp4"' in lines
    assert [line for line in lines if line.startswith("#EXTINF")] == ["#EXTINF:4.000000,", "#EXTINF:5.500000,"]
    assert [line for line in lines if not line.startswith("#")] == ["720p_00000.m4s", "720p_00001.m4s"]
    assert STREAM.files == [
        ("720p_init.mp4", 0, 800), ("720p_00000.m4s", 800, 500_000), ("720p_00001.m4s", 500_800, 100_000),
    ]  # fmt: skip


def test_a_master_playlist_names_pictures_sound_and_subtitles() -> None:
    one = Rendition(width=1280, height=720, frame_rate="30000/1001", codecs="avc1.64001f,mp4a.40.2",
                    bandwidth=900_000, average_bandwidth=500_000)  # fmt: skip
    text = hls.master([("720p.m3u8", one)], ("sound.m3u8", 6), "subtitles.m3u8")
    assert 'CHANNELS="6",URI="sound.m3u8"' in text and 'URI="subtitles.m3u8"' in text
    variant, uri = text.splitlines()[-2:]
    assert uri == "720p.m3u8"
    assert variant == (
        '#EXT-X-STREAM-INF:BANDWIDTH=900000,AVERAGE-BANDWIDTH=500000,CODECS="avc1.64001f,mp4a.40.2",'
        'RESOLUTION=1280x720,FRAME-RATE=29.970,CLOSED-CAPTIONS=NONE,AUDIO="sound",SUBTITLES="subtitles"'
    )
    bare = hls.master([("720p.m3u8", one)], None, None)
    assert "AUDIO" not in bare and "SUBTITLES" not in bare


def test_key_frames_are_ranges_of_the_segments_and_announced_by_themselves() -> None:
    lines = hls.key_frames(STREAM, 6).splitlines()
    assert "#EXT-X-I-FRAMES-ONLY" in lines and '#EXT-X-MAP:URI="720p_init.mp4"' in lines
    assert lines[-7:] == [
        "#EXTINF:4.000000,", "#EXT-X-BYTERANGE:9000@0", "720p_00000.m4s",
        "#EXTINF:5.500000,", "#EXT-X-BYTERANGE:11000@0", "720p_00001.m4s", "#EXT-X-ENDLIST",
    ]  # fmt: skip
    told = hls.searched("720p_keys.m3u8", "avc1.64001f", (1280, 720), STREAM)
    assert hls.master([], None, None, [told]).splitlines()[-1] == (
        '#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=18000,CODECS="avc1.64001f",RESOLUTION=1280x720,URI="720p_keys.m3u8"'
    )


def test_a_playlist_of_texts() -> None:
    lines = hls.texts([("subtitles_0000.vtt", Fraction(30)), ("subtitles_0001.vtt", Fraction(1, 5))]).splitlines()
    assert "#EXT-X-TARGETDURATION:30" in lines and lines[-2] == "subtitles_0001.vtt"
    assert "#EXT-X-TARGETDURATION:1" in hls.texts([("a.vtt", Fraction(1, 5))])
