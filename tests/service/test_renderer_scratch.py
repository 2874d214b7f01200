"""The scratch folder of a render: programs that run at once write no file of each other's."""

from __future__ import annotations

import asyncio
import json
import os
import stat
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Literal

import pytest

from services.renderer.tools.ffmpeg import LONG_GRAPH, Bench
from shared.contracts.speech import Caption
from shared.contracts.timeline import RenderOptions
from shared.process import ffmpeg_path
from tests.service.renderer_footage import clip, rendered, timeline
from tests.service.test_renderer_copy import WIDE, coded
from tests.service.test_renderer_service import FAST

_PROGRAM = """#!{python}
import json, os, sys
with open({log!r}, "a") as log:
    log.write(json.dumps([os.getcwd(), sys.argv[1:]]) + "\\n")
os.execv({real!r}, [{real!r}, *sys.argv[1:]])
"""
TAKES_FILE = {"-i", "-filter_complex", "-vf", "-af", "-metadata"}


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Have every run of ffmpeg written down, and run."""
    program, log = tmp_path / "ffmpeg", tmp_path / "log"
    program.write_text(_PROGRAM.format(python=sys.executable, log=str(log), real=ffmpeg_path()))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("CUTROOM_FFMPEG", str(program))
    ffmpeg_path.cache_clear()
    yield log
    ffmpeg_path.cache_clear()


def written(log: Path, folder: Path) -> Counter[str]:
    """How many programs wrote each file of ``folder``."""
    found: Counter[str] = Counter()
    for line in log.read_text().splitlines():
        where, words = json.loads(line)
        if Path(where) == folder:
            found.update({word for before, word in pairwise(words) if before not in TAKES_FILE and _made(folder, word)})
    return found


def _made(folder: Path, word: str) -> bool:
    return not word.startswith(("-", "file:")) and (word.endswith(".grey") or (folder / word).is_file())


@pytest.mark.parametrize("fidelity", ["encode", "copy"])
async def test_no_file_of_a_render_is_written_by_two_programs(
    tmp_path: Path, log: Path, fidelity: Literal["encode", "copy"]
) -> None:
    """Three outputs are joined at once, each with a track of captions, a poster and a sheet; two of them are alike."""
    footage = {"a": await coded(tmp_path, "25/1", "-g", "25", frames=150)}
    said = Caption(text="some words", start=0.2, end=1.6)
    made = timeline(footage, [clip(0, 0.4, 3, captions=[said]), clip(1, 3, 6)])
    wide = WIDE.model_copy(update={"poster": True, "sprites": True})
    outputs = [wide.model_copy(update={"name": name}) for name in ("one", "two")]
    outputs.append(wide.model_copy(update={"name": "three", "width": 180, "height": 320, "hls": True}))
    options = RenderOptions(subtitles="track", loudness=None, fidelity=fidelity)
    films = await rendered(tmp_path / "out", made, footage, *outputs, options=options)
    assert all(film.check.passed and film.poster and film.sprites and film.subtitles for film in films)
    found = written(log, tmp_path / "out")
    assert not {name for name, count in found.items() if count > 1}
    assert {
        f"film_{name}.{kind}" for name in ("one", "two", "three") for kind in ("jpg", "sprites.jpg")
    } <= found.keys()
    assert {f"subtitles_{name}.srt.mp4" in found for name in ("one", "two")} == {fidelity == "copy"}
    assert len({film.subtitles for film in films}) == 3


async def test_a_long_graph_that_two_programs_read_is_written_once(tmp_path: Path) -> None:
    """The second of two programs at once must not empty the file that the first is reading."""
    bench, graph = Bench(tmp_path, FAST), "[0:v]null" + " " * LONG_GRAPH + "[o]"
    source = ["-f", "lavfi", "-i", "color=s=16x16:d=0.04"]
    order = [*source, "-filter_complex", graph, "-map", "[o]", "-f", "null", "-"]
    await bench.ffmpeg(order)
    (file,) = tmp_path.glob("graph_*")
    os.utime(file, (1, 1))
    await asyncio.gather(bench.ffmpeg(order), bench.ffmpeg(order))
    assert file.stat().st_mtime == 1 and file.read_text() == graph
    assert [one for one in tmp_path.iterdir() if one.is_file()] == [file]
