"""A request and its answer as they go by the idempotency layer: the one fingerprinted, the other held back."""

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.types import Message, Receive, Scope

from services.gateway.api.asgi import header, replayed
from services.gateway.api.fingerprint import FormDigest, fingerprint, of_bytes
from services.gateway.api.limits import is_streamed
from services.gateway.domain.refusal import Refusal, conflict
from services.gateway.store.idempotency import Kept

NOT_KEPT = frozenset({400, 401, 403, 413, 415, 422, 429})
PASSING = frozenset({"content-length", "date"})


@dataclass(slots=True)
class Answer:
    """What the application sends, held back until it is kept."""

    start: Message | None = None
    body: bytearray = field(default_factory=bytearray)

    async def take(self, message: Message) -> None:
        """Hold back what the application sends."""
        if message["type"] == "http.response.start":
            self.start = message
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")

    async def kept(self, request: Body) -> Kept | None:
        """Return what to keep; null for validation errors and failures, which are for the next one to try."""
        if self.start is None or self.start["status"] >= 500 or self.start["status"] in NOT_KEPT:
            return None
        headers = [(k.decode("latin-1"), v.decode("latin-1")) for k, v in self.start.get("headers", ())]
        lasting = [pair for pair in headers if pair[0] not in PASSING]
        return Kept(await request.finish(), self.start["status"], lasting, bytes(self.body))


class Body:
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

    async def checked(self, kept: Kept) -> Kept:
        """Return ``kept`` when it answers this body. Raises the 409 refusal when it answers another one."""
        if await self.finish() != kept.body_hash:
            raise reused()
        return kept

    async def _passed_on(self) -> Message:
        message = await self._source()
        if self._form is not None and message["type"] == "http.request":
            self._form.feed(message.get("body", b""))
        self._done = self._done or not message.get("more_body", False)
        return message


def reused() -> Refusal:
    """Return the refusal for a key that stands for something else."""
    return conflict(
        "idempotency_key_reused",
        "This Idempotency-Key was used for another request.",
        remedy="Use a fresh key for each new request.",
    )
