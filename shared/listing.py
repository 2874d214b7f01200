"""Objects that belong together and are too many to name in an event: one object names all of them, a key a line."""

from __future__ import annotations

from collections.abc import Sequence

from shared.blobs import Blobs
from shared.contracts.blob import BlobRef
from shared.errors import BlobMissing

ENDING = ".listing"
_MOST = 64 * 1024**2


async def put_listing(blobs: Blobs, base: str, keys: Sequence[str]) -> BlobRef:
    """Name ``keys``, before any of them is stored: so whatever becomes of the work, all of it can be found."""
    return await blobs.put_bytes(base + ENDING, "\n".join(keys).encode(), "text/plain")


async def delete_all(blobs: Blobs, key: str) -> None:
    """Delete the object ``key`` and, where it is a listing, first all that it names. Raises BlobStoreUnavailable."""
    if key.endswith(ENDING):
        try:
            named = (await blobs.get_bytes(key, _MOST)).decode().split("\n")
        except BlobMissing:
            return
        for one in named:
            await blobs.delete(one)
    await blobs.delete(key)
