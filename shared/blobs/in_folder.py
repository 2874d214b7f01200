"""Objects in a folder: the store of a studio on one machine."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import ParamSpec, TypeVar
from uuid import uuid4

from shared.blobs.files import Draft, Source, in_thread
from shared.blobs.folder_layout import Folder
from shared.blobs.port import DAY_S, BlobWriter
from shared.blobs.record import Record, asked_key, draft_ref, missing, same_content
from shared.blobs.stored import PIECE, Bytes, BytesGone, StoredBlobs
from shared.contracts.blob import BlobRef

P = ParamSpec("P")
T = TypeVar("T")


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

    async def _call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await in_thread(function, *args, **kwargs)

    async def _record(self, key: str) -> Record | None:
        return await in_thread(self._folder.record, key)

    def _bytes(self, record: Record, start: int, end: int | None) -> Bytes:
        return _StoredFile(self._folder.data_path(record.ref.key, record.token), start, end)

    @asynccontextmanager
    async def local(self, ref: BlobRef) -> AsyncIterator[Path]:
        """See :class:`Blobs`. This is the stored file itself."""
        record = same_content(ref, await self._record(ref.key))
        path = self._folder.data_path(ref.key, record.token)
        if not await in_thread(path.is_file):
            raise missing(ref.key)
        yield path

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


class _StoredFile(Source):
    def read(self, size: int) -> bytes:
        try:
            return super().read(size)
        except FileNotFoundError as error:
            raise BytesGone from error


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
