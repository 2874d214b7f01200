"""Every limit is real: time on the clock, CPU, memory, size of a file, size of the output; and ffmpeg obeys them."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from shared.process import Limits, ProcessFailed, ffmpeg_path, run, stream
from tests.patience import LONG, slack

ENDLESS = ["-f", "lavfi", "-i", "testsrc=s=320x180:r=25"]


def python(code: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", code, *arguments]


async def failure(argv: list[str], limits: Limits) -> ProcessFailed:
    with pytest.raises(ProcessFailed) as caught:
        await run(argv, limits=limits)
    return caught.value


async def test_wall_limit() -> None:
    soon, started = slack(5), time.monotonic()
    error = await failure(["sleep", "1000"], Limits(wall_s=0.3))
    assert error.reason == "wall_limit"
    assert time.monotonic() - started < soon


async def test_wall_limit_of_a_stream() -> None:
    with pytest.raises(ProcessFailed) as caught:
        async with stream(["yes"], limits=Limits(wall_s=0.3)) as output:
            async for _ in output.chunks(1 << 16):
                pass
            await output.finish()
    assert caught.value.reason == "wall_limit"


async def test_cpu_limit() -> None:
    error = await failure(python("while True: pass"), Limits(cpu_s=1, wall_s=LONG))
    assert error.reason == "cpu_limit"


async def test_cpu_limit_that_the_program_ignores() -> None:
    code = "import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass"
    error = await failure(python(code), Limits(cpu_s=1, wall_s=LONG))
    assert (error.reason, error.returncode) == ("signal", -9)


async def test_cpu_limit_of_ffmpeg_is_no_orderly_end() -> None:
    error = await failure([ffmpeg_path(), *ENDLESS, "-f", "null", "-"], Limits(cpu_s=1, wall_s=LONG))
    assert error.reason == "cpu_limit"


@pytest.mark.skipif(sys.platform == "darwin", reason="Darwin has no limit on address space")
async def test_memory_limit() -> None:
    half = 1 << 29
    assert (await run(python("print(len(bytes(1 << 20)))"), limits=Limits(memory_bytes=half))).stdout == b"1048576\n"
    error = await failure(python("bytes(1 << 30)"), Limits(memory_bytes=half))
    assert error.reason == "exit"
    assert "MemoryError" in error.stderr_tail


async def test_file_limit(tmp_path: Path) -> None:
    target = tmp_path / "big"
    error = await failure(["dd", "if=/dev/zero", f"of={target}", "bs=64k", "count=1000"], Limits(file_bytes=1 << 20))
    assert error.reason == "file_limit"
    assert target.stat().st_size <= 1 << 20


async def test_file_limit_of_ffmpeg(tmp_path: Path) -> None:
    target = tmp_path / "big.nut"
    argv = [ffmpeg_path(), *ENDLESS, "-c:v", "rawvideo", str(target)]
    error = await failure(argv, Limits(file_bytes=1 << 20, wall_s=LONG))
    assert error.reason == "file_limit"
    assert target.stat().st_size <= 1 << 20


async def test_output_limit() -> None:
    error = await failure(["yes"], Limits(wall_s=LONG))
    assert error.reason == "output_limit"


async def test_priority_and_core_limit() -> None:
    code = "import os, resource; print(os.nice(0), *resource.getrlimit(resource.RLIMIT_CORE))"
    before = (await run(python(code), limits=Limits(nice=0))).stdout.split()
    after = (await run(python(code), limits=Limits(nice=7))).stdout.split()
    assert int(after[0]) == min(19, int(before[0]) + 7)
    assert after[1:] == [b"0", b"0"]
