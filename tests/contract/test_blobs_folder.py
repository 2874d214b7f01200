"""What only a folder can do to us: be unusable, be changed by somebody else, hold what a crash left."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.blobs import BlobCorrupt, BlobStoreUnavailable, FolderBlobs
from shared.blobs.record import data_key, data_name, record_name
from shared.contracts.blob import checked_key
from shared.errors import BlobMissing, TransientError

NAMES = st.from_regex(r"[a-z0-9_][a-z0-9_-]{0,8}(\.[a-z0-9_-]{1,4})?", fullmatch=True)
KEYS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)


def files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def aged(path: Path, seconds: float) -> None:
    os.utime(path, (time.time() - seconds,) * 2)


@given(key=KEYS, other=KEYS)
def test_names_tell_keys_apart_and_give_them_back(key: str, other: str) -> None:
    assert checked_key(key) == key
    assert data_key(data_name(key, "01ab")) == (key, "01ab")
    assert data_name(key, "01ab").endswith(key.rpartition("/")[2])
    if key != other:
        assert record_name(key) != record_name(other)
        assert not record_name(other).startswith(f"{record_name(key)}/")


async def test_a_folder_that_cannot_be_used_is_a_transient_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    blobs = FolderBlobs(tmp_path / "file" / "objects")
    for attempt in (blobs.check(), blobs.put_bytes("a", b"", "text/plain"), blobs.stat("a")):
        with pytest.raises(BlobStoreUnavailable) as caught:
            await attempt
        assert isinstance(caught.value, TransientError)
        assert caught.value.code == "blob_store_unavailable"


async def test_a_folder_that_is_not_there_yet_is_empty(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path / "objects")
    assert await blobs.stat("a") is None
    assert await blobs.sweep() == 0
    assert not (tmp_path / "objects").exists()


async def test_a_changed_byte_is_found(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path)
    ref = await blobs.put_bytes("a", b"right", "text/plain")
    [data] = files(tmp_path / "data")
    data.chmod(0o600)
    data.write_bytes(b"wrong")
    with pytest.raises(BlobCorrupt):
        await blobs.get_bytes(ref)


async def test_a_record_that_cannot_be_read_is_told_as_such(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path)
    await blobs.put_bytes("a", b"x", "text/plain")
    [record] = files(tmp_path / "refs")
    record.chmod(0o600)
    record.write_bytes(b"{")
    with pytest.raises(BlobCorrupt):
        await blobs.stat("a")


async def test_bytes_that_are_gone_below_their_record_are_missing(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path)
    ref = await blobs.put_bytes("a", b"x", "text/plain")
    files(tmp_path / "data")[0].unlink()
    with pytest.raises(BlobMissing):
        await blobs.get_bytes(ref)
    with pytest.raises(BlobMissing):
        async with blobs.local(ref):
            pass


async def test_a_local_file_is_the_stored_one(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path)
    ref = await blobs.put_bytes("films/a.mp4", b"x", "video/mp4")
    async with blobs.local(ref) as path:
        assert path == files(tmp_path / "data")[0]
    assert path.exists()


async def test_the_sweep_takes_what_is_old_and_unused_and_nothing_else(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path)
    ref = await blobs.put_bytes("a/k", b"kept", "text/plain")
    left = [tmp_path / ".tmp" / "0123", tmp_path / "data" / "a" / "4567~k", tmp_path / "data" / "gone" / "89~x.mp4"]
    for path in left:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"left")
        aged(path, 80_000)
    for path in files(tmp_path / "data"):
        aged(path, 80_000)
    assert await blobs.sweep() == 0
    for path in files(tmp_path):
        aged(path, 90_000)
    assert await blobs.sweep() == 3
    assert await blobs.get_bytes(ref) == b"kept"
    assert len(files(tmp_path)) == 2


async def test_the_sweep_takes_empty_folders_and_writing_goes_on(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path)
    await blobs.put_bytes("a/b/c", b"x", "text/plain")
    await blobs.delete("a/b/c")
    await blobs.sweep(older_than_s=-60)
    assert not (tmp_path / "data" / "a").exists()
    await blobs.put_bytes("a/b/c", b"y", "text/plain")
    assert await blobs.get_bytes("a/b/c") == b"y"
