"""Identifiers: UUIDv7 strings, sortable by time of creation (RFC 9562, section 5.7)."""

from __future__ import annotations

import uuid

import uuid_utils


def new_id() -> str:
    """Return a fresh UUIDv7 in its canonical lower-case form."""
    return str(uuid_utils.uuid7())


def derived_id(*parts: str) -> str:
    """Return a UUIDv5 that depends on nothing but ``parts``.

    Messages that a redelivered cause would produce again carry such ids, so that the receiver's inbox sees one message.
    """
    return str(uuid.uuid5(uuid.NAMESPACE_OID, "\x1f".join(parts)))


def is_id(text: str) -> bool:
    """Tell whether ``text`` is a canonical UUID string."""
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
