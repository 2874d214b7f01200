"""How long tests wait: for what has to come, until that is a fault; for what has to be quick, on a busy machine.

A machine may be ten times slower than it was when a figure was written down. So nothing here stands for an order of
events: tests wait for conditions.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

LONG = 120.0
"""Seconds after which something that has to come has not come."""


def slack(seconds: float) -> float:
    """Return how long something may take now that takes ``seconds`` at most on a machine with nothing else to do."""
    cores = os.cpu_count() or 1
    return seconds * (1 + 2 * max(os.getloadavg()[0], _runnable()) / cores)


def _runnable() -> int:
    """Tasks that want a core at this moment: the load's average knows only of the last minute."""
    try:
        return int(Path("/proc/loadavg").read_text().split()[3].partition("/")[0])
    except OSError:
        return 1


async def soon(seconds: float, act: Callable[[], Awaitable[float]], tries: int = 5) -> None:
    """Hold what ``act`` says that it took to ``seconds`` of an idle machine.

    It is tried again where it took longer: a machine may stand still for a moment, and does so whatever we write.
    """
    took = []
    for _ in range(tries):
        before = slack(seconds)
        took.append(await act())
        if took[-1] < max(before, slack(seconds)):
            return
    raise AssertionError(f"{seconds:g} s are allowed, it took {', '.join(f'{one:.2f}' for one in took)} s")


async def until(true: Callable[[], bool], within_s: float = LONG, every_s: float = 0.01) -> float:
    """Wait until something holds and return how long that took, in seconds."""
    started = time.monotonic()
    while not true():
        assert time.monotonic() - started < within_s, "not in time"
        await asyncio.sleep(every_s)
    return time.monotonic() - started


async def until_told(true: Callable[[], Awaitable[bool]], within_s: float = LONG, every_s: float = 0.02) -> None:
    """Wait until somebody who has to be asked says so."""
    async with asyncio.timeout(within_s):
        while not await true():
            await asyncio.sleep(every_s)
