"""HTTP to a model's server with a bound on what it may answer: a server gone wrong must not fill our memory."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2

MOST_BYTES = 8 * 1024**2


class AnswerTooLarge(httpx2.ReadError):
    """The body is larger than ``MOST_BYTES``, after decompression or before."""


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = MOST_BYTES
        async for part in self._stream:
            left -= len(part)
            if left < 0:
                raise AnswerTooLarge("the answer is too large")
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()


class BoundedTransport(httpx2.AsyncHTTPTransport):
    """The usual transport, whose responses end with ``AnswerTooLarge`` beyond the bound."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send the request, asking for no compression: then what is counted is what is kept."""
        request.headers["accept-encoding"] = "identity"
        response = await super().handle_async_request(request)
        if response.headers.get("content-encoding", "identity") != "identity":
            await response.aclose()
            raise AnswerTooLarge("the answer is compressed, which was not asked for")
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        response.stream = _Bounded(response.stream)
        return response
