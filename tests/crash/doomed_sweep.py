"""A sweep of old uploads that is killed with SIGKILL before it deletes the object of one place.

``python -m tests.crash.doomed_sweep DATABASE BLOBS PLACE``; places count from 0.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from services.gateway.handlers.sweeping import sweep
from shared.blobs import FolderBlobs
from shared.db import open_pool
from tests.crash.doomed_studio import die


class Doomed(FolderBlobs):
    """A folder whose ``left``-th deletion from now is the last thing that its process does."""

    left = 0

    async def delete(self, key: str) -> None:
        """Delete, or die."""
        if self.left == 0:
            die()
        self.left -= 1
        await super().delete(key)


async def main(url: str, root: Path, place: int) -> None:
    """Sweep until the end comes."""
    blobs = Doomed(root)
    blobs.left = place
    pool = await open_pool(url, 2)
    await sweep(pool, blobs, "upload", 3600.0)
    await pool.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
