"""Memory that programs which draw share: who does not fit beside the others waits, in turn."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class Room:
    """``used`` bytes are taken. What is larger than all of the room has it alone."""

    used: int = 0
    _waiting: deque[tuple[int, int, asyncio.Future[None]]] = field(default_factory=deque)

    @asynccontextmanager
    async def taken(self, need: int, total: int) -> AsyncIterator[None]:
        """Have ``need`` of ``total`` bytes within the block; those that came before have theirs first."""
        if self._waiting or not self._fits(need, total):
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append((need, total, turn))
            try:
                await turn
            except asyncio.CancelledError:
                self._left(need, turn)
                raise
        else:
            self.used += need
        try:
            yield
        finally:
            self.used -= need
            self._admit()

    def _fits(self, need: int, total: int) -> bool:
        return self.used == 0 or self.used + need <= total

    def _admit(self) -> None:
        while self._waiting and self._fits(*self._waiting[0][:2]):
            need, _, turn = self._waiting.popleft()
            if not turn.done():
                self.used += need
                turn.set_result(None)

    def _left(self, need: int, turn: asyncio.Future[None]) -> None:
        """Somebody gave up waiting: its turn had come just then, or it still stood in the row."""
        if turn.done() and not turn.cancelled():
            self.used -= need
        self._waiting = deque(one for one in self._waiting if one[2] is not turn)
        self._admit()
