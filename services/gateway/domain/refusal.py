"""What the API says no to: an error that knows its HTTP status and the members of its problem document (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.errors import PermanentError


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong field; ``field`` is a path such as ``timeline.segments[2].end``."""

    field: str
    code: str
    message: str


class Refusal(PermanentError):
    """A request that is refused. ``extra`` members stand beside the usual ones in the problem document."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        remedy: str = "",
        errors: Sequence[FieldError] = (),
        extra: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message, code=code, remedy=remedy or None)
        self.status = status
        self.errors = tuple(errors)
        self.extra = dict(extra or {})
        self.headers = dict(headers or {})


def not_found(what: str) -> Refusal:
    """Return the refusal for an unknown ``what`` ("job", "project"), also another account's."""
    return Refusal(404, "not_found", f"There is no such {what}.", remedy="Look at the id; list what is yours.")


def conflict(code: str, message: str, *, remedy: str = "", **extra: object) -> Refusal:
    """Return the refusal for an order that does not fit the present state."""
    return Refusal(409, code, message, remedy=remedy, extra=extra)


def invalid(errors: Sequence[FieldError], *, code: str = "validation_failed", message: str = "") -> Refusal:
    """Return the refusal for wrong fields."""
    first = errors[0] if errors else None
    text = message or (f"{first.field}: {first.message}" if first else "The request is not valid.")
    return Refusal(422, code, text, remedy="Correct the named fields and send it again.", errors=errors)


def wrong_field(field: str, code: str, message: str) -> Refusal:
    """Return the refusal for one wrong field."""
    return invalid([FieldError(field, code, message)], code=code, message=message)


def in_words_of_json(kind: str, message: str) -> str:
    """Return what pydantic says of a mistake of ``kind``: JSON knows lists and objects, not tuples and dictionaries."""
    if kind == "extra_forbidden":
        return "There is no member of this name; /docs names those there are"
    said = message.replace("Tuple should have", "A list has").replace(" after validation", "")
    return said.replace("valid tuple", "valid list").replace("valid dictionary or object", "valid object")
