"""Who may ask. All under ``/api`` belongs to an account, but for health; links to media carry their own permission."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from services.gateway.api.asgi import header, refuse
from services.gateway.domain.account import Account, local_account
from services.gateway.domain.refusal import Refusal
from services.gateway.settings import GatewaySettings
from services.gateway.store import accounts
from shared.db import Pool

OPEN = frozenset({"/api/healthz"})
LONGEST_KEY = 200


def is_loopback(host: str) -> bool:
    """Tell whether ``host`` names this machine and nothing else: a loopback address or ``localhost``."""
    name = host.strip("[]").lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


class Access:
    """Puts the account into the request's state, or answers 401.

    Without keys the API is for programs of this machine: a page of another site that a browser shows here, also one
    that gave its own name this machine's address, gets 403.
    """

    def __init__(self, app: ASGIApp, settings: GatewaySettings, pool: Pool) -> None:
        self.app = app
        self.settings = settings
        self.pool = pool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Find out who asks, and let the request go on as theirs."""
        if scope["type"] in ("http", "websocket"):
            try:
                account = await self._account(scope)
            except Refusal as refusal:
                await refuse(refusal, scope, receive, send)
                return
            scope.setdefault("state", {})["account"] = account
        await self.app(scope, receive, send)

    async def _account(self, scope: Scope) -> Account | None:
        if self.settings.auth == "none":
            self._from_here(scope)
            return local_account(self.settings.local_tier)
        path = scope["path"]
        if not path.startswith("/api/") or path in OPEN or scope.get("method") == "OPTIONS":
            return None
        key = _key(scope)
        if key is None or len(key) > LONGEST_KEY:
            raise _unauthorized("An API key is needed.")
        async with self.pool.acquire() as connection:
            account = await accounts.by_key(connection, key)
        if account is None:
            raise _unauthorized("The API key is not known.")
        return account

    def _from_here(self, scope: Scope) -> None:
        host = _host_of(f"//{header(scope, 'host') or ''}")
        origin = header(scope, "origin")
        elsewhere = origin is not None and origin not in self.settings.cors_origins
        if not is_loopback(host) or (elsewhere and not is_loopback(_host_of(origin or ""))):
            raise Refusal(
                403,
                "origin_forbidden",
                "Without keys this studio answers only to programs of its own machine.",
                remedy="Use http://127.0.0.1, allow the site in CUTROOM_CORS_ORIGINS, or set CUTROOM_AUTH=keys.",
            )


def _host_of(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _key(scope: Scope) -> str | None:
    given = header(scope, "x-api-key")
    if given:
        return given.strip()
    scheme, _, token = (header(scope, "authorization") or "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def _unauthorized(message: str) -> Refusal:
    remedy = "Send `Authorization: Bearer KEY` or `X-API-Key: KEY`."
    return Refusal(401, "unauthorized", message, remedy=remedy, headers={"WWW-Authenticate": "Bearer"})
