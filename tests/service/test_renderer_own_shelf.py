"""What a render without a studio keeps: another one goes on from there, and trusts nothing that is not whole."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from deploy.scratch import PREFIX, kept_for, scratch
from services.renderer.settings import RendererSettings
from services.renderer.tools.ffmpeg import Bench
from services.renderer.tools.film import render
from services.renderer.tools.join import Tags
from services.renderer.tools.own_shelf import FolderShelf
from services.renderer.tools.parts import Order
from shared.contracts.timeline import Output, RenderOptions
from shared.process import ffmpeg_path
from tests.patience import LONG
from tests.service.renderer_footage import clip, numbered, numbers, pictures, timeline

SIZE = (192, 108)
WIDE = Output(name="wide", width=SIZE[0], height=SIZE[1])
DAY = 86_400
_PROGRAM = """#!{python}
import json, os, sys, time
drawn = [word[:-5] for word in sys.argv if word.endswith(".grey")]
if drawn:
    with open({log!r}, "a") as log:
        log.write(json.dumps(drawn) + "\\n")
    if len(open({log!r}).readlines()) > int(open({most!r}).read()):
        while True:
            time.sleep(60)
os.execv({real!r}, [{real!r}, *sys.argv[1:]])
"""
"""An ffmpeg that writes down what it draws, and comes to no end from the one behind the first so many on."""


async def test_what_is_whole_is_not_drawn_again(tmp_path: Path) -> None:
    footage = await numbered(tmp_path, 100, "25/1")
    line = timeline({"a": footage}, [clip(i, i / 2, i / 2 + 1) for i in range(6)])
    settings = RendererSettings(preset="ultrafast", crf=16, chunk_seconds=1)
    tags = Tags("", "", datetime(2026, 1, 2, tzinfo=UTC))
    order = Order(line, {"a": footage.path}, (WIDE,), RenderOptions(captions=False), tags)
    shown: list[list[int]] = []
    had: list[float] = []
    for number in range(3):
        folder, told = tmp_path / f"scratch{number}", list[float]()
        folder.mkdir()
        report = partial(note, told)
        (film,) = await render(Bench(folder, settings), order, report, FolderShelf(tmp_path / "kept"))
        assert film.check.passed, film.check.findings
        shown.append(numbers(await pictures(film.file, SIZE)))
        had.append(told[0])
        if number == 1:
            damage(sorted((tmp_path / "kept").glob("*.mp4"))[:2])
    assert had == [0, 150, 150], "the damage is found out when they are wanted"
    assert shown[0] == shown[1] == shown[2] == [n for i in range(6) for n in range(i * 25 // 2, i * 25 // 2 + 25)]
    FolderShelf(tmp_path / "kept").clear()
    assert not (tmp_path / "kept").exists()


def note(told: list[float], fraction: float, detail: Mapping[str, float | int | str]) -> None:
    """Write down how many frames are done."""
    told.append(float(detail["frame"]))


def damage(files: list[Path]) -> None:
    """One is cut off, of one a byte is another."""
    data = bytearray(files[1].read_bytes())
    data[len(data) // 2] ^= 1
    for file, content in zip(files, (b"", data), strict=True):
        file.unlink()  # the film that was made of it has the same file
        file.write_bytes(bytes(content))


async def test_a_render_that_was_killed_goes_on(tmp_path: Path) -> None:
    footage = await numbered(tmp_path, 100, "25/1")
    line = timeline({"a": footage}, [clip(i, i / 4, i / 4 + 1) for i in range(8)])
    (tmp_path / "edit.json").write_text(line.model_dump_json())
    places = {"TMPDIR": str(tmp_path / "tmp"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    (tmp_path / "tmp").mkdir()
    out, log = tmp_path / "film.mp4", tmp_path / "log"
    with begun(tmp_path, 3, places) as command:
        end = time.monotonic() + LONG
        while len(drawn(log) & kept(tmp_path)) < 2:
            assert command.poll() is None and time.monotonic() < end, command.communicate()
            time.sleep(0.02)
        command.send_signal(signal.SIGKILL)
    before, first = kept(tmp_path), drawn(log)
    log.unlink()
    assert not out.exists() and len(list((tmp_path / "tmp").iterdir())) == 1
    with begun(tmp_path, 1000, places) as command:
        said = command.communicate(timeout=LONG)
    assert command.returncode == 0, said
    assert drawn(log) and not drawn(log) & before and len(drawn(log) | first & before) == 8
    assert numbers(await pictures(out, SIZE)) == [n for i in range(8) for n in range(i * 25 // 4, i * 25 // 4 + 25)]
    assert kept(tmp_path) == set() and list((tmp_path / "tmp").iterdir()) == []


def begun(folder: Path, most: int, places: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """The command, which draws the first ``most`` chunks and then no more. Its program is the same each time."""
    program, bound = folder / "ffmpeg", folder / "most"
    names = {"log": str(folder / "log"), "most": str(bound), "real": ffmpeg_path(), "python": sys.executable}
    program.write_text(_PROGRAM.format(**names))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    bound.write_text(str(most))
    argv = [sys.executable, "-m", "cutroom", "render", str(folder / "edit.json"), "-o", str(folder / "film.mp4")]
    env = {**os.environ, **places, "CUTROOM_FFMPEG": str(program), "CUTROOM_RENDERER_CHUNK_SECONDS": "1"}
    return subprocess.Popen([*argv, "--no-captions"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env)


def drawn(log: Path) -> set[str]:
    """The chunks that programs began to draw."""
    lines = log.read_text().splitlines() if log.exists() else []
    return {key for line in lines for key in json.loads(line)}


def kept(folder: Path) -> set[str]:
    """What is kept of any film."""
    return {path.stem for path in folder.glob("cache/cutroom/renders/*/*.json")}


def test_what_killed_processes_left_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    with scratch() as other:
        left, begins = tmp_path / f"{PREFIX}left", tmp_path / f"{PREFIX}begins"
        shutil.copytree(other, left)
        begins.mkdir()
        with scratch() as mine:
            assert sorted(tmp_path.iterdir()) == sorted([other, begins, mine])
    assert list(tmp_path.iterdir()) == [begins]


def test_what_nobody_came_back_to_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first, second = (kept_for(tmp_path / name, 7) for name in ("a.mp4", "b.mp4"))
    assert first != second and first == kept_for(tmp_path / "a.mp4", 7)
    for folder, days in ((first, 6), (second, 8)):
        folder.mkdir(parents=True)
        os.utime(folder, (0, time.time() - days * DAY))
    kept_for(tmp_path / "c.mp4", 7)
    assert first.exists() and not second.exists()
