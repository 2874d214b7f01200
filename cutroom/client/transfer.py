"""Large bodies, both ways: a film that is read while it is sent, a file that is whole or not there."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from io import BufferedReader, FileIO
from pathlib import Path

import httpx

from cutroom.client.errors import Disconnected, reason_of, refused

Told = Callable[[int, int | None], None]
"""Called with the bytes done and the bytes in all, None when nobody said."""

PIECE = 256 * 1024


class Reader(BufferedReader):
    """An open file that tells how much of it has been read."""

    def __init__(self, path: Path, told: Told | None = None) -> None:
        super().__init__(FileIO(path))
        self._told, self._total = told, path.stat().st_size

    def read(self, size: int | None = -1, /) -> bytes:
        """Read on."""
        data = super().read(size)
        if self._told is not None and data:
            self._told(self.tell(), self._total)
        return data


async def download(http: httpx.AsyncClient, url: str, target: Path, told: Told | None) -> Path:
    """Stream ``url`` to a name beside ``target`` and rename it when all of it has come; nothing is left otherwise.

    Raises ApiError where the link is refused, Disconnected where the stream ends early.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        async with http.stream("GET", url) as response:
            if response.status_code != 200:
                await response.aread()
                raise refused(response)
            await _save(response, part, told)
        part.replace(target)
    except httpx.TransportError as broken:
        raise Disconnected(str(http.base_url), reason_of(broken)) from broken
    finally:
        part.unlink(missing_ok=True)
    return target


async def _save(response: httpx.Response, part: Path, told: Told | None) -> None:
    length = response.headers.get("content-length", "")
    total = int(length) if length.isdigit() else None
    done = 0
    with part.open("wb") as file:
        async for piece in response.aiter_bytes(PIECE):
            file.write(piece)
            done += len(piece)
            if told is not None:
                told(done, total)
        file.flush()
        os.fsync(file.fileno())
