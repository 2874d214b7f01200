"""A streamed multipart/form-data body: files go straight to their sinks, fields are kept; memory stays flat."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from pydantic import BaseModel
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect

from services.gateway.domain.refusal import Refusal, wrong_field

MAX_FIELD = 64 * 1024
MAX_FIELDS = 64


class Sink(Protocol):
    """Where the bytes of one file part go."""

    file_name: str | None

    async def write(self, data: bytes) -> None:
        """Take the next bytes."""
        ...


@dataclass(slots=True)
class _Part:
    headers: dict[bytes, bytes] = field(default_factory=dict)
    name: str = ""
    text: bytearray = field(default_factory=bytearray)
    sink: Sink | None = None


_Happening = tuple[Literal["begin", "header", "headers", "data", "end", "closed"], bytes, bytes]


def form_of(fields: type[BaseModel] | None = None, **files: str) -> dict[str, Any]:
    """Return OpenAPI's description of a form: its ``fields``, and its ``files`` by name; ``file`` is required."""
    described = dict(fields.model_json_schema()["properties"]) if fields else {}
    for name, text in files.items():
        described[name] = {"type": "string", "format": "binary", "description": text}
    schema = {"type": "object", "required": ["file"], "properties": described}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


async def read_form(body: AsyncIterator[bytes], content_type: str | None, sinks: Mapping[str, Sink]) -> dict[str, str]:
    """Read a whole form: parts named in ``sinks`` are written there, all others returned as text.

    Raises ``Refusal``: 415 when the body is no multipart form, 422 when it is broken, cut off or names a part twice,
    400 when the client went away, and whatever a sink raises.
    """
    reader = _Reader(_boundary(content_type), sinks)
    try:
        async for chunk in body:
            await reader.feed(chunk)
    except FormParserError as bad:
        raise _broken(str(bad)) from bad
    except ClientDisconnect as gone:
        raise Refusal(400, "upload_broken_off", "The upload broke off.", remedy="Send the whole form again.") from gone
    if not reader.closed:
        raise _broken("It ends before its closing boundary.")
    return reader.fields


class _Reader:
    def __init__(self, boundary: bytes, sinks: Mapping[str, Sink]) -> None:
        self._queue: deque[_Happening] = deque()
        self._sinks = sinks
        self._seen: set[str] = set()
        self._part = _Part()
        self._header = (b"", b"")
        self.fields: dict[str, str] = {}
        self.closed = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": lambda: self._queue.append(("begin", b"", b"")),
                "on_header_field": self._remember(0),
                "on_header_value": self._remember(1),
                "on_header_end": self._header_ended,
                "on_headers_finished": lambda: self._queue.append(("headers", b"", b"")),
                "on_part_data": lambda data, a, b: self._queue.append(("data", data[a:b], b"")),
                "on_part_end": lambda: self._queue.append(("end", b"", b"")),
                "on_end": lambda: self._queue.append(("closed", b"", b"")),
            },
        )

    def _remember(self, place: Literal[0, 1]) -> Callable[[bytes, int, int], None]:
        def remember(data: bytes, start: int, end: int) -> None:
            name, value = self._header
            more = data[start:end]
            self._header = (name + more, value) if place == 0 else (name, value + more)

        return remember

    def _header_ended(self) -> None:
        name, value = self._header
        self._queue.append(("header", name.lower(), value))
        self._header = (b"", b"")

    async def feed(self, chunk: bytes) -> None:
        if not chunk:
            return
        self._parser.write(chunk)
        while self._queue:
            what, first, second = self._queue.popleft()
            if what == "begin":
                self._part = _Part()
            elif what == "header":
                self._part.headers[first] = second
            elif what == "headers":
                self._open()
            elif what == "data":
                await self._take(first)
            elif what == "end":
                self._close()
            else:
                self.closed = True

    def _open(self) -> None:
        part = self._part
        _, options = parse_options_header(part.headers.get(b"content-disposition", b""))
        part.name = options.get(b"name", b"").decode("utf-8", "replace")
        if not part.name:
            raise _broken("A part has no name.")
        if part.name in self._seen or len(self._seen) >= MAX_FIELDS:
            raise wrong_field(part.name[:80], "duplicate_part", "It is there twice, or there are too many parts.")
        self._seen.add(part.name)
        part.sink = self._sinks.get(part.name)
        file_name = options.get(b"filename")
        if part.sink is not None:
            part.sink.file_name = file_name.decode("utf-8", "replace")[:1000] if file_name else None
        elif file_name is not None:
            known = ", ".join(sorted(self._sinks))
            raise wrong_field(part.name[:80], "unknown_part", f"Files are taken as {known}.")

    async def _take(self, data: bytes) -> None:
        if self._part.sink is not None:
            await self._part.sink.write(data)
        elif len(self._part.text) + len(data) > MAX_FIELD:
            raise wrong_field(self._part.name[:80], "too_long", f"A field has at most {MAX_FIELD} bytes.")
        else:
            self._part.text += data

    def _close(self) -> None:
        if self._part.sink is None:
            try:
                self.fields[self._part.name] = self._part.text.decode("utf-8")
            except UnicodeDecodeError as bad:
                raise wrong_field(self._part.name[:80], "not_text", "A field is UTF-8 text.") from bad


def _boundary(content_type: str | None) -> bytes:
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not 1 <= len(boundary) <= 200:
        raise Refusal(
            415,
            "form_required",
            "The body must be multipart/form-data with a boundary.",
            remedy="Send the file as the form's part `file`.",
        )
    return boundary


def _broken(reason: str) -> Refusal:
    return Refusal(422, "form_invalid", f"The form cannot be read. {reason}", remedy="Send the whole form again.")
