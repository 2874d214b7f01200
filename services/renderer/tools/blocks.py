"""Blocks of objects that were read, in bounded memory: each program of a render reads the index of its sources."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from shared.blobs import Blobs, BlobStoreUnavailable
from shared.contracts.blob import BlobRef

BLOCK = 128 * 1024
MOST_AHEAD = 16
"""Blocks that are asked for at once, two megabytes: what a reader that jumps on did not want is no more than that."""
ROOM = 64 * 1024**2
ATTEMPTS = 4


class Blocks:
    """Reads ``BLOCK`` bytes at a time and keeps what was read last, up to ``room`` bytes.

    What two ask for at once is read once, and at the store's pace: a reader that waits holds up no other.
    """

    def __init__(self, blobs: Blobs, room: int = ROOM) -> None:
        self._blobs, self._room = blobs, room
        self._kept: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._held = 0
        self._coming: dict[tuple[str, int], asyncio.Task[None]] = {}

    async def get(self, ref: BlobRef, number: int, ahead: int) -> bytes:
        """Return block ``number`` of the object; where it is not here, up to ``ahead`` blocks are read with it.

        Raises what the store raises.
        """
        place = (ref.key, number)
        for _ in range(ATTEMPTS):
            if (block := self._kept.get(place)) is not None:
                self._kept.move_to_end(place)
                return block
            if place not in self._coming:
                self._ask(ref, number, min(ahead, MOST_AHEAD))
            await asyncio.shield(self._coming[place])
        raise BlobStoreUnavailable("The object store gave less than all of an object.")

    async def close(self) -> None:
        """Stop reading."""
        if running := set(self._coming.values()):
            for task in running:
                task.cancel()
            await asyncio.wait(running)

    def _ask(self, ref: BlobRef, number: int, ahead: int) -> None:
        last = number + 1
        while last < number + ahead and last * BLOCK < ref.size and not self._known((ref.key, last)):
            last += 1
        places = [(ref.key, place) for place in range(number, last)]
        task = asyncio.create_task(self._read(ref, number, last))
        self._coming |= dict.fromkeys(places, task)
        task.add_done_callback(lambda done: self._come(places, done))

    def _known(self, place: tuple[str, int]) -> bool:
        return place in self._kept or place in self._coming

    def _come(self, places: list[tuple[str, int]], task: asyncio.Task[None]) -> None:
        for place in places:
            del self._coming[place]
        if not task.cancelled():
            task.exception()  # it may be that nobody waits any more who would want to know

    async def _read(self, ref: BlobRef, first: int, last: int) -> None:
        pending, number = bytearray(), first
        async for piece in self._blobs.read(ref.key, first * BLOCK, min(last * BLOCK, ref.size)):
            pending += piece
            while len(pending) >= BLOCK:
                self._keep((ref.key, number), bytes(pending[:BLOCK]))
                del pending[:BLOCK]
                number += 1
        if pending:
            self._keep((ref.key, number), bytes(pending))

    def _keep(self, place: tuple[str, int], block: bytes) -> None:
        self._held -= len(self._kept.pop(place, b""))
        self._kept[place] = block
        self._held += len(block)
        while self._held > self._room:
            _, gone = self._kept.popitem(last=False)
            self._held -= len(gone)
