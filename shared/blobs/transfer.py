"""Bytes on their way to and from an S3 store, with flat memory: a blocking client here, an event loop there."""

from __future__ import annotations

import asyncio
import hashlib
import queue
import threading
from collections.abc import Callable
from typing import Protocol

from shared.blobs.port import BlobStoreUnavailable

_ABANDONED = object()
_END = object()
_PIECES_AHEAD = 8
_PATIENCE_S = 1.0
_ATTEMPTS = 4


class Readable(Protocol):
    """What an upload takes its bytes from."""

    def read(self, size: int, /) -> bytes:
        """Return up to ``size`` bytes, none at the end."""


class Reply(Protocol):
    """The store's open reply to a GET."""

    def read(self, size: int) -> bytes:
        """Return the next bytes, none at the end. Raises BlobStoreUnavailable if the connection breaks."""

    def close(self) -> None:
        """Give the connection back, or up if not all of it was read."""


class Download:
    """A range of an object that is being read. The bytes never change, so a broken connection is taken up again.

    Does nothing when built, holds a lock while it works, does nothing after ``close``: its task may be cancelled while
    a thread is at work.
    """

    def __init__(self, get: Callable[[int, int], Reply], start: int, end: int) -> None:
        self._get = get
        self._position, self._end = start, end
        self._lock = threading.Lock()
        self._reply: Reply | None = None
        self._closed = False

    def read(self, size: int) -> bytes:
        """Return up to ``size`` of the next bytes, none at the end. Raises BytesGone, BlobStoreUnavailable."""
        with self._lock:
            for attempt in range(_ATTEMPTS):
                if self._closed or self._position >= self._end:
                    break
                reply = self._asked()
                try:
                    return self._next(reply, min(size, self._end - self._position))
                except BlobStoreUnavailable:
                    self._hang_up()
                    if attempt == _ATTEMPTS - 1:
                        raise
            return b""

    def _asked(self) -> Reply:
        if self._reply is None:
            self._reply = self._get(self._position, self._end - self._position)
        return self._reply

    def _next(self, reply: Reply, size: int) -> bytes:
        data = reply.read(size)
        if not data:
            raise BlobStoreUnavailable("The object store ended its reply too early.")
        self._position += len(data)
        return data

    def _hang_up(self) -> None:
        if self._reply is not None:
            self._reply.close()
            self._reply = None

    def close(self) -> None:
        """End the reading."""
        with self._lock:
            self._closed = True
            self._hang_up()


class Upload:
    """An object that is being sent by a thread of its own, in which ``put`` reads it from us as from a file.

    ``drop`` removes what ``put`` stored although nobody wanted it any more.
    """

    def __init__(self, put: Callable[[Upload], object], drop: Callable[[], object]) -> None:
        self._put, self._drop = put, drop
        self._loop = asyncio.get_running_loop()
        self._pieces: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._room = asyncio.Semaphore(_PIECES_AHEAD)
        self._done: asyncio.Future[None] = self._loop.create_future()
        self._done.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._abandoned = False
        self._at_end = False
        self._rest = memoryview(b"")
        self._sha = hashlib.sha256()
        self._thread = threading.Thread(target=self._run, name="s3-upload", daemon=True)
        self._thread.start()

    async def feed(self, piece: bytes) -> None:
        """Hand over the next piece; waits while too much is under way. Raises what ``put`` raised."""
        await self._room.acquire()
        if self._done.done():
            self._done.result()
        self._pieces.put(piece)

    async def finish(self) -> str:
        """Say that this was all, wait until it is stored, and return its SHA-256 in hex."""
        self._pieces.put(_END)
        await asyncio.shield(self._done)
        return self._sha.hexdigest()

    async def abandon(self) -> None:
        """Stop sending, unless it is done. The store's clean-up is waited for only shortly: it goes on by itself."""
        self._abandoned = True
        self._pieces.put(_ABANDONED)
        await asyncio.wait([self._done], timeout=_PATIENCE_S)

    def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes, none at the end: the file's side, called by ``put`` in its thread."""
        if not self._rest and not self._at_end:
            self._rest = memoryview(self._next_piece())
        data = bytes(self._rest[:size])
        self._rest = self._rest[size:]
        return data

    def _next_piece(self) -> bytes:
        while True:
            piece = self._pieces.get()
            if isinstance(piece, bytes):
                self._loop.call_soon_threadsafe(self._room.release)
                if not piece:
                    continue
                self._sha.update(piece)
                return piece
            if piece is _ABANDONED:
                raise ConnectionAbortedError("the writer left without commit")
            self._at_end = True
            return b""

    def _run(self) -> None:
        error: Exception | None = None
        try:
            self._put(self)
            if self._abandoned:
                self._drop()
        except Exception as raised:
            error = raised
        try:
            self._loop.call_soon_threadsafe(self._settle, error)
        except RuntimeError:  # the loop is gone, and with it whoever waited
            return

    def _settle(self, error: Exception | None) -> None:
        if error is None:
            self._done.set_result(None)
        else:
            self._done.set_exception(error)
        self._room.release()
