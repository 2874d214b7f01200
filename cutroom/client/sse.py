"""Server-sent events out of a byte stream, as the WHATWG standard has them."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Message:
    """One dispatched message; ``id`` is the last one that the stream has set."""

    id: str
    event: str
    data: str


@dataclass(slots=True)
class Decoder:
    """Feed it lines without their ends; it gives a message at each blank line that ends one."""

    last_id: str = ""
    _event: str = ""
    _data: list[str] = field(default_factory=list)

    def line(self, line: str) -> Message | None:
        """Take the next line; return the message that it completes."""
        if not line:
            return self._dispatch()
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._event = value
        elif name == "id" and "\0" not in value:
            self.last_id = value
        return None

    def _dispatch(self) -> Message | None:
        event, data = self._event, self._data
        self._event, self._data = "", []
        return Message(self.last_id, event or "message", "\n".join(data)) if data else None
