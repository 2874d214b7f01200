"""Objects in a bucket: how they are written, read and found again, whatever client talks to the store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from shared import s3_bucket
from shared.blob_cache import BlobCache
from shared.blob_port import DAY_S, BlobTooLarge, BlobWriter
from shared.blob_record import (
    PIECE,
    Record,
    StoredBlobs,
    asked_key,
    checked_range,
    data_name,
    draft_ref,
    missing,
    same_content,
)
from shared.contracts.blob import BlobRef
from shared.s3_bucket import Bucket
from shared.s3_transfer import Download, NoSuchObject, Upload

T = TypeVar("T")
_THREADS = 16


class BucketBlobs(StoredBlobs):
    """An object store in a bucket; ``local`` copies objects into ``cache``."""

    def __init__(self, bucket: Bucket, cache: BlobCache) -> None:
        self._bucket, self._cache = bucket, cache
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="s3")
        self._proven = False

    async def _call(self, function: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, function, *arguments)

    @asynccontextmanager
    async def writer(self, key: str, content_type: str) -> AsyncIterator[BlobWriter]:
        """See :class:`Blobs`."""
        writer = _Writer(self._bucket, self._threads, draft_ref(key, content_type))
        try:
            yield writer
        finally:
            await writer.leave()

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """See :class:`Blobs`."""
        checked_range(start, end)
        source, piece = await self._first_piece(asked_key(key), start, end)
        try:
            while piece:
                yield piece
                piece = await self._call(source.read, PIECE)
        except NoSuchObject as error:
            raise missing(key, "was removed while it was read") from error
        finally:
            await self._call(source.close)

    async def _first_piece(self, key: str, start: int, end: int | None) -> tuple[Download, bytes]:
        for _ in range(3):
            record = await self._call(s3_bucket.record, self._bucket, key)
            if record is None:
                break
            size, name = record.ref.size, data_name(key, record.token)
            source = Download(partial(self._bucket.get, name), start, size if end is None else min(end, size))
            try:
                return source, await self._call(source.read, PIECE)
            except BaseException as error:
                await self._call(source.close)
                if not isinstance(error, NoSuchObject):
                    raise  # else it was replaced just now: look again
        raise missing(key)

    @asynccontextmanager
    async def local(self, ref: BlobRef) -> AsyncIterator[Path]:
        """See :class:`Blobs`. This is a copy in the cache folder."""
        found = same_content(ref, await self.stat(ref.key))
        async with self._cache.local(found, lambda: self.read(ref.key)) as path:
            yield path

    async def stat(self, key: str) -> BlobRef | None:
        """See :class:`Blobs`."""
        record = await self._call(s3_bucket.record, self._bucket, asked_key(key))
        return record.ref if record else None

    async def delete(self, key: str) -> None:
        """See :class:`Blobs`."""
        await self._call(s3_bucket.delete, self._bucket, asked_key(key))

    async def check(self) -> None:
        """See :class:`Blobs`. The first call makes the bucket where there is none, and writes; later ones only ask."""
        await self._call(self._bucket.ensure)
        if not self._proven:
            await self._call(s3_bucket.probe, self._bucket)
            self._proven = True

    async def sweep(self, older_than_s: float = DAY_S) -> int:
        """See :class:`Blobs`. Parts of uploads that were cut off are the store's to remove, by a lifecycle rule."""
        return await self._call(s3_bucket.sweep, self._bucket, datetime.now(UTC) - timedelta(seconds=older_than_s))


class _Writer:
    def __init__(self, bucket: Bucket, threads: ThreadPoolExecutor, ref: BlobRef) -> None:
        self._bucket, self._threads, self._ref = bucket, threads, ref
        self._token = uuid4().hex
        self._upload: Upload | None = None
        self._over = False
        self.size = 0

    def _opened(self) -> Upload:
        if self._over:
            raise ValueError("this object is no longer written to")
        if self._upload is None:
            name = data_name(self._ref.key, self._token)
            self._upload = Upload(
                lambda data: self._bucket.put(name, data, self._ref.content_type), lambda: self._bucket.remove(name)
            )
        return self._upload

    async def write(self, data: bytes) -> None:
        upload = self._opened()
        self.size += len(data)
        if self.size > self._bucket.max_size:
            raise BlobTooLarge(f"The object store takes objects of up to {self._bucket.max_size} bytes.")
        for start in range(0, len(data), PIECE):
            await upload.feed(bytes(data[start : start + PIECE]))

    async def commit(self) -> BlobRef:
        sha256 = await self._opened().finish()
        self._over = True
        record = Record(ref=self._ref.model_copy(update={"sha256": sha256, "size": self.size}), token=self._token)
        await asyncio.get_running_loop().run_in_executor(self._threads, s3_bucket.put_record, self._bucket, record)
        return record.ref

    async def leave(self) -> None:
        if self._upload is not None and not self._over:
            self._over = True
            await self._upload.abandon()
