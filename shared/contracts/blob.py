"""A reference to an object in the object store: what a message carries instead of a big document (claim check)."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

MAX_KEY = 512
_SEGMENT = r"[a-z0-9_][a-z0-9_.-]*"
_KEY = re.compile(rf"{_SEGMENT}(?:/{_SEGMENT})*")


def checked_key(key: str) -> str:
    """Return ``key`` if it is one of ours, else raise ValueError.

    A key is one or more names joined by ``/``; a name has the letters ``a-z0-9_.-`` and begins with a letter, digit or
    ``_``; ``..`` stands nowhere. So a key is always a safe path under a folder, on any file system.
    """
    if len(key) > MAX_KEY or ".." in key or not _KEY.fullmatch(key) or max(map(len, key.split("/"))) > 200:
        raise ValueError(f"not an object key: {key[:80]!r}")
    return key


BlobKey = Annotated[str, AfterValidator(checked_key)]


class BlobRef(BaseModel):
    """An object as it was committed. ``size`` in bytes; ``sha256`` in lower-case hex, ``""`` where nobody knows it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: BlobKey
    sha256: Annotated[str, Field(pattern=r"^(?:[0-9a-f]{64})?$")]
    size: Annotated[int, Field(ge=0)]
    content_type: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[\x21-\x7e][\x20-\x7e]*$")]
