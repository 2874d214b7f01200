"""What the handlers need beside the step they work on."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from services.analyzer.domain.judge import Bounds
from services.analyzer.engines.speech import SpeechEngine
from services.analyzer.settings import AnalyzerSettings
from shared.blobs import Blobs
from shared.contracts.blob import BlobRef
from shared.db import Pool

A = TypeVar("A")
B = TypeVar("B")


@dataclass(frozen=True, slots=True)
class Deps:
    """``speech``, given the words to expect and the model of the order, looks anew each time for the one to use."""

    settings: AnalyzerSettings
    blobs: Blobs
    pool: Pool
    speech: Callable[[str, str], SpeechEngine]

    @property
    def bounds(self) -> Bounds:
        """What media are taken."""
        given = self.settings
        return Bounds(given.min_duration_s, given.max_duration_s, given.max_pixels)


def subfolder(folder: Path, name: str) -> Path:
    """Make and return a folder for one child's files."""
    made = folder / name
    made.mkdir(exist_ok=True)
    return made


async def content_hash(blobs: Blobs, ref: BlobRef) -> str:
    """Return the content's sha256 in hex; read from the store where the reference does not know it."""
    if ref.sha256:
        return ref.sha256
    digest = hashlib.sha256()
    async for piece in blobs.read(ref.key):
        await asyncio.to_thread(digest.update, piece)
    return digest.hexdigest()


async def put_picture(blobs: Blobs, sha256: str, kind: str, path: Path | None) -> BlobRef | None:
    """Store a JPEG under its own content, so that a reference to it stays true for ever."""
    return await put_drawn(blobs, f"thumbnails/{sha256}/{kind}", path, "image/jpeg") if path else None


async def put_drawn(blobs: Blobs, prefix: str, path: Path, content_type: str) -> BlobRef:
    """Store a small file under ``prefix`` and its own content."""
    data = await asyncio.to_thread(path.read_bytes)
    ending = {"image/jpeg": "jpg", "image/png": "png"}.get(content_type, "bin")
    key = f"{prefix}-{hashlib.sha256(data).hexdigest()[:16]}.{ending}"
    return await blobs.stat(key) or await blobs.put_bytes(key, data, content_type)


async def both(first: Coroutine[Any, Any, A], second: Coroutine[Any, Any, B]) -> tuple[A, B]:
    """Run two things at once. If one fails the other is stopped, and the first failure is raised as it is."""
    try:
        async with asyncio.TaskGroup() as group:
            a, b = group.create_task(first), group.create_task(second)
    except BaseExceptionGroup as several:
        raise several.exceptions[0] from several
    return a.result(), b.result()
