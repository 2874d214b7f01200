"""The parent's side of a program that stays: it is told something in a line, and answers in lines, again and again."""

from __future__ import annotations

import asyncio
from typing import cast

from shared.child import Child


class Conversation:
    """One running program. Where its lines go was said when it was started."""

    def __init__(self, child: Child) -> None:
        self._child = child
        self._ended = asyncio.get_running_loop().create_task(child.wait(frozenset({0})))
        self._ended.add_done_callback(_heard)

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return not self._ended.done()

    @property
    def ended(self) -> asyncio.Task[None]:
        """Done when the program has ended; its error, ProcessFailed, if it did not end well."""
        return self._ended

    def tell(self, line: str) -> None:
        """Write one line to its stdin; nothing happens if it has ended."""
        pipe = cast(asyncio.WriteTransport | None, self._child.transport.get_pipe_transport(0))
        if pipe is not None and not pipe.is_closing():
            pipe.write(line.encode() + b"\n")

    async def end(self) -> None:
        """End its whole group: SIGTERM, half a second, SIGKILL."""
        await self._child.end()
        await asyncio.wait([self._ended])


def _heard(ended: asyncio.Task[None]) -> None:
    # Whoever waits is told; a program that ends while nobody listens is no event of its own.
    if not ended.cancelled():
        ended.exception()
