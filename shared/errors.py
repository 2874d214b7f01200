"""The error tree. Every failure that a person can meet has a stable code and says what to do.

CutroomError
├── PermanentError            trying again cannot help: the step ends at once
│   ├── BadMedia              the bytes are not what they should be
│   ├── BadRequest            the order itself is wrong
│   ├── BlobMissing           a promised object is not there
│   └── CapabilityMissing     a model, key or program is not installed here
└── TransientError            trying again may help: the step is retried with backoff
    └── Unavailable           a server beside us does not answer
ProcessFailed (see shared.process) derives from CutroomError: its caller knows what the exit of a program means.
"""

from __future__ import annotations

from typing import ClassVar


class CutroomError(Exception):
    """Base of all expected failures.

    ``code`` is stable and snake_case, ``message`` one sentence for a person, ``remedy`` what that person can do.
    """

    default_code: ClassVar[str] = "internal_error"
    default_remedy: ClassVar[str] = "Try again; if it happens again, look for the job id in the logs."

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        remedy: str | None = None,
        details: dict[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.remedy = remedy or self.default_remedy
        self.details: dict[str, object] = details or {}


class PermanentError(CutroomError):
    """Trying again with the same input gives the same failure."""


class BadMedia(PermanentError):
    """The media cannot be used as what it was given for."""

    default_code = "media_unsupported"
    default_remedy = "Give a video or audio file in a common format, such as mp4 with H.264 and AAC."


class BadRequest(PermanentError):
    """The order is wrong in itself."""

    default_code = "request_invalid"
    default_remedy = "Correct the named field and send it again."


class BlobMissing(PermanentError):
    """An object that a message points to is not in the store."""

    default_code = "blob_missing"
    default_remedy = "Upload the media again."


class CapabilityMissing(PermanentError):
    """Something optional is needed here and is not installed."""

    default_code = "capability_missing"
    default_remedy = "Run `cutroom doctor` to see what is missing and how to get it."


class TransientError(CutroomError):
    """The same order may succeed later."""

    default_code = "temporarily_unavailable"


class Unavailable(TransientError):
    """A server that this service depends on does not answer."""

    default_code = "dependency_unavailable"
    default_remedy = "Check that the database, the bus and the object store are up."
