"""Signed links to media: ``/media/<key>?exp=<unix seconds>&sig=<mac>``.

The link is the permission: it says which object, until when, and its signature (HMAC-SHA256 over both) says that we
gave it. So players and browsers can follow it without an account's key.

A film for streaming is many objects in one folder, whose playlists name each other. Their links are
``/hls/<exp>/<mac>/<key>``, where the signature is over the folder: what a playlist names is found under the same link.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

from shared.contracts.blob import checked_key
from shared.errors import PermanentError

PREFIX = "/media/"
STREAMS = "/hls/"
_NUMBER = re.compile(r"[1-9][0-9]{0,11}", re.ASCII)


class LinkInvalid(PermanentError):
    """The link was not signed by us, or was changed."""

    default_code = "link_invalid"
    default_remedy = "Ask for the resource again: every answer carries a fresh link."


class LinkExpired(PermanentError):
    """The link was good once."""

    default_code = "link_expired"
    default_remedy = "Ask for the resource again: every answer carries a fresh link."


def sign(key: str, expires: int, secret: bytes) -> str:
    """Return the relative link to the object ``key``, good until ``expires`` (unix seconds)."""
    return f"{PREFIX}{key}?exp={expires}&sig={_mac(key, expires, secret)}"


def verify(key: str, exp: str | None, sig: str | None, *, secret: bytes, now: float) -> None:
    """Return if ``sig`` is ours for ``key`` and ``exp`` and the time has not come yet.

    Raises ``LinkInvalid`` or ``LinkExpired``; an unsigned ``exp`` is never called expired.
    """
    if exp is None or sig is None or not _NUMBER.fullmatch(exp):
        raise LinkInvalid("The link carries no valid signature.")
    expected = _mac(key, int(exp), secret)
    if not hmac.compare_digest(expected.encode(), sig.encode("utf-8", "replace")):
        raise LinkInvalid("The link carries no valid signature.")
    if now >= int(exp):
        raise LinkExpired("The link has expired.")


def sign_folder(key: str, expires: int, secret: bytes) -> str:
    """Return the relative link to ``key`` that is good for all objects of its folder."""
    return f"{STREAMS}{expires}/{_mac(_folder(key), expires, secret)}/{key}"


def verify_folder(key: str, exp: str, sig: str, *, secret: bytes, now: float) -> None:
    """Return if ``sig`` is ours for the folder of ``key`` and ``exp``. Raises as :func:`verify` does."""
    verify(_folder(key), exp, sig, secret=secret, now=now)


def _folder(key: str) -> str:
    """What is signed for a folder: no key of an object ends so."""
    return f"{key.rpartition('/')[0]}/*"


def key_of(reference: str) -> str | None:
    """Return the object key that ``reference`` (a key, or a /media link of ours) names; None when it is neither.

    Links to other hosts and everything with a scheme are refused: such a reference is never opened. Only the name
    counts here, not the signature: the caller asks whether the object belongs to the account.
    """
    key = reference
    if reference.startswith(PREFIX):
        key = reference.removeprefix(PREFIX).partition("?")[0]
    try:
        return checked_key(key)
    except ValueError:
        return None


def _mac(key: str, expires: int, secret: bytes) -> str:
    digest = hmac.new(secret, f"{expires}\n{key}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
