"""What a file is made of follows from its ending; what is not written is refused with what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from cutroom.endings import ENDINGS, codecs
from cutroom.exits import Stopped
from services.renderer.domain.formats import FORMATS
from shared.contracts.codecs import CONTAINERS


def test_the_ending_says_what_is_made() -> None:
    assert codecs(Path("a.MP4"), None, hls=False) == {"codec": "h264", "audio_codec": "auto"}
    assert codecs(Path("a.mp4"), "av1", hls=False)["codec"] == "av1"
    assert codecs(Path("a.webm"), "vp9", hls=False)["codec"] == "vp9"
    assert codecs(Path("a.wav"), None, hls=False) == {"codec": "none", "audio_codec": "pcm"}
    assert codecs(Path("a.mp4"), "hevc", hls=True)["codec"] == "hevc"


def test_each_codec_is_written_where_the_renderer_writes_it() -> None:
    assert {codec: f".{form.ending}" for codec, form in FORMATS.items()} == CONTAINERS
    assert set(CONTAINERS.values()) < set(ENDINGS)


@pytest.mark.parametrize(
    ("out", "codec", "message", "remedy"),
    [
        ("a.mp4", "vp8", "vp8 is not written; vp9 is the nearest", "vp9 (.webm)"),
        ("a.mp4", "h265", "h265 is called hevc", "hevc (.mp4)"),
        ("a.mp4", "copy", "--copy", "h264 (.mp4)"),
        ("a.mp4", "nonsense", "There is no codec nonsense", "h264 (.mp4)"),
        ("a.webm", "h264", "h264 does not go into a .webm", "End -o in .mp4 for h264. Or ask for vp9 in .webm."),
        ("a.mp4", "vp9", "vp9 does not go into a .mp4", "End -o in .webm for vp9. Or ask for h264 or hevc or av1"),
        ("a.mov", "av1", "av1 does not go into a .mov", "End -o in .mp4 for av1. Or ask for prores in .mov."),
        ("a.mov", "h264", "h264 does not go into a .mov", "End -o in .mp4 for h264."),
        ("a.mp3", "h264", "h264 does not go into a .mp3", "End -o in .mp4 for h264."),
        ("a.mkv", None, ".mkv files are not written", ".mp4 is the nearest to .mkv"),
        ("a.avi", None, ".avi files are not written", ".mp4 is the nearest"),
        ("a.ogg", None, ".ogg files are not written", ".opus is the nearest"),
        ("a.png", None, ".png files are not written", "--poster"),
        ("a.m3u8", None, ".m3u8 files are not written", "--hls"),
        ("a.xyz", None, ".xyz files are not written", "Endings: .mp4"),
        ("film", None, "has no ending", ".mp4"),
        ("-", None, "not written to a pipe", "name of a file"),
    ],
)
def test_what_is_not_written_is_refused_with_what_to_write(
    out: str, codec: str | None, message: str, remedy: str
) -> None:
    with pytest.raises(Stopped) as stopped:
        codecs(Path(out), codec, hls=False)
    assert message in stopped.value.message and remedy in stopped.value.remedy, str(stopped.value.remedy)


def test_a_ladder_is_of_what_players_of_hls_know() -> None:
    for out, codec in (("a.webm", None), ("a.mp4", "av1")):
        with pytest.raises(Stopped, match="--hls does not go"):
            codecs(Path(out), codec, hls=True)
