"""``cutroom render``: from a timeline file to finished films, without a studio."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from cutroom.__main__ import Session, build
from cutroom.exits import Stopped
from shared.contracts.timeline import Clip
from tests.films import look
from tests.patience import LONG
from tests.service.analyzer_stage import ffmpeg
from tests.service.renderer_footage import clip, film, numbered, numbers, pictures, timeline

PLAIN = ["--no-captions", "--quiet"]


def made(*arguments: object) -> list[str]:
    """Run the command and return the lines on its files."""
    return [line for line in ran(*arguments) if not line.startswith("  check")]


def ran(*arguments: object) -> list[str]:
    """Run the command and return its lines."""
    done = CliRunner().invoke(build(Session()), ["render", *map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout.splitlines()


async def written(folder: Path, *clips: Clip) -> Path:
    """A timeline document beside its film."""
    footage = await numbered(folder, 100, "25/1")
    edit = timeline({"a": footage}, clips or [clip(0, 0.2, 1.8), clip(1, 2.4, 3.6)])
    path = folder / "edit.json"
    path.write_text(edit.model_dump_json())
    return path


SHOWN = [*range(5, 45), *range(60, 90)]


def test_a_timeline_becomes_a_film(tmp_path: Path, footage: Path) -> None:
    out = tmp_path / "out/film.mp4"
    (line,) = made(footage, "-o", out, "--poster", *PLAIN)
    assert line.split() == [str(out), "192x108", "2.8", "s"]
    seen = look(out)
    assert (seen.frames, seen.video_codec, seen.audio_codec) == (70, "h264", "aac")
    with Image.open(out.with_suffix(".jpg")) as poster:
        assert poster.size == (192, 108)
    assert sorted(p.name for p in out.parent.iterdir()) == ["film.jpg", "film.mp4"], "nothing half-written is left"


def test_the_frames_are_those_of_the_timeline(tmp_path: Path, footage: Path) -> None:
    out = tmp_path / "film.mp4"
    ran(footage, "-o", out, *PLAIN)
    assert numbers(asyncio.run(pictures(out, (192, 108)))) == SHOWN


@pytest.fixture
def footage(tmp_path: Path) -> Path:
    """A timeline document beside its film."""
    return asyncio.run(written(tmp_path))


def test_several_shapes_and_a_draft(tmp_path: Path, footage: Path) -> None:
    lines = made(footage, "-o", tmp_path / "out/film.mp4", "--ratio", "16:9", "--ratio", "9:16", "--draft", *PLAIN)
    assert [line.split()[:2] for line in lines] == [
        [str(tmp_path / "out/film_16_9.mp4"), "854x480"], [str(tmp_path / "out/film_9_16.mp4"), "480x854"],
    ]  # fmt: skip


def test_the_ending_says_what_is_made(tmp_path: Path, footage: Path) -> None:
    (line,) = made(footage, "-o", tmp_path / "sound.mp3", *PLAIN)
    assert line.split() == [str(tmp_path / "sound.mp3"), "2.8", "s"]
    ran(footage, "-o", tmp_path / "loop.gif", *PLAIN)
    with Image.open(tmp_path / "loop.gif") as loop:
        assert loop.n_frames == 35 and np.asarray(loop).shape == (108, 192)


def test_a_folder_for_streaming_and_other_channels(tmp_path: Path, footage: Path) -> None:
    out = tmp_path / "out/film.mp4"
    lines = made(footage, "-o", out, "--hls", "--channels", "mono", *PLAIN)
    assert lines[1] == str(tmp_path / "out/film.hls/master.m3u8")
    names = sorted(path.name for path in (tmp_path / "out/film.hls").iterdir())
    assert names == [
        "108p.m3u8",
        "108p_00000.m4s",
        "108p_init.mp4",
        "108p_keys.m3u8",
        "master.m3u8",
        "sound.m3u8",
        "sound_00000.m4s",
        "sound_init.mp4",
    ]
    assert numbers(asyncio.run(pictures(tmp_path / "out/film.hls/master.m3u8", (192, 108)))) == SHOWN
    assert 'CHANNELS="1"' in Path(lines[1]).read_text()


CAMERA = """TITLE: dailies
FCM: NON-DROP FRAME

