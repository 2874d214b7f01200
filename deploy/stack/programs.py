"""Programs started from plain (not async) code, all by one thread.

The thread matters: a child that shall die with its parent dies with the *thread* that started it, so servers
must not be started from a short-lived one such as a test's worker thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TypeVar

from shared import process

T = TypeVar("T")


@cache
def _starter() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="stack")


def in_starter(act: Callable[[], T]) -> T:
    """``act()`` on the thread that starts every program here."""
    return _starter().submit(act).result()


def run(argv: Sequence[str], *, env: Mapping[str, str], cwd: Path | None = None, wall_s: float = 120) -> str:
    """Run a program to its end and give its standard output; a non-zero exit raises ``ProcessFailed``."""

    async def act() -> process.Completed:
        return await process.run(argv, limits=process.Limits(wall_s=wall_s), cwd=cwd, env=env)

    return in_starter(lambda: asyncio.run(act())).stdout.decode(errors="replace")


def spawn(argv: Sequence[str], *, env: Mapping[str, str], cwd: Path, log: Path, detach: bool) -> process.Spawned:
    """Start a server that writes to ``log``; detached, it outlives this process."""
    return in_starter(lambda: process.spawn(argv, cwd=cwd, env=env, stdout=log, detach=detach))
