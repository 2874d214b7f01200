"""The shelf of kept chunks: leases in the database, files in the object store."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Self

from services.renderer.store import chunks
from services.renderer.tools.proof import Packets
from services.renderer.tools.shelf import Made, T, Taken
from shared import log
from shared.blobs import BlobCorrupt, Blobs
from shared.contracts.blob import BlobRef
from shared.db import Pool, transaction
from shared.errors import BlobMissing, TransientError
from shared.signal import Bell

ALONE = -1
"""The place of what no other renderer helps with."""
BINARY = "application/octet-stream"
logger = log.get(__name__)


@dataclass(slots=True)
class KeptChunks:
    """Chunks that all renderers share. Use it as a block: leases are renewed inside, and given back at its end.

    ``owner`` is this replica; ``command_id`` the render that it works for, None for somebody else's; ``bell`` rings
    when any replica has kept a chunk or given one back.
    """

    pool: Pool
    blobs: Blobs
    owner: str
    lease_s: float
    command_id: str | None = None
    bell: Bell = field(default_factory=Bell)
    _leases: dict[str, int] = field(default_factory=dict)
    _heart: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._heart = asyncio.create_task(self._renew())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._heart is not None:
            self._heart.cancel()
        with contextlib.suppress(Exception):  # leases end by themselves
            await asyncio.shield(self._close())

    async def offer(self, wanted: Sequence[Sequence[str]], alone: Sequence[str] = ()) -> None:
        """Say which keys are wanted at which place, so that others can help; with those ``alone`` nobody does."""
        if self.command_id is None:
            return
        places = dict.fromkeys(alone, ALONE) | {key: place for place, keys in enumerate(wanted) for key in keys}
        pairs = sorted(places.items())
        async with transaction(self.pool) as connection:
            await chunks.offer(connection, self.command_id, [k for k, _ in pairs], [p for _, p in pairs])

    async def ready(self, keys: Sequence[str]) -> frozenset[str]:
        """See :class:`services.renderer.tools.shelf.Shelf`."""
        async with transaction(self.pool) as connection:
            return await chunks.ready(connection, keys)

    async def take(self, keys: Sequence[str]) -> Taken:
        """See :class:`services.renderer.tools.shelf.Shelf`."""
        async with transaction(self.pool) as connection:
            claimed = await chunks.claim(connection, keys, self.owner, self.lease_s)
            self._leases |= claimed
            there = await chunks.ready(connection, keys)
        return Taken(there, frozenset(claimed))

    async def fetch(self, key: str, folder: Path, kind: type[T]) -> T | None:
        """See :class:`services.renderer.tools.shelf.Shelf`."""
        async with self.pool.acquire() as connection:
            kept = await chunks.get(connection, key)
        if kept is None:
            return None
        try:
            notes = await self.blobs.get_bytes(kept.figures)
            target = folder / f"{key}{PurePosixPath(kept.file.key).suffix}"
            made = kind.again(target, notes, Packets(kept.frames, kept.crc))
            async with self.blobs.local(kept.file) as path:
                await asyncio.to_thread(_linked, path, target)
        except (BlobMissing, BlobCorrupt, ValueError, KeyError):
            logger.warning("chunk.lost", key=key)
            async with transaction(self.pool) as connection:
                await chunks.lost(connection, key, kept.file)
            return None
        return made

    async def keep(self, key: str, made: Made) -> None:
        """See :class:`services.renderer.tools.shelf.Shelf`. Where the store is away, it is merely not kept."""
        lease = self._leases.pop(key)
        try:
            name = f"chunks/{key}/{lease}"
            file = await self.blobs.put_file(f"{name}{made.file.suffix}", made.file, BINARY)
            figures = await self.blobs.put_bytes(f"{name}.figures", made.notes(), BINARY)
            kept = chunks.Kept(file, figures, made.packets.count, made.packets.crc)
            async with transaction(self.pool) as connection:
                mine = await chunks.keep(connection, key, lease, kept)
        except TransientError as away:
            logger.warning("chunk.not_kept", key=key, error=away.message)
            await self._give_back([lease])
            return
        if not mine:
            await self._discard(file, figures)

    async def release(self, keys: Sequence[str]) -> None:
        """See :class:`services.renderer.tools.shelf.Shelf`."""
        await self._give_back([self._leases.pop(key) for key in keys if key in self._leases])

    async def changed(self, within_s: float) -> None:
        """See :class:`services.renderer.tools.shelf.Shelf`."""
        await self.bell.wait(within_s)

    async def _give_back(self, leases: Sequence[int]) -> None:
        if not leases:
            return
        with contextlib.suppress(Exception):  # they end by themselves
            async with transaction(self.pool) as connection:
                await chunks.release(connection, leases)

    async def _discard(self, *refs: BlobRef) -> None:
        for ref in refs:
            await self.blobs.delete(ref.key)

    async def _close(self) -> None:
        await self._give_back(list(self._leases.values()))
        if self.command_id is not None:
            async with transaction(self.pool) as connection:
                await chunks.end(connection, self.command_id)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(self.lease_s / 4)
            try:
                async with transaction(self.pool) as connection:
                    await chunks.renew(connection, list(self._leases.values()), self.command_id, self.lease_s)
            except Exception as away:
                logger.warning("chunk.lease_not_renewed", error=f"{type(away).__name__}: {away}")


def _linked(path: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    try:
        target.hardlink_to(path)
    except OSError:
        shutil.copyfile(path, target)


@contextlib.asynccontextmanager
async def folder_for(root: Path, name: str) -> AsyncIterator[Path]:
    """Have a scratch folder that is gone afterwards."""
    folder = root / name
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
