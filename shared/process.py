"""The only place that starts programs: lists, never a shell; limits on time, memory and output; nothing left over.

Every program runs in a process group of its own, behind ``shared/launcher.py``, with a small clean environment, so that
no secret of a service reaches it. Start programs from the thread of the event loop: on Linux the kernel ends them when
the thread that started them ends.
"""

from __future__ import annotations

import asyncio
import functools
import os
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

from shared import launcher
from shared.child import Child, ProcessFailed, Sink
from shared.conversation import Conversation
from shared.errors import CapabilityMissing
from shared.limits import USUAL, Completed, Limits
from shared.output import Kept, Lines, Stream
from shared.spawned import Spawned

__all__ = [
    "Completed",
    "Conversation",
    "Limits",
    "ProcessFailed",
    "Spawned",
    "Stream",
    "converse",
    "ffmpeg_path",
    "run",
    "spawn",
    "stream",
]

_KEPT = (
    *("PATH", "HOME", "LANG", "TMPDIR", "NUMBA_CACHE_DIR", "XDG_CACHE_HOME", "HF_HOME", "CUTROOM_FFMPEG"),
    *("LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES", "OMP_NUM_THREADS"),
)


async def run(
    argv: Sequence[str],
    *,
    limits: Limits = USUAL,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: bytes | None = None,
    on_line: Callable[[str], None] | None = None,
    ok: frozenset[int] = frozenset({0}),
) -> Completed:
    """Run a program to its end.

    ``env`` is added to the clean environment. With ``on_line`` every line of stdout is given to it (without its end, at
    most 64 KB of it) and stdout is not kept; else at most 64 MB of stdout are kept and more is a failure. Raises
    ProcessFailed, or CapabilityMissing where there is no such program. Cancelling ends the whole process group first.
    """
    sink = Lines(on_line) if on_line else Kept()
    child = await _start(argv, sink, limits=limits, cwd=cwd, env=env, stdin=stdin)
    try:
        await child.wait(ok)
    finally:
        await child.end()
    stdout = bytes(sink.data) if isinstance(sink, Kept) else b""
    return Completed(stdout, child.stderr_tail, time.monotonic() - child.started)


@asynccontextmanager
async def stream(
    argv: Sequence[str],
    *,
    limits: Limits = USUAL,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> AsyncIterator[Stream]:
    """Run a program and read its stdout while it runs, at the reader's pace. Leaving the block ends what still runs."""
    reader = Stream()
    child = await _start(argv, reader, limits=limits, cwd=cwd, env=env)
    try:
        yield reader
    finally:
        await child.end()


async def converse(
    argv: Sequence[str],
    on_line: Callable[[str], None],
    *,
    limits: Limits = USUAL,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> Conversation:
    """Start a program that is told line after line and answers in lines; the caller ends it by ``Conversation.end``."""
    child = await _start(argv, Lines(on_line), limits=limits, cwd=cwd, env=env, stdin=b"", more=True)
    return Conversation(child)


def spawn(
    argv: Sequence[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdout: Path | None = None,
    detach: bool = False,
) -> Spawned:
    """Start a long-running program and return at once; both its outputs are appended to ``stdout``, or thrown away.

    It ends with the thread that calls this, unless ``detach``.
    """
    environment = _environment(env)
    _require(argv[0], environment)
    with (stdout or Path(os.devnull)).open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 a list, no shell
            launcher.command(list(argv), leash=not detach),
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    return Spawned(process)


async def _start(
    argv: Sequence[str],
    sink: Sink,
    *,
    limits: Limits,
    cwd: Path | None,
    env: Mapping[str, str] | None,
    stdin: bytes | None = None,
    more: bool = False,
) -> Child:
    environment = _environment(env)
    _require(argv[0], environment)
    transport, child = await asyncio.get_running_loop().subprocess_exec(
        lambda: Child(argv[0], sink, wall_s=limits.wall_s),
        *_launch(argv, limits),
        stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
        cwd=cwd,
        env=environment,
        start_new_session=True,
    )
    if stdin is not None:
        pipe = cast(asyncio.WriteTransport, transport.get_pipe_transport(0))
        pipe.write(stdin)
        if not more:
            pipe.write_eof()
    return child


def _launch(argv: Sequence[str], limits: Limits) -> list[str]:
    def number(limit: int | None) -> int:
        return launcher.NO_LIMIT if limit is None else limit

    return launcher.command(
        list(argv),
        cpu_s=number(limits.cpu_s),
        memory=number(limits.memory_bytes),
        file=number(limits.file_bytes),
        nice=limits.nice,
    )


def _environment(extra: Mapping[str, str] | None) -> dict[str, str]:
    """What a program gets of our environment. PYTHONSAFEPATH: no file in its folder is ever imported as a module."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {"LANG": "C.UTF-8", "PYTHONSAFEPATH": "1", **kept, **(extra or {})}


def _require(program: str, environment: Mapping[str, str]) -> None:
    if shutil.which(program, path=environment.get("PATH", os.defpath)) is None:
        raise CapabilityMissing(f"The program {program} is not installed here.", details={"program": program})


@functools.cache
def ffmpeg_path() -> str:
    """Return the ffmpeg to use: CUTROOM_FFMPEG, else the wheel's, else the system's. Raises CapabilityMissing."""
    if chosen := os.environ.get("CUTROOM_FFMPEG"):
        _require(chosen, os.environ)
        return chosen
    try:
        import imageio_ffmpeg

        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError):
        _require("ffmpeg", os.environ)
        return "ffmpeg"
