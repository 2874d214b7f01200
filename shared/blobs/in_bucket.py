"""Objects in a bucket: how they are written, read and found again, whatever client talks to the store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import ParamSpec, TypeVar
from uuid import uuid4

from shared.blobs import bucket_layout
from shared.blobs.bucket_layout import Bucket
from shared.blobs.cache import BlobCache
from shared.blobs.port import DAY_S, BlobTooLarge, BlobWriter
from shared.blobs.record import Record, asked_key, data_name, draft_ref, missing, same_content
from shared.blobs.stored import PIECE, Bytes, BytesGone, StoredBlobs
from shared.blobs.transfer import Download, Upload
from shared.contracts.blob import BlobRef

P = ParamSpec("P")
T = TypeVar("T")
_THREADS = 16


class BucketBlobs(StoredBlobs):
    """An object store in a bucket; ``local`` copies objects into ``cache``."""

    def __init__(self, bucket: Bucket, cache: BlobCache) -> None:
        self.bucket, self._cache = bucket, cache
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="s3")
        self._proven = False

    async def _call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, partial(function, *args, **kwargs))

    async def _record(self, key: str) -> Record | None:
        return await self._call(bucket_layout.record, self.bucket, key)

    def _bytes(self, record: Record, start: int, end: int | None) -> Bytes:
        size, name = record.ref.size, data_name(record.ref.key, record.token)
        return Download(partial(self.bucket.get, name), start, size if end is None else min(end, size))

    @asynccontextmanager
    async def writer(self, key: str, content_type: str) -> AsyncIterator[BlobWriter]:
        """See :class:`Blobs`."""
        writer = _Writer(self.bucket, self._threads, draft_ref(key, content_type))
        try:
            yield writer
        finally:
            await writer.leave()

    @asynccontextmanager
    async def local(self, ref: BlobRef) -> AsyncIterator[Path]:
        """See :class:`Blobs`. This is a copy in the cache folder."""
        record = same_content(ref, await self._record(asked_key(ref.key)))
        async with self._cache.local(record.ref, lambda: self._pieces(record)) as path:
            yield path

    async def _pieces(self, record: Record) -> AsyncIterator[bytes]:
        source = self._bytes(record, 0, None)
        try:
            while piece := await self._call(source.read, PIECE):
                yield piece
        except BytesGone as error:
            raise missing(record.ref.key, "was removed while it was read") from error
        finally:
            await self._end(source)

    async def delete(self, key: str) -> None:
        """See :class:`Blobs`."""
        await self._call(bucket_layout.delete, self.bucket, asked_key(key))

    async def check(self) -> None:
        """See :class:`Blobs`. The first call makes the bucket where there is none, and writes; later ones only ask."""
        await self._call(self.bucket.ensure)
        if not self._proven:
            await self._call(bucket_layout.probe, self.bucket)
            self._proven = True

    async def sweep(self, older_than_s: float = DAY_S) -> int:
        """See :class:`Blobs`. Parts of uploads that were cut off are the store's to remove, by a lifecycle rule."""
        return await self._call(bucket_layout.sweep, self.bucket, datetime.now(UTC) - timedelta(seconds=older_than_s))


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
        await asyncio.get_running_loop().run_in_executor(self._threads, bucket_layout.put_record, self._bucket, record)
        return record.ref

    async def leave(self) -> None:
        if self._upload is not None and not self._over:
            self._over = True
            await self._upload.abandon()
