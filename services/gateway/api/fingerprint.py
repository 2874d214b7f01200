"""What makes two requests the same: their canonical body, and their query but for how long they wait."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Protocol
from urllib.parse import parse_qsl

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.types import Scope

IGNORED = frozenset({"wait"})


class Digest(Protocol):
    """Something that sees a body go by."""

    def feed(self, data: bytes) -> None:
        """Take the next bytes."""
        ...

    def finish(self) -> str:
        """Return the body's fingerprint."""
        ...


def fingerprint(scope: Scope, body_digest: str) -> str:
    """Return the fingerprint of a request, from its query and its body's."""
    pairs = sorted(pair for pair in parse_qsl(scope["query_string"].decode("latin-1")) if pair[0] not in IGNORED)
    return _sha(json.dumps([pairs, body_digest]).encode())


def of_bytes(body: bytes) -> str:
    """Return the fingerprint of a body: of what it says where it is JSON, else of its bytes."""
    try:
        return _sha(json.dumps(json.loads(body), sort_keys=True, separators=(",", ":")).encode())
    except (ValueError, RecursionError):
        return _sha(body)


class FormDigest:
    """Sees a multipart body go by: fields and file contents count, the boundary and the order of parts do not."""

    def __init__(self, content_type: str) -> None:
        _, options = parse_options_header(content_type)
        self._parts: list[tuple[bytes, bytes, str]] = []
        self._headers: dict[bytes, bytes] = {}
        self._name, self._value = b"", b""
        self._hash = hashlib.sha256()
        self._broken = False
        callbacks: Any = {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, a, b: self._grow(data[a:b], b""),
            "on_header_value": lambda data, a, b: self._grow(b"", data[a:b]),
            "on_header_end": self._header,
            "on_part_data": lambda data, a, b: self._hash.update(data[a:b]),
            "on_part_end": self._end,
        }
        self._parser = MultipartParser(options.get(b"boundary", b"") or b"none", callbacks)

    def feed(self, data: bytes) -> None:
        """Take the next bytes; a body that cannot be read is for the route to refuse."""
        if self._broken or not data:
            return
        try:
            self._parser.write(data)
        except FormParserError:
            self._broken = True

    def finish(self) -> str:
        """Return the form's fingerprint."""
        parts = [[name.hex(), file.hex(), digest] for name, file, digest in sorted(self._parts)]
        return _sha(json.dumps([self._broken, parts]).encode())

    def _begin(self) -> None:
        self._headers, self._hash = {}, hashlib.sha256()

    def _grow(self, name: bytes, value: bytes) -> None:
        self._name, self._value = self._name + name, self._value + value

    def _header(self) -> None:
        self._headers[self._name.lower()] = self._value
        self._name, self._value = b"", b""

    def _end(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._parts.append((options.get(b"name", b""), options.get(b"filename", b""), self._hash.hexdigest()))


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
