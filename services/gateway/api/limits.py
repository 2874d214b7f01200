"""The limit on request bodies.

Uploads are streamed, and count for themselves; everything else is read whole, up to the limit.
"""

from __future__ import annotations

import re

from starlette.types import ASGIApp, Receive, Scope, Send

from services.gateway.api.asgi import WRITES, header, refuse, replayed
from services.gateway.domain.refusal import Refusal

STREAMED = re.compile(r"/api/(ingest|assets|consent/[^/]+/upload)/?")


def is_streamed(scope: Scope) -> bool:
    """Tell whether the route reads its multipart body piece by piece and limits it itself."""
    kind = header(scope, "content-type") or ""
    return kind.lower().startswith("multipart/") and STREAMED.fullmatch(scope["path"]) is not None


class BodyLimit:
    """Refuses bodies over ``most`` bytes with 413 before any route sees them."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self.app = app
        self.most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body, then let the request go on with it."""
        if scope["type"] != "http" or scope["method"] not in WRITES or is_streamed(scope):
            return await self.app(scope, receive, send)
        announced = header(scope, "content-length") or "0"
        if announced.isascii() and announced.isdigit() and int(announced) > self.most:
            return await refuse(self._too_large(), scope, receive, send)
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return None
            body += message.get("body", b"")
            if len(body) > self.most:
                return await refuse(self._too_large(), scope, receive, send)
            if not message.get("more_body", False):
                return await self.app(scope, replayed(bytes(body), receive), send)

    def _too_large(self) -> Refusal:
        text = f"The body is larger than {self.most} bytes."
        return Refusal(413, "body_too_large", text, remedy="Send less, or upload it as media.")
