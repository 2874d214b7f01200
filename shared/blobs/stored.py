"""What every object store does alike, on top of its own way to find records and to move bytes."""

from __future__ import annotations

import asyncio
import hashlib
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import ParamSpec, Protocol, TypeVar

from shared.blobs.files import Source
from shared.blobs.port import DEFAULT_LIMIT, BlobCorrupt, BlobTooLarge, BlobWriter
from shared.blobs.record import Record, asked_key, draft_ref, missing, same_content
from shared.contracts.blob import BlobRef

P = ParamSpec("P")
T = TypeVar("T")
PIECE = 1024 * 1024
_PATIENCE_S = 1.0


class BytesGone(Exception):
    """The bytes that a record speaks of are not there: removed, or replaced since."""


class Bytes(Protocol):
    """The bytes of an object, being read. Both methods block; ``read`` after ``close`` gives nothing."""

    def read(self, size: int) -> bytes:
        """Return the next bytes, none at the end. Raises BytesGone."""

    def close(self) -> None:
        """End the reading."""


class StoredBlobs(ABC):
    """An object store whose objects have records."""

    @property
    def remote(self) -> bool:
        """See :class:`Blobs`."""
        return False

    @abstractmethod
    async def _call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call what blocks, in a thread. Raises BlobStoreUnavailable for the store's own errors."""

    @abstractmethod
    async def _record(self, key: str) -> Record | None:
        """Return the record of an object."""

    @abstractmethod
    def _bytes(self, record: Record, start: int, end: int | None) -> Bytes:
        """Return a part of an object; does no I/O yet."""

    @abstractmethod
    def writer(self, key: str, content_type: str) -> AbstractAsyncContextManager[BlobWriter]:
        """See :class:`Blobs`."""

    async def stat(self, key: str) -> BlobRef | None:
        """See :class:`Blobs`."""
        record = await self._record(asked_key(key))
        return record.ref if record else None

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """See :class:`Blobs`."""
        if start < 0 or (end is not None and end < start):
            raise ValueError(f"not a range of bytes: {start} to {end}")
        _, source, piece = await self._opened(asked_key(key), start, end)
        try:
            while piece:
                yield piece
                piece = await self._call(source.read, PIECE)
        except BytesGone as error:
            raise missing(key, "was removed while it was read") from error
        finally:
            await self._end(source)

    async def _end(self, source: Bytes) -> None:
        """Close ``source``; while a thread hangs in it, because the store does, it closes by itself later."""
        closing = asyncio.ensure_future(self._call(source.close))
        closing.add_done_callback(lambda closed: closed.cancelled() or closed.exception())
        await asyncio.wait([closing], timeout=_PATIENCE_S)

    async def _opened(self, key: str, start: int, end: int | None) -> tuple[Record, Bytes, bytes]:
        """Return an object's record, and its bytes with the first piece of them."""
        gone: Record | None = None
        while True:
            record = await self._record(key)
            if record is None or record == gone:
                raise missing(key)
            source = self._bytes(record, start, end)
            try:
                return record, source, await self._call(source.read, PIECE)
            except BytesGone:
                gone = record  # it may have been replaced just now: look again
            except BaseException:
                await self._end(source)
                raise

    async def get_bytes(self, ref_or_key: BlobRef | str, limit: int = DEFAULT_LIMIT) -> bytes:
        """See :class:`Blobs`."""
        asked = ref_or_key if isinstance(ref_or_key, BlobRef) else draft_ref(ref_or_key, "application/octet-stream")
        record, source, piece = await self._opened(asked.key, 0, None)
        try:
            found = same_content(asked, record).ref
            if found.size > limit:
                raise BlobTooLarge(f"The object {found.key} has {found.size} bytes; {limit} are taken here.")
            data = bytearray(piece)
            while piece:
                piece = await self._call(source.read, PIECE)
                data += piece
        except BytesGone as error:
            raise missing(asked.key, "was removed while it was read") from error
        finally:
            await self._end(source)
        if hashlib.sha256(data).hexdigest() != found.sha256:
            raise BlobCorrupt(f"The object {asked.key} does not have the digest that it was stored with.")
        return bytes(data)

    async def put_bytes(self, key: str, data: bytes, content_type: str) -> BlobRef:
        """See :class:`Blobs`."""
        async with self.writer(key, content_type) as writer:
            await writer.write(data)
            return await writer.commit()

    async def put_file(self, key: str, path: Path, content_type: str) -> BlobRef:
        """See :class:`Blobs`. Raises OSError if the file cannot be read."""
        source = Source(path, 0, None)
        try:
            async with self.writer(key, content_type) as writer:
                while piece := await asyncio.to_thread(source.read, PIECE):
                    await writer.write(piece)
                return await writer.commit()
        finally:
            await asyncio.to_thread(source.close)
