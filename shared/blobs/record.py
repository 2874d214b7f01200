"""How an object is recorded, in every store.

An object is two things in every store: its bytes under a name that is used once, and a small record under the key,
written last and in one atomic step, that says where the bytes are, how many, and their digest. Readers go by the
record, so that they see all of an object or nothing of it, with its digest, however large it is (docs/decisions/0002).
"""

from __future__ import annotations

from pathlib import PurePosixPath

from pydantic import BaseModel, ConfigDict, ValidationError

from shared.blobs.port import BlobCorrupt
from shared.contracts.blob import BlobRef, checked_key
from shared.errors import BadRequest, BlobMissing


class Record(BaseModel):
    """What stands under a key: the object's reference, and the token in the name of its bytes."""

    model_config = ConfigDict(frozen=True)

    ref: BlobRef
    token: str


def asked_key(key: str) -> str:
    """Return ``key`` if it is one of ours. Raises BadRequest."""
    try:
        return checked_key(key)
    except ValueError as error:
        raise BadRequest(str(error), code="blob_key_invalid") from error


def draft_ref(key: str, content_type: str) -> BlobRef:
    """Return the reference of an object without bytes yet. Raises BadRequest for a wrong key or content type."""
    try:
        return BlobRef(key=asked_key(key), sha256="", size=0, content_type=content_type)
    except ValidationError as error:
        raise BadRequest(f"not a content type: {content_type[:80]!r}", code="content_type_invalid") from error


def record_name(key: str) -> str:
    """Return where the record of ``key`` is. ``~`` is in no key, so that ``a`` and ``a/b`` can both be objects."""
    return f"refs/{key}~"


def data_name(key: str, token: str) -> str:
    """Return where the bytes are; the last part keeps the key's extension, which some programs go by."""
    path = PurePosixPath(key)
    return str("data" / path.with_name(f"{token}~{path.name}"))


def data_key(name: str) -> tuple[str, str]:
    """Return key and token of a name that :func:`data_name` made."""
    path = PurePosixPath(name).relative_to("data")
    token, _, last = path.name.partition("~")
    return str(path.with_name(last)), token


def parsed_record(key: str, text: bytes) -> Record:
    """Return the record that was read for ``key``. Raises BlobCorrupt."""
    try:
        return Record.model_validate_json(text)
    except ValidationError as error:
        raise BlobCorrupt(f"The record of {key} cannot be read.") from error


def missing(key: str, why: str = "is not in the store") -> BlobMissing:
    """Return the error for an object that is not there."""
    return BlobMissing(f"The object {key} {why}.", details={"key": key})


def same_content(asked: BlobRef, found: Record | None) -> Record:
    """Return ``found`` if it is what was asked for. Raises BlobMissing for nothing, or for other bytes."""
    if found is None:
        raise missing(asked.key)
    if asked.sha256 not in ("", found.ref.sha256):
        raise missing(asked.key, "has other content now than when it was referred to")
    return found
