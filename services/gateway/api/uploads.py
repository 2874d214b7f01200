"""Files on their way into the object store, looked at and counted while they pass."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

from services.gateway.api.context import Gateway
from services.gateway.domain.kinds import HEAD, Kind
from services.gateway.domain.refusal import Refusal
from services.gateway.store import perishable
from shared.blobs import BlobWriter
from shared.contracts.blob import BlobRef
from shared.db import Connection

DRAIN_BYTES = 64 * 1024 * 1024
DRAIN_SECONDS = 5.0


class Upload:
    """A sink for one file part: streams to the store under a key and type that its first bytes decide.

    ``name`` maps the first bytes (at least ``HEAD`` of a longer file) to the key and kind, and may refuse them. Nothing
    is left behind unless :meth:`commit` is called before ``stack`` is left. The key is noted in the database first, so
    that what a crash leaves behind is found; whoever takes the object over settles it (:func:`settle`).
    """

    def __init__(
        self, stack: AsyncExitStack, gateway: Gateway, name: Callable[[bytes], tuple[str, Kind]], limit: int
    ) -> None:
        self.file_name: str | None = None
        self.size = 0
        self.committed: BlobRef | None = None
        self._stack, self._gateway, self._name, self._limit = stack, gateway, name, limit
        self._head = bytearray()
        self._writer: BlobWriter | None = None

    async def write(self, data: bytes) -> None:
        """Take the next bytes. Raises the 413 refusal ``media_too_large`` when they are more than the limit."""
        self.size += len(data)
        if self.size > self._limit:
            raise too_large(self._limit)
        if self._writer is not None:
            await self._writer.write(data)
            return
        self._head += data
        if len(self._head) >= HEAD:
            await self._open()

    async def commit(self) -> BlobRef | None:
        """Make the object visible and return its reference; None when no byte came."""
        if self.size == 0:
            return None
        writer = self._writer or await self._open()
        self.committed = await writer.commit()
        return self.committed

    async def discard(self) -> None:
        """Take a committed object back."""
        if self.committed is not None:
            await self._gateway.blobs.delete(self.committed.key)

    async def _open(self) -> BlobWriter:
        key, kind = self._name(bytes(self._head[:HEAD]))
        async with self._gateway.pool.acquire() as connection:
            await perishable.note(connection, [key], "upload")
        writer = await self._stack.enter_async_context(self._gateway.blobs.writer(key, kind.content_type))
        await writer.write(bytes(self._head))
        self._head.clear()
        self._writer = writer
        return writer


async def settle(connection: Connection, *blobs: BlobRef | None) -> None:
    """Take uploaded objects over into rows of this transaction. Raises a refusal when they were given up meanwhile."""
    if not await perishable.settle(connection, [blob.key for blob in blobs if blob is not None]):
        raise Refusal(503, "upload_expired", "The upload took too long.", remedy="Send the file again.")


def too_large(limit: int) -> Refusal:
    """Return the refusal of a file that is over ``limit`` bytes."""
    return Refusal(
        413,
        "media_too_large",
        f"The file has more than {limit} bytes.",
        remedy="Send a smaller file, or raise the limit of the server.",
        extra={"max_bytes": limit},
    )


async def drain(body: AsyncIterator[bytes]) -> None:
    """Read on for a while after a refusal, so that a client that only listens when it has sent all can hear it."""
    left = DRAIN_BYTES
    with contextlib.suppress(Exception):
        async with asyncio.timeout(DRAIN_SECONDS):
            async for chunk in body:
                left -= len(chunk)
                if left < 0:
                    return
