"""How objects lie in a folder: ``data/`` has their bytes, ``refs/`` their records, ``.tmp/`` what is being written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from shared.blobs.files import Draft, sync_folder
from shared.blobs.record import Record, data_key, data_name, parsed_record, record_name


class Folder:
    """Reads and changes the folder under ``root``. Every method blocks, and raises OSError as the disk gives it."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def draft_path(self, name: str) -> Path:
        """Return where a file is written before it is published."""
        return self._root / ".tmp" / name

    def data_path(self, key: str, token: str) -> Path:
        """Return where the bytes of an object are."""
        return self._root / data_name(key, token)

    def record(self, key: str) -> Record | None:
        """Return the record of an object, None if there is none. Raises BlobCorrupt."""
        try:
            return parsed_record(key, (self._root / record_name(key)).read_bytes())
        except FileNotFoundError:
            return None

    def publish(self, draft: Draft, record: Record) -> None:
        """Make a sealed draft the object that its record says, in place of an older one."""
        key = record.ref.key
        before = self.record(key)
        draft.publish(self.data_path(key, record.token))
        try:
            self._put_record(record)
        except OSError:
            if self.record(key) != record:  # its new name may be there and only not be known to be durable
                self.data_path(key, record.token).unlink(missing_ok=True)
            raise
        if before is not None:
            self.data_path(key, before.token).unlink(missing_ok=True)

    def _put_record(self, record: Record) -> None:
        draft = Draft(self.draft_path(f"{record.token}~"))
        try:
            draft.append(record.model_dump_json().encode())
            draft.seal()
            draft.publish(self._root / record_name(record.ref.key))
        finally:
            draft.discard()

    def delete(self, key: str) -> None:
        """Remove an object, the record first."""
        record = self.record(key)
        if record is None:
            return
        path = self._root / record_name(key)
        path.unlink(missing_ok=True)
        sync_folder(path.parent)
        self.data_path(key, record.token).unlink(missing_ok=True)

    def sweep(self, before: float) -> int:
        """Remove drafts, bytes without a record and empty folders, last changed before that time (epoch seconds)."""
        removed = sum(_remove_older(path, before) for path in _files(self._root / ".tmp"))
        for path in _files(self._root / "data"):
            key, token = data_key(path.relative_to(self._root).as_posix())
            record = self.record(key)
            if record is None or record.token != token:
                removed += _remove_older(path, before)
        for top in ("data", "refs"):
            _remove_empty(self._root / top, before)
        return removed


def _files(top: Path) -> Iterator[Path]:
    for folder, _, names in os.walk(top):
        yield from (Path(folder, name) for name in names)


def _remove_older(path: Path, before: float) -> int:
    with suppress(FileNotFoundError):
        if path.stat().st_mtime < before:
            path.unlink()
            return 1
    return 0


def _remove_empty(top: Path, before: float) -> None:
    for folder, _, _ in os.walk(top, topdown=False):
        with suppress(OSError):  # there is something in it
            if Path(folder).stat().st_mtime < before:
                Path(folder).rmdir()
