"""``cutroom demo`` on a film of one's own, and ``cutroom sample``."""

from __future__ import annotations

import json
from pathlib import Path

import av
import pytest
from PIL import Image

from cutroom.__main__ import main


def cutroom(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return int(ended.value.code or 0)


def test_sample_prints_what_it_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "new" / "folder"
    assert cutroom("sample", folder, "--seconds", 6, "--size", "96x64", "--fps", 10) == 0
    printed = capsys.readouterr().out.splitlines()[1:]
    names = ["sample.mp4", "sample.srt", "sample.json", "music.m4a", "truth.json"]
    assert printed == [str(folder / name) for name in names]
    assert json.loads((folder / "truth.json").read_text())["frames"] == 60


@pytest.mark.parametrize("wrong", [("--size", "big"), ("--size", "95x64"), ("--seconds", "2"), ("--fps", "0")])
def test_impossible_samples_are_wrong_use(tmp_path: Path, wrong: tuple[str, str]) -> None:
    assert cutroom("sample", tmp_path / "new", *wrong) == 2
    assert not (tmp_path / "new").exists()


def test_demo_goes_the_whole_way(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cutroom("sample", tmp_path / "footage", "--seconds", 6, "--size", "160x90", "--fps", 15, "-q") == 0
    film, out = tmp_path / "footage" / "sample.mp4", tmp_path / "out"
    monkeypatch.chdir(tmp_path)
    assert cutroom("demo", film, "--out", "out") == 0
    printed = capsys.readouterr().out
    assert "video          out/demo.mp4" in printed
    assert "contact sheet  out/demo.png" in printed
    assert "check          passed" in printed, printed
    with av.open(str(out / "demo.mp4")) as made:
        assert (made.streams.video[0].width, made.streams.video[0].height) == (1920, 1080)
    with Image.open(out / "demo.png") as sheet:
        assert sheet.width > 1000
