"""A program that stays: told line after line, and ended."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from uuid import uuid4

import pytest

from shared.process import Conversation, Limits, ProcessFailed, converse
from tests.patience import LONG, soon

ECHO = "import sys\nfor line in sys.stdin:\n    print(line.strip().upper(), flush=True)\n"
BREAKS = "import sys\nsys.stdin.readline()\nsys.exit('it broke')\n"
MARK = f"# {uuid4()}"
STUBBORN = f"""{MARK}
import signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print('up', flush=True)
time.sleep(1000)
"""


class _Heard:
    """Lines as they come."""

    def __init__(self) -> None:
        self.lines: asyncio.Queue[str] = asyncio.Queue()

    async def start(self, code: str, **limits: int) -> Conversation:
        return await converse([sys.executable, "-c", code], self.lines.put_nowait, limits=Limits(**limits))


async def test_it_answers_line_after_line_and_ends_when_told() -> None:
    heard = _Heard()
    talk = await heard.start(ECHO)
    for word in ("one", "two"):
        talk.tell(word)
        assert await asyncio.wait_for(heard.lines.get(), LONG) == word.upper()
    assert talk.alive
    await talk.end()
    assert not talk.alive
    talk.tell("three")


async def test_one_that_breaks_says_why() -> None:
    talk = await _Heard().start(BREAKS)
    talk.tell("go")
    with pytest.raises(ProcessFailed, match="it broke"):
        await asyncio.wait_for(asyncio.shield(talk.ended), LONG)
    await talk.end()


async def test_one_that_does_not_want_to_end_is_killed() -> None:
    async def ended() -> float:
        heard = _Heard()
        talk = await heard.start(STUBBORN)
        assert await asyncio.wait_for(heard.lines.get(), LONG) == "up"
        started = time.monotonic()
        await talk.end()
        assert not any(MARK.encode() in text for text in _commands())
        return time.monotonic() - started

    await soon(2, ended)


def _commands() -> list[bytes]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(path.read_bytes())
        except OSError:
            continue
    return found
