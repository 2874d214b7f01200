"""``Idempotency-Key``: the first request does the work, the same again gets the same answer.

The slot is claimed in the database before the work and renewed while it lasts, so that a gateway that dies blocks
nobody.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.gateway.api.asgi import WRITES, header, refuse, replayed
from services.gateway.api.fingerprint import FormDigest, fingerprint, of_bytes
from services.gateway.api.limits import is_streamed
from services.gateway.domain.refusal import Refusal, conflict
from services.gateway.handlers.watch import Watch
from services.gateway.settings import GatewaySettings
from services.gateway.store import idempotency as store
from services.gateway.store.idempotency import Kept, Slot
from shared import log
from shared.contracts.ids import new_id
from shared.db import AWAY, Pool

NOT_KEPT = frozenset({400, 401, 403, 413, 415, 422, 429})
PASSING = frozenset({"content-length", "date"})
LONGEST_KEY = 255
LOOK_AGAIN = 1.0
logger = log.get(__name__)


@dataclass(slots=True)
class _Answer:
    """What the application sends, held back until it is kept."""

    start: Message | None = None
    body: bytearray = field(default_factory=bytearray)

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")

    async def kept(self, request: _Body) -> Kept | None:
        if self.start is None or self.start["status"] >= 500 or self.start["status"] in NOT_KEPT:
            return None
        headers = [(k.decode("latin-1"), v.decode("latin-1")) for k, v in self.start.get("headers", ())]
        lasting = [pair for pair in headers if pair[0] not in PASSING]
        return Kept(await request.finish(), self.start["status"], lasting, bytes(self.body))


class _Body:
    """The request's body as it goes by; its fingerprint is known at once unless it is a streamed form."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._scope = scope
        self._source = receive
        self._form = FormDigest(header(scope, "content-type") or "") if is_streamed(scope) else None
        self._done = False
        self.known: str | None = None
        self.receive: Receive = self._passed_on

    async def begin(self) -> None:
        """Read what is read whole anyway."""
        if self._form is None:
            body = (await self._source()).get("body", b"")
            self.known = fingerprint(self._scope, of_bytes(body))
            self.receive = replayed(body, self._source)

    async def finish(self) -> str:
        """Return the fingerprint; reads what the application left unread."""
        while self._form is not None and not self._done:
            await self._passed_on()
        if self._form is not None:
            self.known = fingerprint(self._scope, self._form.finish())
        return self.known or ""

    async def _passed_on(self) -> Message:
        message = await self._source()
        if self._form is not None and message["type"] == "http.request":
            self._form.feed(message.get("body", b""))
        self._done = self._done or not message.get("more_body", False)
        return message


class Idempotency:
    """The layer; everything without the header passes untouched."""

    def __init__(self, app: ASGIApp, settings: GatewaySettings, pool: Pool, watch: Watch) -> None:
        self.app = app
        self.pool = pool
        self.watch = watch
        self.lease_s = settings.idempotency_lease_seconds
        self.keep_s = settings.idempotency_hours * 3600

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Be the first, or wait for the first and repeat its answer."""
        key = header(scope, "idempotency-key") if scope["type"] == "http" and scope["method"] in WRITES else None
        account = scope.get("state", {}).get("account")
        if key is None or account is None:
            await self.app(scope, receive, send)
            return
        if not 1 <= len(key) <= LONGEST_KEY or not key.isprintable():
            text = f"An Idempotency-Key has 1 to {LONGEST_KEY} printable characters."
            await refuse(Refusal(422, "idempotency_key_invalid", text), scope, receive, send)
            return
        body = _Body(scope, receive)
        await body.begin()
        slot, owner = Slot(account.id, scope["method"], scope["path"], key), new_id()
        try:
            earlier = await self._earlier(slot, owner, body)
        except Refusal as refusal:
            await refuse(refusal, scope, receive, send)
            return
        if earlier is None:
            await self._first(slot, owner, body, scope, send)
        else:
            await _repeat(earlier, send)

    async def _earlier(self, slot: Slot, owner: str, body: _Body) -> Kept | None:
        """Return the answer that is there, waiting for it when it is being made; null when it is ours to make."""
        with self.watch.on(slot.key) as signal:
            while True:
                async with self.pool.acquire() as connection:
                    if await store.claim(connection, slot, owner, body.known, lease_s=self.lease_s, keep_s=self.keep_s):
                        return None
                    kept = await store.find(connection, slot)
                if kept is not None and kept.status is not None and kept.body_hash != await body.finish():
                    raise _reused()
                if kept is not None and body.known and kept.body_hash and kept.body_hash != body.known:
                    raise _reused()
                if kept is not None and kept.status is not None:
                    return kept
                if self.watch.closing:
                    raise Refusal(503, "shutting_down", "The gateway is going down.", headers={"Retry-After": "2"})
                await signal.wait(LOOK_AGAIN)

    async def _first(self, slot: Slot, owner: str, body: _Body, scope: Scope, send: Send) -> None:
        answer = _Answer()
        try:
            async with self._renewing(slot, owner):
                await self.app(scope, body.receive, answer.take)
                kept = await answer.kept(body)
        except BaseException:
            await asyncio.shield(self._end(slot, owner, None))
            raise
        await self._end(slot, owner, kept)
        if answer.start is not None:
            await send(answer.start)
            await send({"type": "http.response.body", "body": bytes(answer.body)})

    async def _end(self, slot: Slot, owner: str, kept: Kept | None) -> None:
        async with self.pool.acquire() as connection:
            if kept is None:
                await store.release(connection, slot, owner)
            else:
                await store.keep(connection, slot, owner, kept)

    @asynccontextmanager
    async def _renewing(self, slot: Slot, owner: str) -> AsyncIterator[None]:
        task = asyncio.create_task(self._renew(slot, owner))
        try:
            yield
        finally:
            task.cancel()

    async def _renew(self, slot: Slot, owner: str) -> None:
        while True:
            await asyncio.sleep(self.lease_s / 3)
            try:
                async with self.pool.acquire() as connection:
                    await store.renew(connection, slot, owner, self.lease_s)
            except (*AWAY, TimeoutError) as away:
                logger.warning("idempotency.not_renewed", error=repr(away))


async def _repeat(kept: Kept, send: Send) -> None:
    headers = [(k.encode("latin-1"), v.encode("latin-1")) for k, v in kept.headers]
    headers += [(b"content-length", str(len(kept.body)).encode()), (b"idempotency-replayed", b"true")]
    await send({"type": "http.response.start", "status": kept.status, "headers": headers})
    await send({"type": "http.response.body", "body": kept.body})


def _reused() -> Refusal:
    return conflict(
        "idempotency_key_reused",
        "This Idempotency-Key was used for another request.",
        remedy="Use a fresh key for each new request.",
    )
