"""The port behind which objects are kept: what every object store must do, and how it fails."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import ClassVar, Protocol

from shared.contracts.blob import BlobRef
from shared.errors import PermanentError, Unavailable

DEFAULT_LIMIT = 64 * 1024 * 1024
DAY_S = 86400.0


class BlobStoreUnavailable(Unavailable):
    """The object store does not answer, or refuses for now."""

    default_code: ClassVar[str] = "blob_store_unavailable"
    default_remedy: ClassVar[str] = "Check that the object store is up, has room, and accepts the configured keys."


class BlobCorrupt(PermanentError):
    """What is stored is not what was committed."""

    default_code: ClassVar[str] = "blob_corrupt"
    default_remedy: ClassVar[str] = "Upload the media again, and check the disks of the object store."


class BlobTooLarge(PermanentError):
    """The object is larger than its reader, or the store, takes."""

    default_code: ClassVar[str] = "blob_too_large"
    default_remedy: ClassVar[str] = "Give a smaller file."


class BlobWriter(Protocol):
    """Takes an object piece by piece. Not for use by two tasks at once."""

    @property
    def size(self) -> int:
        """Bytes taken so far."""

    async def write(self, data: bytes) -> None:
        """Take the next piece; waits while the store is slower than its caller. Raises BlobStoreUnavailable."""

    async def commit(self) -> BlobRef:
        """Make the object visible under its key, in place of an older one, and return its reference."""


class Blobs(Protocol):
    """An object store. Keys are ours (:func:`shared.contracts.blob.checked_key`); others raise BadRequest.

    Every method raises BlobStoreUnavailable, a transient error, while the store does not answer. ``remote``: to have an
    object as a file costs fetching all of it.
    """

    @property
    def remote(self) -> bool:
        """Tell whether the objects are elsewhere."""

    async def put_bytes(self, key: str, data: bytes, content_type: str) -> BlobRef:
        """Store ``data`` under ``key``."""

    async def put_file(self, key: str, path: Path, content_type: str) -> BlobRef:
        """Store a copy of the file under ``key``; readers see all of it or nothing."""

    def writer(self, key: str, content_type: str) -> AbstractAsyncContextManager[BlobWriter]:
        """Store what is written, from ``commit`` on; leaving the block without it leaves nothing."""

    def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Yield the bytes from ``start`` up to, not including, ``end``. Raises BlobMissing."""

    async def get_bytes(self, ref_or_key: BlobRef | str, limit: int = DEFAULT_LIMIT) -> bytes:
        """Return the whole object, its digest checked. Raises BlobMissing, BlobCorrupt, BlobTooLarge over ``limit``."""

    def local(self, ref: BlobRef) -> AbstractAsyncContextManager[Path]:
        """Have the object as a file, to be read only, while in the block. Raises BlobMissing, BlobCorrupt."""

    async def stat(self, key: str) -> BlobRef | None:
        """Return the reference of the object, or None where there is none."""

    async def delete(self, key: str) -> None:
        """Remove the object, if there is one."""

    async def check(self) -> None:
        """Prove that the store can be written to. Raises BlobStoreUnavailable."""

    async def sweep(self, older_than_s: float = DAY_S) -> int:
        """Remove what crashed writers left behind, if it is that old (seconds). Return how many files that were."""
