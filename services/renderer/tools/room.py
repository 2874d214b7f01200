"""Memory that programs which draw share: who does not fit beside the others waits, in turn."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Leave = Callable[[], None]


@dataclass(slots=True)
class Room:
    """``used`` bytes are taken. What is larger than all of the room has it alone.

    A program that stays while it has nothing to do lends what it holds: it is told to leave when somebody else needs
    the room. So nobody waits for one that is idle.
    """

    used: int = 0
    _waiting: deque[tuple[int, int, asyncio.Future[None]]] = field(default_factory=deque)
    _lent: dict[Leave, int] = field(default_factory=dict)

    @asynccontextmanager
    async def taken(self, need: int, total: int) -> AsyncIterator[None]:
        """Have ``need`` of ``total`` bytes within the block."""
        await self.take(need, total)
        try:
            yield
        finally:
            self.free(need)

    async def take(self, need: int, total: int) -> None:
        """Have ``need`` of ``total`` bytes until they are freed or lent; those that came before have theirs first."""
        if not self._waiting and self._fits(need, total):
            self.used += need
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append((need, total, turn))
        try:
            await turn
        except asyncio.CancelledError:
            self._left(need, turn)
            raise

    def free(self, need: int) -> None:
        """Give back ``need`` bytes."""
        self.used -= need
        self._admit()

    def lend(self, need: int, leave: Leave) -> None:
        """Let others have ``need`` bytes that are taken: ``leave`` is called when they want them, and they are free."""
        self._lent[leave] = need
        self._admit()

    def back(self, leave: Leave) -> bool:
        """Take back what was lent. False where it is gone, or where others wait: then they have it, after ``leave``."""
        need = self._lent.pop(leave, None)
        if need is None:
            return False
        if self._waiting:
            leave()
            self.free(need)
            return False
        return True

    def _fits(self, need: int, total: int) -> bool:
        """Tell whether there is room, what was lent taken for it where it helps."""
        if not self._beside(self.used - sum(self._lent.values()), need, total):
            return False
        while not self._beside(self.used, need, total):
            leave = next(iter(self._lent))
            self.used -= self._lent.pop(leave)
            leave()
        return True

    @staticmethod
    def _beside(used: int, need: int, total: int) -> bool:
        return used == 0 or used + need <= total

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
