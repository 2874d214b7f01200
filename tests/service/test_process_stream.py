"""Reading a program's output while it runs: exact pieces, back pressure, and an end that is checked."""

from __future__ import annotations

import asyncio
import os
import sys

import pytest

from shared.process import Limits, ProcessFailed, Stream, ffmpeg_path, run, stream
from tests.patience import LONG

QUICK = Limits(wall_s=LONG)


async def test_frames_arrive_whole_and_in_order() -> None:
    frame = 64 * 36
    source = ["-v", "error", "-f", "lavfi", "-i", "testsrc=s=64x36:d=1:r=25", "-f", "rawvideo", "-pix_fmt", "gray", "-"]
    async with stream([ffmpeg_path(), *source], limits=QUICK) as output:
        frames = [piece async for piece in output.chunks(frame)]
        assert await output.finish() == ""
    assert {len(piece) for piece in frames} == {frame}
    assert len(frames) == 25
    assert b"".join(frames) == (await run([ffmpeg_path(), *source])).stdout


async def test_the_last_piece_may_be_shorter() -> None:
    async with stream(["printf", "abcdefg"], limits=QUICK) as output:
        assert [piece async for piece in output.chunks(3)] == [b"abc", b"def", b"g"]


async def test_a_piece_may_be_larger_than_what_is_buffered() -> None:
    size = 5_000_000
    async with stream(["head", "-c", str(size + 1), "/dev/zero"], limits=QUICK) as output:
        assert [len(piece) async for piece in output.chunks(size)] == [size, 1]


async def test_a_slow_reader_makes_the_program_wait() -> None:
    code = "import os\nn = 0\nwhile n < 50_000_000:\n    n += os.write(1, bytes(65536))\n    os.write(2, b'%d\\n' % n)"
    async with stream([sys.executable, "-c", code], limits=QUICK) as output:
        async for _ in output.chunks(1):
            break
        first = await _settled(output)
        assert first < 4_000_000
        await output.finish()
        assert int(output.child.stderr_tail.split()[-1]) >= 50_000_000


async def _settled(output: Stream) -> int:
    """Return how many bytes the program had written when it stopped getting on."""
    before = -1
    while (now := int((output.child.stderr_tail.split() or ["0"])[-1])) != before or now == 0:
        before = now
        await asyncio.sleep(0.2)
    return now


async def test_a_failure_after_the_last_piece_is_seen_by_finish() -> None:
    async with stream(["sh", "-c", "echo x; echo broken >&2; exit 4"], limits=QUICK) as output:
        assert [piece async for piece in output.chunks(9)] == [b"x\n"]
        with pytest.raises(ProcessFailed, match="broken"):
            await output.finish()


async def test_finish_accepts_a_named_status() -> None:
    async with stream(["sh", "-c", "exit 4"], limits=QUICK) as output:
        assert await output.finish(frozenset({4})) == ""


async def test_leaving_early_ends_the_program() -> None:
    async with stream(["yes"], limits=QUICK) as output:
        async for _ in output.chunks(10):
            break
        group = output.child.transport.get_pid()
    assert output.child.transport.get_returncode() is not None
    assert group != os.getpgid(0)


async def test_an_error_in_the_block_ends_the_program_and_stays_the_error() -> None:
    with pytest.raises(KeyError):
        async with stream(["sleep", "1000"], limits=QUICK) as output:
            raise KeyError
    assert output.child.transport.get_returncode() is not None
