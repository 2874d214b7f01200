"""An ffmpeg whose drawing of pictures waits until the test lets it: what is under way stays so on any machine."""

from __future__ import annotations

import shlex
import stat
from dataclasses import dataclass
from pathlib import Path

import pytest

from shared.process import ffmpeg_path

_PROGRAM = """#!/bin/sh
case "$*" in
*-progress*.grey*)
    pwd > {begun}/$$.part && mv {begun}/$$.part {begun}/$$
    while [ ! -e {opened} ]; do sleep 0.05; done ;;
esac
exec {real} "$@"
"""


@dataclass(frozen=True, slots=True)
class Held:
    """``begun`` has a file for every program that waits, or waited, to draw; once ``opened`` exists they go on."""

    begun: Path
    opened: Path

    def drawing(self, below: Path) -> int:
        """Return how many programs that work below this folder have begun to draw."""
        folders = [path.read_text().strip() for path in self.begun.iterdir() if not path.suffix]
        return sum(Path(folder).is_relative_to(below.resolve()) for folder in folders)

    def let(self) -> None:
        """Let all draw, those that come later too."""
        self.opened.touch()


def held_ffmpeg(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Held:
    """Put the program into ``folder`` and make it the ffmpeg of this test, which clears the cached path at its end."""
    held = Held(folder / "begun", folder / "opened")
    held.begun.mkdir()
    places = {"begun": held.begun, "opened": held.opened, "real": ffmpeg_path()}
    program = folder / "ffmpeg"
    program.write_text(_PROGRAM.format(**{name: shlex.quote(str(place)) for name, place in places.items()}))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("CUTROOM_FFMPEG", str(program))
    ffmpeg_path.cache_clear()
    return held