001  A001     V     C        14:23:11:05 14:23:12:05 01:00:00:00 01:00:01:00
* FROM CLIP NAME: A001.MOV
002  A001     V     C        14:23:13:05 14:23:15:05 01:00:01:00 01:00:03:00
* FROM CLIP NAME: A001.MOV
"""


def test_a_list_counts_by_the_timecode_of_the_camera(tmp_path: Path) -> None:
    plain = asyncio.run(numbered(tmp_path, 100, "25/1"))
    asyncio.run(ffmpeg("-i", plain.path, "-c", "copy", "-timecode", "14:23:10:05", tmp_path / "A001.mov"))
    (tmp_path / "dailies.edl").write_text(CAMERA)
    out = tmp_path / "film.mp4"
    said = ran(tmp_path / "dailies.edl", "-o", out, "--rate", "25", "--no-captions")
    assert [word for line in said for word in ("timecode_origin", "trimmed") if word in line] == [
        "timecode_origin", "trimmed",
    ]  # fmt: skip
    assert numbers(asyncio.run(pictures(out, (192, 108)))) == [*range(25, 50), *range(75, 100)]


def test_what_cannot_be_rendered_is_refused(tmp_path: Path, footage: Path) -> None:
    for arguments in (
        (tmp_path / "none.json", "-o", tmp_path / "a.mp4"),
        (footage, "-o", tmp_path / "a.avi"),
        (footage, "-o", tmp_path / "a.webm", "--codec", "hevc"),
        (footage, "-o", tmp_path / "a.webm", "--hls"),
        (footage, "-o", tmp_path / "a.mp4", "--channels", "7"),
    ):
        with pytest.raises(Stopped) as stopped:
            ran(*arguments, *PLAIN)
        assert stopped.value.remedy
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(Exception, match="is not in"):
        ran(footage, "-o", tmp_path / "a.mp4", "--media", empty, *PLAIN)


def test_the_check_is_told(tmp_path: Path) -> None:
    frames = np.zeros((100, 108, 192), np.uint8).tobytes()
    dark = asyncio.run(film(tmp_path, frames, None, "25/1", (192, 108), "dark"))
    path = tmp_path / "edit.json"
    path.write_text(timeline({"a": dark}, [clip(0, 0, 4)]).model_dump_json())
    lines = ran(path, "-o", tmp_path / "film.mp4", *PLAIN)
    assert any("check, " in line and "black for 4.00 s" in line for line in lines), lines


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_leaves_nothing(tmp_path: Path, number: int, code: int) -> None:
    """The film is so long that no machine has drawn it before the signal comes."""
    footage = asyncio.run(written(tmp_path, *(clip(i, i / 25, 4) for i in range(60))))
    scratch, out = tmp_path / "tmp", tmp_path / "new" / "film.mp4"
    scratch.mkdir()
    argv = [
        sys.executable,
        "-m",
        "cutroom",
        "render",
        str(footage),
        "-o",
        str(out),
        "--ratio",
        "16:9",
        "--ratio",
        "4:3",
    ]
    env = {**os.environ, "TMPDIR": str(scratch), "CUTROOM_RENDERER_PRESET": "veryslow"}
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env) as command:
        end = time.monotonic() + LONG
        while not list(scratch.glob("cutroom-render-*/*.grey")):
            assert command.poll() is None and time.monotonic() < end, command.communicate()
            time.sleep(0.02)
        command.send_signal(number)
        _, said = command.communicate(timeout=LONG)
    assert (command.returncode, b"Traceback" in said) == (code, False), said
    assert list(scratch.iterdir()) == [] and not out.parent.exists()
