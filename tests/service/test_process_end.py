"""Nothing outlives whoever asked for it: not after a cancel, not after ``kill -9``, grandchildren included."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from pathlib import Path
from uuid import uuid4

import pytest

from shared import child
from shared.process import Limits, ProcessFailed, run, spawn, stream
from tests.patience import LONG, soon, until

STUBBORN = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = os.fork()
with open(sys.argv[1], "a") as file:
    file.write(f"{os.getpid()}\\n")
if child and len(sys.argv) > 2:
    sys.exit(int(sys.argv[2]))
time.sleep(1000)
"""
"""It and its child ignore SIGTERM; both write their ids. Told a status, it ends with that and leaves its child."""

PARENT = """
import asyncio, sys
from pathlib import Path
from shared.process import run, spawn
how, *argv = sys.argv[1:]
async def main():
    if how == "spawn":
        spawn(argv)
        await asyncio.sleep(1000)
    await run(argv)
asyncio.run(main())
"""

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")


def stubborn(log: Path, *more: str) -> list[str]:
    return [sys.executable, "-c", STUBBORN, str(log), *more]


def gone(pid: int) -> bool:
    """Tell whether a process is gone; one that only waits for its exit to be taken counts as gone."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


async def pids(log: Path, count: int = 2) -> list[int]:
    await until(lambda: log.exists() and log.read_text().count("\n") == count)
    return [int(line) for line in log.read_text().split()]


async def test_cancel_ends_a_group_that_ignores_sigterm_within_two_seconds(tmp_path: Path) -> None:
    log = tmp_path / "log"

    async def cancelled() -> float:
        log.unlink(missing_ok=True)
        task = asyncio.create_task(run(stubborn(log)))
        family = await pids(log)
        started = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(lambda: all(map(gone, family)))
        return time.monotonic() - started

    await soon(2, cancelled)


async def test_cancel_gives_a_program_the_chance_to_end_in_good_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "GRACE_S", LONG)  # a busy machine may need more than its half a second
    log = tmp_path / "log"
    code = 'trap \'echo orderly >> "$1"; exit 0\' TERM; echo $$ > "$1"; while :; do sleep 0.01; done'
    task = asyncio.create_task(run(["sh", "-c", code, "sh", str(log)]))
    await pids(log, 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert "orderly" in log.read_text()


async def test_a_second_cancel_kills_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "GRACE_S", 1000.0)
    log = tmp_path / "log"
    task = asyncio.create_task(run(stubborn(log)))
    family = await pids(log)
    task.cancel()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        async with asyncio.timeout(LONG):
            await task
    await until(lambda: all(map(gone, family)))


async def test_a_cancel_at_any_moment_of_the_start_leaves_nothing(tmp_path: Path) -> None:
    mark = f"86400.{uuid4().int}"
    for delay in (0, 0.002, 0.005, 0.01, 0.02, 0.04):
        task = asyncio.create_task(run(["sleep", mark]))
        await asyncio.sleep(delay)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    await until(lambda: not running_with(mark))


def running_with(argument: str) -> list[Path]:
    return [path for path in Path("/proc").glob("[0-9]*/cmdline") if argument.encode() in contents(path)]


def contents(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


async def test_a_timeout_around_a_stream_ends_its_group(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with pytest.raises(TimeoutError):
        async with stream(stubborn(log)) as output:
            family = await pids(log)
            async with asyncio.timeout(0.1):
                async for _ in output.chunks(1):
                    pass
    await until(lambda: all(map(gone, family)))


async def test_the_wall_limit_ends_the_group(tmp_path: Path) -> None:
    log = tmp_path / "log"
    for wall_s in (2, 10, 50):  # as long as this machine needs to start two programs
        log.write_text("")
        with pytest.raises(ProcessFailed):
            await run(stubborn(log), limits=Limits(wall_s=wall_s))
        if log.read_text().count("\n") == 2:
            break
    family = await pids(log)
    await until(lambda: all(map(gone, family)))


@pytest.mark.parametrize("status", [0, 7])
async def test_a_program_that_ends_takes_its_children_along(tmp_path: Path, status: int) -> None:
    log = tmp_path / "log"
    await run(stubborn(log, str(status)), ok=frozenset({status}), limits=Limits(wall_s=LONG))
    family = await pids(log)
    await until(lambda: all(map(gone, family)))


async def test_a_child_that_left_the_group_cannot_hold_us_by_the_pipe(tmp_path: Path) -> None:
    log = tmp_path / "log"
    code = (
        "import os, sys, time\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    open(sys.argv[1], 'w').write(f'{os.getpid()}\\n')\n"
        "    time.sleep(1000)\n"
        "while not os.path.exists(sys.argv[1]): time.sleep(0.01)\n"
        "print('done')"
    )
    done = await run([sys.executable, "-c", code, str(log)], limits=Limits(wall_s=2 * LONG))
    try:
        assert done.stdout == b"done\n"
        assert done.wall_s < LONG
    finally:
        os.kill((await pids(log, 1))[0], signal.SIGKILL)


@linux
@pytest.mark.parametrize("how", ["run", "spawn"])
async def test_kill_9_of_the_parent_leaves_no_orphan(tmp_path: Path, how: str) -> None:
    log = tmp_path / "log"
    parent = spawn([sys.executable, "-c", PARENT, how, *stubborn(log)])
    family = await pids(log)
    assert not any(map(gone, family))
    os.kill(parent.pid, signal.SIGKILL)
    await until(lambda: all(map(gone, family)))
    parent.kill()


@linux
async def test_kill_9_of_the_parent_reaches_through_two_generations_of_ours(tmp_path: Path) -> None:
    log = tmp_path / "log"
    middle = [sys.executable, "-c", PARENT, "run", *stubborn(log)]
    parent = spawn([sys.executable, "-c", PARENT, "run", *middle])
    family = await pids(log)
    os.kill(parent.pid, signal.SIGKILL)
    await until(lambda: all(map(gone, family)))
    parent.kill()


@linux
async def test_under_uvloop_a_cancel_and_a_kill_9_end_the_group_too(tmp_path: Path) -> None:
    uvloop_parent = PARENT.replace("asyncio.run(main())", "import uvloop; uvloop.run(main())")
    log = tmp_path / "log"
    parent = spawn([sys.executable, "-c", uvloop_parent, "run", *stubborn(log)])
    family = await pids(log)
    os.kill(parent.pid, signal.SIGINT)
    await until(lambda: all(map(gone, family)))
    parent.kill()


async def test_a_spawned_program_is_terminated_with_its_group(tmp_path: Path) -> None:
    log = tmp_path / "log"
    server = spawn(stubborn(log))
    family = await pids(log)
    assert server.alive()
    assert server.pid in family
    assert server.returncode is None
    assert server.terminate(timeout_s=0.1) == -signal.SIGKILL
    assert not server.alive()
    await until(lambda: all(map(gone, family)))
    assert server.terminate() == -signal.SIGKILL


async def test_a_spawned_program_ends_in_good_order_when_it_can(tmp_path: Path) -> None:
    output = tmp_path / "out"
    code = "trap 'echo bye >&2; exit 5' TERM; echo up; while :; do sleep 0.01; done"
    server = spawn(["sh", "-c", code], stdout=output)
    await until(lambda: output.exists() and "up" in output.read_text())
    assert server.terminate(timeout_s=LONG) == 5
    assert output.read_text() == "up\nbye\n"


@linux
async def test_a_detached_program_outlives_its_parent(tmp_path: Path) -> None:
    log = tmp_path / "log"
    parent_code = PARENT.replace("spawn(argv)", "spawn(argv, detach=True)")
    parent = spawn([sys.executable, "-c", parent_code, "spawn", *stubborn(log)])
    family = await pids(log)
    try:
        os.kill(parent.pid, signal.SIGKILL)
        assert parent.kill() == -signal.SIGKILL
        await asyncio.sleep(0.5)
        assert not any(map(gone, family))
    finally:
        os.killpg(os.getpgid(family[0]), signal.SIGKILL)
