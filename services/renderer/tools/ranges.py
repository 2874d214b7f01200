"""Sources by ranges: a small HTTP server on loopback in front of the object store, for our own ffmpegs alone.

A minute cut out of three hours asks for a few megabytes, not for the whole film. Every path begins with a secret, so
that nobody else on the machine can read through it.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from services.renderer.tools.blocks import BLOCK, Blocks
from services.renderer.tools.ffmpeg import remote_path
from shared import log
from shared.blobs import Blobs
from shared.contracts.blob import BlobRef
from shared.errors import CutroomError

MAX_HEAD = 8192
PATIENCE_S = 30.0
SOCKET_BUFFER = 64 * 1024
_REQUEST = re.compile(rb"(GET|HEAD) /([0-9a-f]+)/(\d+) HTTP/1\.[01]\r\n")
_RANGE = re.compile(rb"\r\nrange: *bytes=(\d+)-(\d*)", re.IGNORECASE)
logger = log.get(__name__)


class RangeServer:
    """Serves ``refs`` by their number. ``sent`` counts bytes; ``failed`` is the store's last error."""

    def __init__(self, blocks: Blocks, refs: Sequence[BlobRef]) -> None:
        self._blocks, self._refs = blocks, refs
        self._secret = secrets.token_hex(16)
        self.port = 0
        self.sent = 0
        self.failed: CutroomError | None = None

    def path(self, number: int) -> Path:
        """Return the path under which an ffmpeg of ours opens object ``number``."""
        return remote_path(f"127.0.0.1:{self.port}", self._secret, str(number))

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request; the connection ends with it."""
        _keep_short(writer)
        try:
            async with asyncio.timeout(PATIENCE_S):
                head = await reader.readuntil(b"\r\n\r\n")
            await self._answer(head, writer)
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            pass
        except CutroomError as failed:
            self.failed = failed
            logger.warning("range.failed", error=failed.message)
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _answer(self, head: bytes, writer: asyncio.StreamWriter) -> None:
        asked = _REQUEST.match(head)
        if asked is None or asked[2].decode() != self._secret or int(asked[3]) >= len(self._refs):
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return
        ref = self._refs[int(asked[3])]
        wanted = _RANGE.search(head)
        start = int(wanted[1]) if wanted else 0
        end = min(int(wanted[2]) + 1, ref.size) if wanted and wanted[2] else ref.size
        if start >= end:
            writer.write(f"HTTP/1.1 416 Out\r\nContent-Range: bytes */{ref.size}\r\nContent-Length: 0\r\n\r\n".encode())
            return
        status = f"206 Part\r\nContent-Range: bytes {start}-{end - 1}/{ref.size}" if wanted else "200 OK"
        lines = (
            f"HTTP/1.1 {status}\r\nAccept-Ranges: bytes\r\nContent-Length: {end - start}\r\nConnection: close\r\n\r\n"
        )
        writer.write(lines.encode())
        if asked[1] == b"GET":
            await self._send(ref, start, end, writer)

    async def _send(self, ref: BlobRef, start: int, end: int, writer: asyncio.StreamWriter) -> None:
        """Read on in windows that grow: whoever only wants an index, or jumps on, has not had megabytes fetched."""
        first = start // BLOCK
        for number in range(first, -(-end // BLOCK)):
            block = await self._blocks.get(ref, number, number - first + 1)
            piece = block[max(0, start - number * BLOCK) : end - number * BLOCK]
            writer.write(piece)
            self.sent += len(piece)
            await writer.drain()


def _keep_short(writer: asyncio.StreamWriter) -> None:
    """Let little be under way, so that what the reader does not want is not read for it."""
    writer.transport.set_write_buffer_limits(high=SOCKET_BUFFER)
    kernel: socket.socket = writer.get_extra_info("socket")
    kernel.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SOCKET_BUFFER)


@asynccontextmanager
async def ranges(blobs: Blobs, refs: Sequence[BlobRef]) -> AsyncIterator[RangeServer]:
    """Serve ``refs`` while in the block. An error of the store is raised at its end, in place of what it led to."""
    blocks = Blocks(blobs)
    server = RangeServer(blocks, refs)
    listening = await asyncio.start_server(server.handle, "127.0.0.1", 0, limit=MAX_HEAD)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    except Exception as led_to:
        if server.failed is not None:
            raise server.failed from led_to
        raise
    finally:
        listening.close()
        await blocks.close()
