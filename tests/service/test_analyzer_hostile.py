"""Files that mean harm: nothing else is read, no memory or time runs away."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from services.analyzer.domain.judge import Bounds, judge
from services.analyzer.domain.sniff import MATROSKA, MOV
from services.analyzer.tools.opening import open_media
from services.analyzer.tools.probe import probe
from shared.errors import BadMedia
from tests.service.analyzer_stage import clip, ffmpeg, info_of

SMALL = "testsrc2=size=160x90:rate=25"


async def code_of(path: Path, folder: Path) -> str:
    with pytest.raises(BadMedia) as caught:
        await info_of(path, folder)
    return caught.value.code


@pytest.mark.parametrize(
    "text",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{secret}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile {secret}\n",
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>{secret}</BaseURL></MPD>',
        '<svg xmlns="http://www.w3.org/2000/svg"><image href="{secret}"/></svg>',
    ],
)
async def test_playlists_named_as_films_open_nothing(tmp_path: Path, text: str) -> None:
    secret = await clip(tmp_path / "secret.ts", seconds=0.4, picture=SMALL)
    (tmp_path / "film.mp4").write_text(text.format(secret=secret.name))
    assert await code_of(tmp_path / "film.mp4", tmp_path) == "media_unsupported"


async def test_even_past_the_first_look_no_playlist_is_opened(tmp_path: Path) -> None:
    """The demuxers' own list refuses what the magic bytes might have let through."""
    await clip(tmp_path / "secret.ts", seconds=0.4, picture=SMALL)
    for text in ("#EXTM3U\n#EXTINF:9,\nsecret.ts\n", "ffconcat version 1.0\nfile secret.ts\n"):
        (tmp_path / "film.mp4").write_text(text)
        for kind in (MOV, MATROSKA):
            with pytest.raises(av.FFmpegError):
                open_media(tmp_path / "film.mp4", kind.demuxers, 10**9)


@pytest.mark.parametrize("ending", ["mkv", "mp4"])
async def test_a_file_of_very_many_streams_is_refused(tmp_path: Path, ending: str) -> None:
    maps = [part for _ in range(40) for part in ("-map", "0:a")]
    await ffmpeg("-f", "lavfi", "-i", "sine=duration=0.3", *maps, "-c:a", "pcm_s16le", tmp_path / f"many.{ending}")
    assert await code_of(tmp_path / f"many.{ending}", tmp_path) == "media_too_complex"


async def test_a_picture_beyond_the_limit_is_refused_without_being_decoded(tmp_path: Path) -> None:
    refused = {"libx264": "media_too_complex", "png": "media_unsupported"}
    for codec, code in refused.items():
        name = f"{codec}.mov"
        await clip(tmp_path / name, "-c:v", codec, seconds=0.2, picture=SMALL, tone="")
        facts, still = await probe(tmp_path / name, tmp_path, Bounds(max_pixels=10_000))
        assert still is None
        with pytest.raises(BadMedia) as caught:
            judge(facts, Bounds(max_pixels=10_000))
        assert caught.value.code == code and ("160x90" in caught.value.message or "10000" in caught.value.message)


async def test_two_frames_twenty_hours_apart_are_too_long(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "gap.mkv"), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height = 64, 64
        for number, at in enumerate((0, 20 * 3600 * 1000)):
            frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), number * 90, np.uint8), format="rgb24")
            for packet in stream.encode(frame):
                packet.pts = packet.dts = at
                packet.time_base = Fraction(1, 1000)
                container.mux(packet)
    assert await code_of(tmp_path / "gap.mkv", tmp_path) == "media_too_long"


async def test_hostile_tags_do_no_harm(tmp_path: Path) -> None:
    title = "a\x1b[31m\u202e" + "x" * 200_000
    await clip(tmp_path / "tags.mkv", "-metadata", f"title={title[:100_000]}", seconds=0.4, picture=SMALL)
    info = await info_of(tmp_path / "tags.mkv", tmp_path)
    assert "\x1b" not in info.model_dump_json()
