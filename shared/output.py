"""Three ways to take the stdout of a program in bounded memory: keep it, cut it into lines, read it while it runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import cast

from shared.child import Child

MAX_STDOUT = 64 * 1024 * 1024
MAX_LINE = 64 * 1024
_HIGH_WATER = 1024 * 1024


class Kept:
    """Keep all of it; more than 64 MB ends the program."""

    child: Child

    def __init__(self) -> None:
        self.data = bytearray()

    def feed(self, data: bytes) -> None:
        """Take the next piece."""
        if len(self.data) + len(data) > MAX_STDOUT:
            self.child.kill("output_limit")
        else:
            self.data += data

    def close(self, *, whole: bool) -> None:
        """There will be no more."""


class Lines:
    """Give every line to a callback; of a line over 64 KB only the beginning."""

    child: Child

    def __init__(self, on_line: Callable[[str], None]) -> None:
        self._on_line = on_line
        self._line = bytearray()

    def feed(self, data: bytes) -> None:
        """Take the next piece."""
        *ended, rest = data.split(b"\n")
        for piece in ended:
            self._extend(piece)
            self._give()
        self._extend(rest)

    def close(self, *, whole: bool) -> None:
        """Give out a last line that has no newline, unless it may be cut off."""
        if whole and self._line:
            self._give()

    def _extend(self, piece: bytes) -> None:
        self._line += piece[: MAX_LINE - len(self._line)]

    def _give(self) -> None:
        line = self._line.removesuffix(b"\r").decode("utf-8", "replace")
        self._line.clear()
        self._on_line(line)


class Stream:
    """Read it at one's own pace; a program that is faster is made to wait."""

    child: Child

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._changed = asyncio.Event()
        self._closed = False
        self._paused = False
        self._wanted = _HIGH_WATER

    def feed(self, data: bytes) -> None:
        """Take the next piece."""
        self._buffer += data
        self._changed.set()
        self._throttle()

    def close(self, *, whole: bool) -> None:
        """There will be no more."""
        self._closed = True
        self._changed.set()

    def _throttle(self) -> None:
        full = len(self._buffer) >= self._wanted
        if full == self._paused or self._closed:
            return
        pipe = cast(asyncio.ReadTransport, self.child.transport.get_pipe_transport(1))
        self._paused = full
        if full:
            pipe.pause_reading()
        else:
            pipe.resume_reading()

    async def chunks(self, size: int) -> AsyncIterator[bytes]:
        """Yield stdout in pieces of exactly ``size`` bytes; only the last may be shorter.

        The end of the pieces does not say that the program ended well: ``finish`` does.
        """
        self._wanted = max(size, _HIGH_WATER)
        while True:
            while len(self._buffer) < size and not self._closed:
                self._changed.clear()
                await self._changed.wait()
            if not self._buffer:
                return
            piece = bytes(memoryview(self._buffer)[:size])
            del self._buffer[:size]
            self._throttle()
            yield piece

    async def finish(self, ok: frozenset[int] = frozenset({0})) -> str:
        """Throw away what is left of stdout, wait for the end, and return the stderr tail. Raises ProcessFailed."""
        waiting = asyncio.ensure_future(self.child.wait(ok))
        try:
            while not waiting.done():
                self._buffer.clear()
                self._throttle()
                self._changed.clear()
                changed = asyncio.ensure_future(self._changed.wait())
                await asyncio.wait([waiting, changed], return_when=asyncio.FIRST_COMPLETED)
                changed.cancel()
            await waiting
        finally:
            waiting.cancel()
        return self.child.stderr_tail
