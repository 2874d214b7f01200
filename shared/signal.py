"""Wake-ups: PostgreSQL's NOTIFY as events inside a process. They only save waiting; nothing depends on one arriving."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

import asyncpg

from shared import log
from shared.db import AWAY

logger = log.get(__name__)


class Signal:
    """An event that is cleared by the one who waits for it."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def set(self) -> None:
        """Wake the waiter, or let the next wait return at once."""
        self._event.set()

    async def wait(self, timeout_s: float) -> bool:
        """Wait for :meth:`set`, at most ``timeout_s``; tell whether it came."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._event.wait()
        except TimeoutError:
            return False
        self._event.clear()
        return True


class Bell:
    """A wake-up for all who wait at that moment."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake everybody who waits."""
        self._rung.set()
        self._rung = asyncio.Event()

    async def wait(self, timeout_s: float) -> bool:
        """Wait for the next :meth:`ring`, at most ``timeout_s``; tell whether it came."""
        rung = self._rung
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await rung.wait()
        return rung.is_set()


Listener = Callable[[str], None]


async def listen(url: str, channels: dict[str, Listener]) -> None:
    """Call the listener of each channel with the payload of every NOTIFY, for ever; reconnect when the server was away.

    After each (re)connection every listener is called once with an empty payload, for what was missed meanwhile.
    """
    pause = 0.1
    while True:
        try:
            connection = await asyncpg.connect(url, timeout=10)
            try:
                await _listen_while_connected(connection, channels)
            finally:
                connection.terminate()
        except (*AWAY, TimeoutError) as away:
            logger.warning("listen.waits", error=f"{type(away).__name__}: {away}")
            await asyncio.sleep(pause)
            pause = min(pause * 2, 2.0)


async def _listen_while_connected(connection: asyncpg.Connection, channels: dict[str, Listener]) -> None:
    gone = asyncio.Event()
    connection.add_termination_listener(lambda _: gone.set())
    for channel, listener in channels.items():
        await connection.add_listener(channel, lambda _c, _p, _ch, payload, to=listener: to(str(payload)))
        listener("")
    await gone.wait()
    raise ConnectionResetError("the listening connection was closed")
