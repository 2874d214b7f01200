"""What a render without a studio has finished, kept in a folder until it ends: one that was killed is gone on with."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import secrets
import shutil
import threading
from collections.abc import Sequence
from pathlib import Path

from services.renderer.tools.proof import Packets
from services.renderer.tools.shelf import Made, T, Taken
from shared import log

logger = log.get(__name__)


class FolderShelf:
    """Chunks and sounds in ``folder``, which is made for the first of them. Another process may use it too.

    What is found there is held against its SHA-256: a machine may have gone down while it was written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._done = False
        self._lock = threading.Lock()

    def clear(self) -> None:
        """Delete all of it; nothing more is kept, not even by a thread that is at it."""
        with self._lock:
            self._done = True
            shutil.rmtree(self.folder, ignore_errors=True)

    async def offer(self, wanted: Sequence[Sequence[str]], alone: Sequence[str] = ()) -> None:
        """Nobody helps."""

    async def ready(self, keys: Sequence[str]) -> frozenset[str]:
        """See :class:`services.renderer.tools.shelf.Shelf`."""
        return await asyncio.to_thread(lambda: frozenset(key for key in keys if self._notes(key).is_file()))

    async def take(self, keys: Sequence[str]) -> Taken:
        """What is not there is the caller's to make."""
        there = await self.ready(keys)
        return Taken(there, frozenset(keys) - there)

    async def fetch(self, key: str, folder: Path, kind: type[T]) -> T | None:
        """See :class:`services.renderer.tools.shelf.Shelf`."""
        try:
            return await asyncio.to_thread(self._fetched, key, folder, kind)
        except (OSError, ValueError, KeyError, TypeError) as bad:
            logger.warning("chunk.lost", key=key, error=repr(bad))
            await asyncio.to_thread(self._notes(key).unlink, missing_ok=True)
            return None

    async def keep(self, key: str, made: Made) -> None:
        """Store it; where that cannot be done, nothing more is kept."""
        try:
            await asyncio.to_thread(self._kept, key, made)
        except OSError as full:
            self._done = True
            logger.warning("chunk.not_kept", key=key, error=repr(full))

    async def release(self, keys: Sequence[str]) -> None:
        """Nobody else waits."""

    async def changed(self, within_s: float) -> None:
        """Nobody tells of it."""
        await asyncio.sleep(within_s)

    def _notes(self, key: str) -> Path:
        return self.folder / f"{key}.json"

    def _kept(self, key: str, made: Made) -> None:
        with self._lock:
            if not self._done:
                self._keep(key, made)

    def _keep(self, key: str, made: Made) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        name = f"{key}{made.file.suffix}"
        part = self.folder / f"{name}.{secrets.token_hex(4)}.part"
        try:
            _linked(made.file, part)
            part.replace(self.folder / name)
            notes = base64.b64encode(made.notes()).decode("ascii")
            told = {"file": name, "sha256": _digest(made.file), "notes": notes}
            part.write_text(json.dumps({**told, "frames": made.packets.count, "crc": made.packets.crc}), "utf-8")
            part.replace(self._notes(key))
        finally:
            part.unlink(missing_ok=True)

    def _fetched(self, key: str, folder: Path, kind: type[T]) -> T:
        told = json.loads(self._notes(key).read_text("utf-8"))
        kept, target = self.folder / Path(told["file"]).name, folder / Path(told["file"]).name
        made = kind.again(target, base64.b64decode(told["notes"]), Packets(told["frames"], told["crc"]))
        if _digest(kept) != told["sha256"]:
            raise ValueError("it is not what was written")
        _linked(kept, target)
        return made


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _linked(path: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    try:
        target.hardlink_to(path)
    except OSError:
        shutil.copyfile(path, target)
