"""How objects lie in a bucket: ``data/`` has their bytes, ``refs/`` their records. Everything here blocks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from io import BytesIO
from typing import Protocol
from uuid import uuid4

from shared.blobs.port import BlobStoreUnavailable
from shared.blobs.record import Record, data_key, data_name, parsed_record, record_name
from shared.blobs.stored import BytesGone
from shared.blobs.transfer import Readable, Reply

_RECORD_LIMIT = 64 * 1024


class Bucket(Protocol):
    """One bucket of an S3 store. Every method blocks, and raises BlobStoreUnavailable if the store does not answer."""

    max_size: int

    def ensure(self) -> None:
        """Make the bucket if there is none."""

    def get(self, name: str, offset: int, length: int) -> Reply:
        """Ask for a range, not an empty one. Raises BytesGone."""

    def put(self, name: str, data: Readable, content_type: str) -> None:
        """Store what ``data`` gives, whole or not at all."""

    def remove(self, name: str) -> None:
        """Remove an object, if there is one."""

    def names(self, prefix: str) -> Iterator[tuple[str, datetime]]:
        """Yield every name below ``prefix`` and when it was last written."""


def record(bucket: Bucket, key: str) -> Record | None:
    """Return the record of an object, None if there is none. Raises BlobCorrupt."""
    try:
        reply = bucket.get(record_name(key), 0, _RECORD_LIMIT)
    except BytesGone:
        return None
    try:
        return parsed_record(key, b"".join(iter(lambda: reply.read(_RECORD_LIMIT), b"")))
    finally:
        reply.close()


def put_record(bucket: Bucket, new: Record) -> None:
    """Make stored bytes the object that their record says, in place of an older one."""
    key = new.ref.key
    before = record(bucket, key)
    bucket.put(record_name(key), BytesIO(new.model_dump_json().encode()), "application/json")
    if before is not None:
        with suppress(BlobStoreUnavailable):  # it is committed all the same, and the sweep takes the old bytes
            bucket.remove(data_name(key, before.token))


def delete(bucket: Bucket, key: str) -> None:
    """Remove an object, the record first."""
    found = record(bucket, key)
    if found is not None:
        bucket.remove(record_name(key))
        bucket.remove(data_name(key, found.token))


def probe(bucket: Bucket) -> None:
    """Prove that the bucket can be written to."""
    name = f"probe/{uuid4().hex}"
    bucket.put(name, BytesIO(b"probe"), "text/plain")
    bucket.remove(name)


def sweep(bucket: Bucket, before: datetime) -> int:
    """Remove bytes without a record that were written before then, and return how many objects that were."""
    unused = [name for name, changed in bucket.names("probe/") if changed < before]
    recorded = {name.removeprefix("refs/").removesuffix("~") for name, _ in bucket.names("refs/")}
    held: dict[str, list[tuple[str, datetime]]] = {}
    for name, changed in bucket.names("data/"):
        held.setdefault(data_key(name)[0], []).append((name, changed))
    for key, names in held.items():
        if len(names) > 1 or key not in recorded:
            found = record(bucket, key)
            used = data_name(key, found.token) if found else None
            unused += [name for name, changed in names if changed < before and name != used]
    for name in unused:
        bucket.remove(name)
    return len(unused)
