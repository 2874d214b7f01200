"""Running a program to its end: what comes back, what a failure says, what the program gets to see."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from shared.errors import CapabilityMissing
from shared.output import MAX_LINE, Lines
from shared.process import Limits, ProcessFailed, ffmpeg_path, run


def python(code: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", code, *arguments]


async def test_stdout_and_the_tail_of_stderr_come_back() -> None:
    done = await run(python("import sys; print('out'); print('err', file=sys.stderr)"))
    assert done.stdout == b"out\n"
    assert done.stderr_tail == "err\n"
    assert 0 < done.wall_s < 60


async def test_stdin_reaches_the_program_whole() -> None:
    data = os.urandom(3_000_000)
    assert (await run(["cat"], stdin=data)).stdout == data


async def test_stdin_that_nobody_reads_is_no_failure() -> None:
    assert (await run(["true"], stdin=b"x" * 3_000_000)).stdout == b""


async def test_without_stdin_the_program_sees_its_end_at_once() -> None:
    assert (await run(["cat"])).stdout == b""


async def test_lines_arrive_while_the_program_runs_and_stdout_is_not_kept(tmp_path: Path) -> None:
    seen: list[str] = []
    flag = tmp_path / "flag"

    def on_line(line: str) -> None:
        seen.append(line)
        flag.touch()

    code = "import os, sys, time\nprint('first', flush=True)\nwhile not os.path.exists(sys.argv[1]): time.sleep(0.01)\n"
    done = await run(python(code + "print('\\nlast', end='')", str(flag)), on_line=on_line, limits=Limits(wall_s=30))
    assert seen == ["first", "", "last"]
    assert done.stdout == b""


async def test_what_the_line_callback_raises_ends_the_program_and_is_raised() -> None:
    def refuse(line: str) -> None:
        raise ValueError(line)

    with pytest.raises(ValueError, match="y"):
        await run(["yes"], on_line=refuse, limits=Limits(wall_s=30))


def test_lines_are_cut_alike_wherever_the_pieces_end() -> None:
    text = "a\r\n\nß\nend"
    for size in range(1, 9):
        seen: list[str] = []
        lines = Lines(seen.append)
        for start in range(0, len(text.encode()), size):
            lines.feed(text.encode()[start : start + size])
        lines.close(whole=True)
        assert seen == ["a", "", "ß", "end"]


def test_a_line_without_end_takes_bounded_memory_and_the_next_one_is_whole() -> None:
    seen: list[str] = []
    lines = Lines(seen.append)
    for _ in range(100):
        lines.feed(b"x" * MAX_LINE)
    lines.feed(b"\nnext\n")
    assert seen == ["x" * MAX_LINE, "next"]


async def test_a_failure_names_program_status_and_last_words() -> None:
    code = "import sys; sys.stderr.write('x' * 100_000 + '\\nno such codec\\n'); sys.exit(3)"
    with pytest.raises(ProcessFailed) as caught:
        await run(python(code))
    error = caught.value
    assert (error.code, error.reason, error.returncode, error.argv0) == ("process_failed", "exit", 3, sys.executable)
    assert len(error.stderr_tail) <= 8192
    assert error.stderr_tail.endswith("no such codec\n")
    assert "no such codec" in error.message
    assert error.details["returncode"] == 3


async def test_an_expected_exit_status_is_no_failure() -> None:
    assert (await run(["sh", "-c", "echo x; exit 3"], ok=frozenset({0, 3}))).stdout == b"x\n"


async def test_death_by_a_signal_is_told_apart() -> None:
    with pytest.raises(ProcessFailed) as caught:
        await run(["sh", "-c", "kill -SEGV $$"])
    assert (caught.value.reason, caught.value.returncode) == ("signal", -11)


async def test_a_program_that_is_not_there_is_a_missing_capability() -> None:
    with pytest.raises(CapabilityMissing, match="no-such-program"):
        await run(["no-such-program"])


async def test_a_file_that_cannot_be_executed_is_a_failure_with_its_reason(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.write_bytes(b"\x7fELF nonsense")
    broken.chmod(0o755)
    with pytest.raises(ProcessFailed, match="cannot start"):
        await run([str(broken)])


async def test_arguments_never_meet_a_shell() -> None:
    nasty = ["$(id)", "; id", "a b", "'\"", "-n", "", "*", "ß\n"]
    code = "import sys; sys.stdout.buffer.write('|'.join(sys.argv[1:]).encode())"
    assert (await run(python(code, *nasty))).stdout.decode() == "|".join(nasty)


async def test_no_secret_of_the_service_reaches_a_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUTROOM_GATEWAY_SECRET", "swordfish")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "swordfish")
    monkeypatch.setenv("NUMBA_CACHE_DIR", "/somewhere")
    seen = (await run(["env"], env={"GIVEN": "yes"})).stdout.decode()
    assert "swordfish" not in seen
    assert "GIVEN=yes" in seen
    assert "NUMBA_CACHE_DIR=/somewhere" in seen
    assert f"PATH={os.environ['PATH']}" in seen


async def test_our_own_modules_run_from_any_folder_and_nothing_there_is_imported(tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('taken over')")
    done = await run([sys.executable, "-c", "import json, os, shared.errors; print(os.getcwd())"], cwd=tmp_path)
    assert done.stdout.decode().strip() == str(tmp_path.resolve())


async def test_the_program_has_a_group_and_session_of_its_own_and_default_signals() -> None:
    code = "import os, signal; print(os.getpid() == os.getpgid(0) == os.getsid(0))"
    assert (await run(python(code))).stdout == b"True\n"
    if Path("/proc/self/status").exists():
        ignored = (await run(["grep", "SigIgn", "/proc/self/status"])).stdout.split()[1]
        belongs_to_the_c_library = 1 << 31 | 1 << 32  # signals 32 and 33, which no program can set
        assert int(ignored, 16) & ~belongs_to_the_c_library == 0


async def test_many_at_once() -> None:
    results = await asyncio.gather(*(run(["echo", str(number)]) for number in range(20)))
    assert [int(done.stdout) for done in results] == list(range(20))


async def test_ffmpeg_is_found_and_runs() -> None:
    assert (await run([ffmpeg_path(), "-version"])).stdout.startswith(b"ffmpeg version")


def test_a_chosen_ffmpeg_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUTROOM_FFMPEG", "/nowhere/ffmpeg")
    ffmpeg_path.cache_clear()
    with pytest.raises(CapabilityMissing):
        ffmpeg_path()
    ffmpeg_path.cache_clear()
