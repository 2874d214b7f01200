"""``Idempotency-Key``: the first request does the work, the same again gets the same answer.

The slot is claimed in the database before the work and renewed while it lasts, so that a gateway that dies blocks
nobody.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.types import ASGIApp, Receive, Scope, Send

from services.gateway.api.asgi import WRITES, header, refuse
from services.gateway.api.exchange import Answer, Body, reused
from services.gateway.domain.refusal import Refusal
from services.gateway.handlers.origin import Origin, origin
from services.gateway.handlers.watch import Watch
from services.gateway.settings import GatewaySettings
from services.gateway.store import idempotency as store
from services.gateway.store.idempotency import Kept, Slot
from shared import log
from shared.contracts.ids import new_id
from shared.db import AWAY, Pool, transaction

LONGEST_KEY = 255
LOOK_AGAIN = 1.0
PATIENCE = 60.0
logger = log.get(__name__)


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
        body = Body(scope, receive)
        await body.begin()
        slot, owner = Slot(account.id, scope["method"], scope["path"], key), new_id()
        try:
            earlier = await self._earlier(slot, owner, body)
        except Refusal as refusal:
            await refuse(refusal, scope, receive, send)
            return
        if isinstance(earlier, Kept):
            await _repeat(earlier, send)
            return
        mark = origin.set(Origin(earlier))
        try:
            await self._first(slot, owner, body, scope, send)
        finally:
            origin.reset(mark)

    async def _earlier(self, slot: Slot, owner: str, body: Body) -> Kept | str:
        """Return the answer that is there, waiting for it while it is made; the work's name when it is ours to do."""
        with self.watch.on(slot.key) as signal:
            while True:
                async with self.pool.acquire() as connection:
                    mine = await store.claim(
                        connection, slot, owner, body.known, lease_s=self.lease_s, keep_s=self.keep_s
                    )
                    kept = await store.find(connection, slot) if mine is None else None
                if mine is not None:
                    return mine
                if kept is not None and kept.status is not None:
                    return await body.checked(kept)
                if kept is not None and body.known and kept.body_hash not in (None, body.known):
                    raise reused()
                if self.watch.closing:
                    raise Refusal(503, "shutting_down", "The gateway is going down.", headers={"Retry-After": "2"})
                await signal.wait(LOOK_AGAIN)

    async def _first(self, slot: Slot, owner: str, body: Body, scope: Scope, send: Send) -> None:
        answer = Answer()
        try:
            async with self._renewing(slot, owner):
                await self.app(scope, body.receive, answer.take)
                kept = await answer.kept(body)
        except BaseException:
            await asyncio.shield(self._end(slot, owner, body, None))
            raise
        await self._end(slot, owner, body, kept)
        if answer.start is not None:
            await send(answer.start)
            await send({"type": "http.response.body", "body": bytes(answer.body)})

    async def _end(self, slot: Slot, owner: str, body: Body, kept: Kept | None) -> None:
        async with transaction(self.pool, PATIENCE) as connection:
            if kept is None:
                await store.release(connection, slot, owner, body.known)
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
