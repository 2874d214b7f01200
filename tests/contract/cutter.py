"""A store that is far away: a TCP proxy before it that cuts replies off, or stalls."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from urllib.parse import urlsplit


class Cutter:
    """A TCP proxy before the store that cuts a connection off after so many bytes of reply, as often as it is told."""

    def __init__(self, endpoint: str) -> None:
        url = urlsplit(endpoint)
        self._host, self._port = url.hostname, url.port
        self.cuts = 0
        self.after = 0
        self.stall = False
        self.sent = 0
        """Bytes of replies so far."""
        self._serving: dict[asyncio.Task[None], tuple[asyncio.StreamWriter, ...]] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, here = await asyncio.open_connection(self._host, self._port)
        if (task := asyncio.current_task()) is not None:
            self._serving[task] = (writer, here)
            task.add_done_callback(self._serving.pop)
        with contextlib.suppress(ConnectionError):
            async with asyncio.TaskGroup() as group:
                group.create_task(self._copy(reader, here, cut=False))
                group.create_task(self._copy(there, writer, cut=True))

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, cut: bool) -> None:
        sent = 0
        try:
            while data := await reader.read(64 * 1024):
                sent += len(data)
                if cut and self.cuts > 0 and sent > self.after:
                    while self.stall:
                        await asyncio.sleep(0.05)
                    self.cuts -= 1
                    return
                self.sent += len(data) * cut
                writer.write(data)
                await writer.drain()
        finally:
            writer.close()

    async def hang_up(self) -> None:
        """Close connections that somebody keeps open for another time."""
        for task, ends in list(self._serving.items()):
            for end in ends:
                end.close()
            await asyncio.wait([task])


@contextlib.asynccontextmanager
async def cut_off(endpoint: str) -> AsyncIterator[tuple[Cutter, str]]:
    cutter = Cutter(endpoint)
    server = await asyncio.start_server(cutter.serve, "127.0.0.1", 0)
    async with server:
        yield cutter, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        await cutter.hang_up()
