"""Files under an object store's folder, handled in threads.

Each class does no I/O when it is built, holds a lock while it does some, and does nothing after its end was asked for:
so a task may be cancelled while a thread of its is still at work, and nothing is left open or lying about.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import BinaryIO, ParamSpec, TypeVar

from shared.blobs.port import BlobStoreUnavailable

P = ParamSpec("P")
T = TypeVar("T")
_READ_ONLY = 0o444


async def in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function that blocks on the disk. Raises BlobStoreUnavailable for an OSError."""
    try:
        return await asyncio.to_thread(function, *args, **kwargs)
    except OSError as error:
        raise BlobStoreUnavailable(f"The object store's folder: {error}.") from error


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, durably."""
    if folder.is_dir():
        return
    if folder.parent != folder:
        make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def move(source: Path, target: Path) -> None:
    """Give a synced file its final name, in place of an older one, atomically and durably; makes the folders."""
    for attempt in range(3):
        make_folder(target.parent)
        try:
            source.replace(target)
        except FileNotFoundError:  # the empty folder was swept away just now
            if attempt == 2 or not source.exists():
                raise
        else:
            break
    sync_folder(target.parent)


class Draft:
    """A file that is being written, out of readers' sight; its size in bytes and digest are known when it is sealed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._file: BinaryIO | None = None
        self._closed = False
        self._sha = hashlib.sha256()

    def append(self, data: bytes) -> None:
        """Write the next bytes."""
        with self._lock:
            self._opened().write(data)
            self._sha.update(data)

    def seal(self, *, durable: bool = True) -> str:
        """Make the bytes read-only and, unless they are a mere copy, durable; return their SHA-256 in hex."""
        with self._lock:
            file = self._opened()
            file.flush()
            os.fchmod(file.fileno(), _READ_ONLY)
            if durable:
                os.fsync(file.fileno())
            file.close()
            self._closed = True
        return self._sha.hexdigest()

    def publish(self, target: Path) -> None:
        """Give the sealed file its final name."""
        move(self._path, target)

    def link(self, target: Path) -> None:
        """Give the sealed file one more name."""
        make_folder(target.parent)
        os.link(self._path, target)

    def discard(self) -> None:
        """Remove the file, unless it was published."""
        with self._lock:
            self._closed = True
            if self._file is not None:
                self._file.close()
                self._path.unlink(missing_ok=True)

    def _opened(self) -> BinaryIO:
        if self._closed:
            raise ValueError("this object is no longer written to")
        if self._file is None:
            make_folder(self._path.parent)
            self._file = self._path.open("xb")
        return self._file


class Source:
    """A part of a file that is being read."""

    def __init__(self, path: Path, start: int, end: int | None) -> None:
        self._path = path
        self._start, self._end = start, end
        self._lock = Lock()
        self._file: BinaryIO | None = None
        self._closed = False

    def read(self, size: int) -> bytes:
        """Return the next bytes, none at the end. Raises FileNotFoundError on the first call."""
        with self._lock:
            if self._closed:
                return b""
            if self._file is None:
                self._file = self._path.open("rb")
                self._file.seek(self._start)
            left = size if self._end is None else min(size, self._end - self._start)
            data = self._file.read(max(0, left))
            self._start += len(data)
            return data

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._closed = True
            if self._file is not None:
                self._file.close()
