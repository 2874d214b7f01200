"""Local copies of objects, by digest, in bounded space; the least recently used go first.

Every user gets a hard link of its own, so that a copy may be dropped, by this process or another one that shares the
folder, while somebody works with it.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path, PurePosixPath
from uuid import uuid4
from weakref import WeakValueDictionary

from shared.blobs.files import Draft, in_thread, make_folder
from shared.blobs.port import DAY_S, BlobCorrupt
from shared.contracts.blob import BlobRef

Fetch = Callable[[], AsyncIterator[bytes]]


class BlobCache:
    """Copies under ``root``, together at most ``limit`` bytes, not counting those in use."""

    def __init__(self, root: Path, limit: int) -> None:
        self._root, self._limit = root, limit
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def local(self, ref: BlobRef, fetch: Fetch) -> AsyncIterator[Path]:
        """Have the object as a file; ``fetch`` gives its bytes if there is no copy. Raises BlobCorrupt.

        ``ref`` must have its digest. Users of the same object wait for one fetch.
        """
        mine = self._root / "used" / f"{_fresh_name()}~{PurePosixPath(ref.key).name}"
        try:
            lock = self._locks.setdefault(ref.sha256, asyncio.Lock())
            async with lock:
                if not await in_thread(self._take, ref, mine):
                    await self._fill(ref, fetch, mine)
            yield mine
        finally:
            await in_thread(mine.unlink, missing_ok=True)

    def _copy(self, ref: BlobRef) -> Path:
        return self._root / "copies" / ref.sha256

    def _take(self, ref: BlobRef, mine: Path) -> bool:
        copy = self._copy(ref)
        make_folder(mine.parent)
        try:
            os.link(copy, mine)
        except FileNotFoundError:
            return False
        if mine.stat().st_size != ref.size:
            mine.unlink()
            return False
        os.utime(mine)
        return True

    async def _fill(self, ref: BlobRef, fetch: Fetch, mine: Path) -> None:
        for _ in range(2):
            draft = Draft(self._root / "coming" / _fresh_name())
            try:
                await in_thread(self._make_room, ref.size)
                async for piece in fetch():
                    await in_thread(draft.append, piece)
                if await in_thread(draft.seal, durable=False) == ref.sha256:
                    await in_thread(self._keep, draft, ref, mine)
                    return
            finally:
                await in_thread(draft.discard)
        raise BlobCorrupt(f"The object {ref.key} does not have the digest that it was stored with.")

    def _keep(self, draft: Draft, ref: BlobRef, mine: Path) -> None:
        draft.link(mine)
        if ref.size <= self._limit:
            draft.publish(self._copy(ref))

    def _make_room(self, size: int) -> None:
        """Drop the least recently used copies until there is room for ``size`` bytes; and links left by crashes."""
        copies = sorted(_with_age_and_size(self._root / "copies"))
        used = sum(held for _, held, _ in copies)
        for _, held, path in copies if size <= self._limit else ():
            if used + size <= self._limit:
                break
            path.unlink(missing_ok=True)
            used -= held
        for folder in ("used", "coming"):
            _drop_forgotten(self._root / folder)


def _fresh_name() -> str:
    return f"{int(time.time())}-{uuid4().hex}"


def _drop_forgotten(folder: Path) -> None:
    for path in folder.glob("*"):
        if int(path.name.partition("-")[0]) < time.time() - DAY_S:
            path.unlink(missing_ok=True)


def _with_age_and_size(folder: Path) -> Iterator[tuple[float, int, Path]]:
    for path in folder.glob("*"):
        with suppress(FileNotFoundError):
            status = path.stat()
            yield status.st_mtime, status.st_size, path
