"""How much runs at once: turns of the programs that draw, and of those that make sound."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self


class Turns(asyncio.Semaphore):
    """``count`` turns; ``freed`` is called when one was given back that nobody here waits for."""

    def __init__(self, count: int, freed: Callable[[], None]) -> None:
        super().__init__(count)
        self._freed = freed

    def release(self) -> None:
        """Give a turn back."""
        super().release()
        if not self.locked():
            self._freed()


@dataclass(frozen=True, slots=True)
class Slots:
    """What all renders of a process share.

    Sound, and the looking at captions, have turns of their own: these programs are small and few, so that beside one
    render's pictures they keep no core busy; those of many renders at once would.
    """

    pictures: asyncio.Semaphore
    sounds: asyncio.Semaphore

    @classmethod
    def of(cls, count: int, freed: Callable[[], None] = lambda: None) -> Self:
        """Return ``count`` slots of each kind; ``freed`` is called when one for pictures has become idle."""
        return cls(Turns(count, freed), asyncio.Semaphore(count))


@dataclass(slots=True)
class Slot:
    """One of ``slots`` for a block, which may give it back before its end: what it does then keeps nobody waiting."""

    slots: asyncio.Semaphore
    _held: bool = False

    async def __aenter__(self) -> Self:
        return await self.taken()

    async def __aexit__(self, *_: object) -> None:
        self.free()

    async def taken(self) -> Self:
        """Wait until there is one, and have it until it is freed."""
        await self.slots.acquire()
        self._held = True
        return self

    def free(self) -> None:
        """Let the next one begin. A second time is nothing."""
        if self._held:
            self._held = False
            self.slots.release()
