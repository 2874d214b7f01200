"""Objects in a folder: the store of a studio on one machine. The port itself is in ``shared/blob_port.py``."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

from shared.blob_files import Draft, Source, in_thread
from shared.blob_folder import Folder
from shared.blob_port import DAY_S, BlobCorrupt, Blobs, BlobStoreUnavailable, BlobTooLarge, BlobWriter
from shared.blob_record import PIECE, Record, StoredBlobs, asked_key, checked_range, draft_ref, missing, same_content
from shared.contracts.blob import BlobRef

__all__ = ["BlobCorrupt", "BlobStoreUnavailable", "BlobTooLarge", "BlobWriter", "Blobs", "FolderBlobs"]


class FolderBlobs(StoredBlobs):
    """Objects under ``root``; several processes may use it at once. ``root`` is made on the first write."""

    def __init__(self, root: Path) -> None:
        self._folder = Folder(root)

    @asynccontextmanager
    async def writer(self, key: str, content_type: str) -> AsyncIterator[BlobWriter]:
        """See :class:`Blobs`."""
        writer = _Writer(self._folder, draft_ref(key, content_type))
        try:
            yield writer
        finally:
            await in_thread(writer.draft.discard)

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """See :class:`Blobs`."""
        checked_range(start, end)
        source, piece = await self._first_piece(asked_key(key), start, end)
        try:
            while piece:
                yield piece
                piece = await in_thread(source.read, PIECE)
        finally:
            await in_thread(source.close)

    async def _first_piece(self, key: str, start: int, end: int | None) -> tuple[Source, bytes]:
        for _ in range(3):
            record = await in_thread(self._folder.record, key)
            if record is None:
                break
            source = Source(self._folder.data_path(key, record.token), start, end)
            try:
                return source, await in_thread(source.read, PIECE)
            except BaseException as error:
                await in_thread(source.close)
                if not isinstance(error.__cause__, FileNotFoundError):
                    raise  # else it was replaced just now: look again
        raise missing(key)

    @asynccontextmanager
    async def local(self, ref: BlobRef) -> AsyncIterator[Path]:
        """See :class:`Blobs`. This is the stored file itself."""
        record = await in_thread(self._folder.record, asked_key(ref.key))
        if record is None:
            raise missing(ref.key)
        same_content(ref, record.ref)
        path = self._folder.data_path(ref.key, record.token)
        if not await in_thread(path.is_file):
            raise missing(ref.key)
        yield path

    async def stat(self, key: str) -> BlobRef | None:
        """See :class:`Blobs`."""
        record = await in_thread(self._folder.record, asked_key(key))
        return record.ref if record else None

    async def delete(self, key: str) -> None:
        """See :class:`Blobs`."""
        await in_thread(self._folder.delete, asked_key(key))

    async def check(self) -> None:
        """See :class:`Blobs`."""
        probe = Draft(self._folder.draft_path(uuid4().hex))
        try:
            await in_thread(probe.append, b"probe")
        finally:
            await in_thread(probe.discard)

    async def sweep(self, older_than_s: float = DAY_S) -> int:
        """See :class:`Blobs`."""
        return await in_thread(self._folder.sweep, time.time() - older_than_s)


class _Writer:
    def __init__(self, folder: Folder, ref: BlobRef) -> None:
        self._folder, self._ref = folder, ref
        self._token = uuid4().hex
        self._waiting: list[bytes] = []
        self._waiting_size = 0
        self.size = 0
        self.draft = Draft(folder.draft_path(self._token))

    async def write(self, data: bytes) -> None:
        self._waiting.append(bytes(data))
        self._waiting_size += len(data)
        self.size += len(data)
        if self._waiting_size >= PIECE:
            await self._flush()

    async def _flush(self) -> None:
        data = b"".join(self._waiting)
        self._waiting, self._waiting_size = [], 0
        await in_thread(self.draft.append, data)

    async def commit(self) -> BlobRef:
        await self._flush()
        return await in_thread(self._publish)

    def _publish(self) -> BlobRef:
        ref = self._ref.model_copy(update={"sha256": self.draft.seal(), "size": self.size})
        self._folder.publish(self.draft, Record(ref=ref, token=self._token))
        return ref
