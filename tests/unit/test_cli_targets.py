"""Files that a command writes: refused before the work where they cannot be written, whole or not there behind it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cutroom.__main__ import Session, build
from cutroom.exits import Exit, Stopped, told
from cutroom.targets import PIPE, piped, writable, write


def test_a_folder_that_is_not_there_is_made_only_when_the_file_is_written(tmp_path: Path) -> None:
    target = tmp_path / "a" / "b" / "film.srt"
    assert writable(target) == target and list(tmp_path.iterdir()) == []
    write(target, "1\r\n")
    assert target.read_bytes() == b"1\r\n" and list(target.parent.iterdir()) == [target]


def test_what_cannot_be_written_is_refused_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for target, message in ((tmp_path, "is a folder"), (tmp_path / "file" / "a.mp4", "is a file; .* cannot lie in it")):
        with pytest.raises(Stopped, match=message) as stopped:
            writable(target)
        assert stopped.value.exit_code == Exit.USAGE and stopped.value.remedy


def test_a_text_that_does_not_fit_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(UnicodeEncodeError):
        write(tmp_path / "a.srt", "\ud800")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_and_a_forbidden_file_are_told_as_such() -> None:
    for error, word in ((OSError(28, "No space left on device", "a.mp4"), "No space left"),
                        (PermissionError(13, "Permission denied", "a.mp4"), "Permission denied")):  # fmt: skip
        shown = told(error)
        assert shown is not None and shown.exit_code == Exit.USAGE
        assert word in shown.message and "free space" in shown.remedy


def test_a_dash_prints_what_was_written(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert writable(PIPE) == PIPE
    with piped(PIPE) as path:
        path.write_bytes(b"\x00\xff")
    write(PIPE, "é\r\n")
    assert capsysbinary.readouterr().out == b"\x00\xff" + "é\r\n".encode()
    assert not path.exists()


HELP = ("up", "edit", "render", "analyze", "sample", "demo", "jobs", "watch", "cancel", "doctor", "plan", "export",
        "import", "keys", "keys create", "models", "models list", "models get")  # fmt: skip


@pytest.mark.parametrize("command", HELP)
def test_every_help_fits_into_eighty_columns_without_colour(command: str) -> None:
    plain = {"COLUMNS": "80", "NO_COLOR": "1", "TERM": "dumb"}
    done = CliRunner(env=plain).invoke(build(Session()), [*command.split(), "--help"])
    assert done.exit_code == 0
    assert max(map(len, done.output.splitlines())) <= 80 and "\x1b" not in done.output
    assert "…" not in done.output, "nothing is cut off"


def test_exit_codes_are_told_in_one_paragraph() -> None:
    done = CliRunner(env={"COLUMNS": "100", "NO_COLOR": "1"}).invoke(build(Session()), ["--help"])
    for code in Exit:
        assert f" {code.value} " in done.output, code
