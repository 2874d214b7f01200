"""Where objects are kept: the port that every store fulfils, and the store of a studio on one machine."""

from __future__ import annotations

from shared.blobs.in_folder import FolderBlobs
from shared.blobs.port import BlobCorrupt, Blobs, BlobStoreUnavailable, BlobTooLarge, BlobWriter

__all__ = ["BlobCorrupt", "BlobStoreUnavailable", "BlobTooLarge", "BlobWriter", "Blobs", "FolderBlobs"]
