"""The parent's side of a running program: its output is taken in bounded memory, its whole group can be ended."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, Protocol, cast

from shared.errors import CutroomError

STDERR_TAIL = 8 * 1024
GRACE_S = 0.5
_LINGER_S = 1.0


class ProcessFailed(CutroomError):
    """A program did not end well; what that means is known to whoever started it.

    ``reason`` is ``exit``, ``signal``, ``wall_limit``, ``cpu_limit``, ``file_limit`` or ``output_limit``. A program
    that runs out of memory ends in its own way, mostly with ``exit``.
    """

    default_code: ClassVar[str] = "process_failed"

    def __init__(self, argv0: str, reason: str, returncode: int, stderr_tail: str) -> None:
        self.argv0, self.reason, self.returncode, self.stderr_tail = argv0, reason, returncode, stderr_tail
        last = stderr_tail.strip().rsplit("\n", 1)[-1][-300:]
        details: dict[str, object] = {"program": argv0, "reason": reason, "returncode": returncode}
        super().__init__(f"{Path(argv0).name} failed ({reason}, status {returncode}): {last}", details=details)


class Sink(Protocol):
    """Where the stdout of a program goes. Both are called in the thread of the event loop and must not block."""

    child: Child

    def feed(self, data: bytes) -> None:
        """Take the next piece."""

    def close(self, *, whole: bool) -> None:
        """There will be no more; ``whole`` is False if the program was ended by us."""


class Child(asyncio.SubprocessProtocol):
    """One program under the event loop; its stdout goes to ``sink``, the end of its stderr is kept."""

    def __init__(self, argv0: str, sink: Sink, *, wall_s: float) -> None:
        self.started = time.monotonic()
        self._argv0 = argv0
        self._reason: str | None = None
        self._error: Exception | None = None
        self._sink = sink
        sink.child = self
        self._tail = bytearray()
        self._loop = asyncio.get_running_loop()
        self._gone = self._loop.create_future()
        self._exited = self._loop.create_future()
        self._timers = [self._loop.call_later(wall_s, self.kill, "wall_limit")]
        self._transport: asyncio.SubprocessTransport | None = None

    @property
    def transport(self) -> asyncio.SubprocessTransport:
        """The loop's handle; there from the moment the program has been started."""
        assert self._transport is not None
        return self._transport

    @property
    def stderr_tail(self) -> str:
        """The last 8 KB of what the program wrote to stderr."""
        return self._tail.decode("utf-8", "replace")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the loop: the program runs; its process id is also its group's."""
        self._transport = cast(asyncio.SubprocessTransport, transport)
        self._group = self.transport.get_pid()

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """Called by the loop with output of the program."""
        if fd == 2:
            self._tail += data
            del self._tail[:-STDERR_TAIL]
        elif self._reason is None:
            self._guarded(lambda: self._sink.feed(data))

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        """Called by the loop: the program has closed one of its outputs, or is gone."""
        if fd == 1:
            self._guarded(lambda: self._sink.close(whole=self._reason is None))

    def _guarded(self, call: Callable[[], None]) -> None:
        try:
            call()
        except Exception as error:
            self._error = self._error or error
            self.kill("reader")

    def process_exited(self) -> None:
        """Called by the loop: the program itself has ended; whatever it left in its group goes too."""
        self.signal(signal.SIGKILL)
        if not self._exited.done():
            self._exited.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the loop: the program has ended and all its output is read."""
        for timer in self._timers:
            timer.cancel()
        self.transport.close()
        if not self._gone.done():
            self._gone.set_result(None)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the whole process group; nothing happens if it is gone."""
        with contextlib.suppress(ProcessLookupError, PermissionError):  # Darwin says EPERM for a group of zombies
            os.killpg(self._group, number)

    def kill(self, reason: str) -> None:
        """Kill the group because of ``reason``; the first reason stands."""
        self._reason = self._reason or reason
        self.signal(signal.SIGKILL)
        self._close_after(_LINGER_S)

    def _close_after(self, delay_s: float) -> None:
        # A process that left the group on purpose may hold the pipes open for ever.
        self._timers.append(self._loop.call_later(delay_s, self.transport.close))

    async def wait(self, ok: frozenset[int]) -> None:
        """Wait until the program has ended and its output is read. Raises ProcessFailed, or what the sink raised."""
        await asyncio.shield(self._exited)
        self._close_after(_LINGER_S)
        await asyncio.shield(self._gone)
        if self._error:
            raise self._error
        returncode = self.transport.get_returncode()
        assert returncode is not None
        if self._reason or returncode not in ok:
            reason = self._reason or _reason(returncode, self.stderr_tail)
            raise ProcessFailed(self._argv0, reason, returncode, self.stderr_tail)

    async def end(self) -> None:
        """End the whole group if it still runs: SIGTERM, half a second, SIGKILL. After a normal end it does nothing."""
        if self._gone.done() and self._reason is None and os.getpid() != 1:
            return
        try:
            if not self._exited.done():
                self._reason = self._reason or "ended"
                self.signal(signal.SIGTERM)
                await asyncio.wait([self._exited], timeout=GRACE_S)
        finally:  # also when the wait above is cancelled
            self.signal(signal.SIGKILL)
            self._close_after(_LINGER_S)
        await asyncio.shield(self._exited)
        self.transport.close()
        await asyncio.shield(self._gone)
        await self._until_group_is_gone()

    async def _until_group_is_gone(self) -> None:
        for _ in range(20):  # the dead count as there until process 1 has taken their exits, which can take its time
            if self._group_is_gone():
                return
            await asyncio.sleep(0.005)

    def _group_is_gone(self) -> bool:
        # As process 1 of a container we inherit what the program left. Its own exit is already taken by the loop.
        with contextlib.suppress(ChildProcessError):
            os.waitpid(-self._group, os.WNOHANG)
        try:
            os.killpg(self._group, 0)
        except (ProcessLookupError, PermissionError):
            return True
        return False


def _reason(returncode: int, stderr_tail: str) -> str:
    # ffmpeg takes SIGXCPU for a wish to end in good order, says so, and leaves a file that plays.
    if returncode == -signal.SIGXCPU or f"received signal {signal.SIGXCPU:d}" in stderr_tail:
        return "cpu_limit"
    if returncode == -signal.SIGXFSZ:
        return "file_limit"
    return "signal" if returncode < 0 else "exit"
