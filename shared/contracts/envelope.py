"""The envelope of every message: CloudEvents 1.0 attributes and a few extensions in its spelling (lower case)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.commands import COMMANDS, Command
from shared.contracts.events import EVENTS, Event
from shared.contracts.ids import new_id

MAX_BODY = 64 * 1024
T = TypeVar("T", bound=BaseModel)


class Envelope(BaseModel):
    """A message on the bus. ``subject`` is the job id, ``commandid`` the command that a fact answers."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    specversion: Literal["1.0"] = "1.0"
    id: str = Field(default_factory=new_id)
    source: str
    type: str
    subject: str
    time: datetime = Field(default_factory=lambda: datetime.now(UTC))
    datacontenttype: Literal["application/json"] = "application/json"
    tenant: str = ""
    priority: int = Field(default=0, ge=0, le=9)
    commandid: str | None = None
    causationid: str | None = None
    traceparent: str | None = None
    sequence: int | None = None
    data: dict[str, Any] = Field(default_factory=dict)

    @property
    def name(self) -> str:
        """The last part of ``type``: the name of the command or event."""
        return self.type.rsplit(".", 1)[-1]

    def command(self) -> Command:
        """Return the typed order. Raises ``ValueError`` (pydantic's among them) for what is none."""
        return _parse(COMMANDS, self)

    def event(self) -> Event:
        """Return the typed fact. Raises ``ValueError`` (pydantic's among them) for what is none."""
        return _parse(EVENTS, self)

    def encode(self) -> bytes:
        """Return the JSON body."""
        return self.model_dump_json(exclude_none=True).encode()


def _parse(known: dict[str, type[T]], envelope: Envelope) -> T:
    model = known.get(envelope.name)
    if model is None:
        raise ValueError(f"unknown message type {envelope.type!r}")
    return model.model_validate(envelope.data)


def decode(body: bytes) -> Envelope:
    """Parse a message. Raises ``ValueError`` when it is none."""
    return Envelope.model_validate_json(body)


def kind_of(data: Command | Event) -> str:
    """Return the CloudEvents ``type`` for a command or an event."""
    room = "command" if type(data).__name__ in COMMANDS else "event"
    return f"cutroom.{room}.{type(data).__name__}"
