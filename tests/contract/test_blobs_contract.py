"""What every object store must do, asked of a folder and of a real S3 server alike."""

from __future__ import annotations

import hashlib
import os
import random
from pathlib import Path

import pytest

from shared.blobs import BlobCorrupt, Blobs, BlobTooLarge
from shared.contracts.blob import BlobRef
from shared.errors import BadRequest, BlobMissing
from tests.contract.blob_places import MB, Place, content


@pytest.mark.parametrize("size", [0, 1, MB, 8 * MB, 8 * MB + 1, 20 * MB + 7])
async def test_bytes_come_back_with_their_reference(blobs: Blobs, size: int) -> None:
    data = random.Random(size).randbytes(size)
    ref = await blobs.put_bytes("a/b.bin", data, "application/octet-stream")
    assert ref == BlobRef(
        key="a/b.bin", sha256=hashlib.sha256(data).hexdigest(), size=size, content_type="application/octet-stream"
    )
    assert await blobs.stat("a/b.bin") == ref
    assert await content(blobs.read("a/b.bin")) == data
    assert await blobs.get_bytes(ref) == data
    assert await blobs.get_bytes("a/b.bin") == data


async def test_a_file_is_copied(blobs: Blobs, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    data = os.urandom(3 * MB)
    path.write_bytes(data)
    ref = await blobs.put_file("film.mp4", path, "video/mp4")
    path.write_bytes(b"")
    assert await blobs.get_bytes(ref) == data
    assert ref.content_type == "video/mp4"


async def test_a_file_that_is_not_there_is_no_fault_of_the_store(place: Place, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await place.blobs.put_file("film.mp4", tmp_path / "nothing", "video/mp4")
    assert await place.blobs.stat("film.mp4") is None


async def test_ranges(blobs: Blobs) -> None:
    data = random.Random(1).randbytes(3 * MB + 17)
    await blobs.put_bytes("r", data, "text/plain")
    for start, end in [(0, None), (0, 1), (5, 5), (MB - 1, 2 * MB + 1), (3 * MB, None), (3 * MB, 9 * MB)]:
        assert await content(blobs.read("r", start, end)) == data[start:end]
    assert await content(blobs.read("r", 9 * MB)) == b""
    assert await content(blobs.read("r", 9 * MB, 10 * MB)) == b""
    for start, end in [(-1, None), (2, 1)]:
        with pytest.raises(ValueError, match="range"):
            await content(blobs.read("r", start, end))


async def test_a_reader_may_stop_early(blobs: Blobs) -> None:
    await blobs.put_bytes("r", os.urandom(5 * MB), "text/plain")
    for _ in range(40):  # more often than there are connections to lose
        async for piece in blobs.read("r"):
            assert piece
            break


async def test_what_is_not_there(blobs: Blobs) -> None:
    ghost = BlobRef(key="no/such", sha256="0" * 64, size=1, content_type="text/plain")
    assert await blobs.stat("no/such") is None
    for attempt in (content(blobs.read("no/such")), blobs.get_bytes("no/such"), blobs.get_bytes(ghost)):
        with pytest.raises(BlobMissing) as caught:
            await attempt
        assert caught.value.code == "blob_missing"
        assert caught.value.details["key"] == "no/such"
    with pytest.raises(BlobMissing):
        async with blobs.local(ghost):
            pass


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/a",
        "a/",
        "a//b",
        "../a",
        "a/../b",
        "a/..",
        ".tmp/x",
        "a/.b",
        "A",
        "ä",
        "a b",
        "a\\b",
        "a\n",
        "a~",
        "x" * 513,
    ],
)
async def test_keys_that_are_not_ours_are_refused(place: Place, key: str) -> None:
    blobs = place.blobs
    attempts = [
        blobs.put_bytes(key, b"", "text/plain"),
        content(blobs.read(key)),
        blobs.get_bytes(key),
        blobs.stat(key),
        blobs.delete(key),
    ]
    for attempt in attempts:
        with pytest.raises(BadRequest) as caught:
            await attempt
        assert caught.value.code == "blob_key_invalid"
    assert place.stored() == []


async def test_a_content_type_that_is_none_is_refused(place: Place) -> None:
    with pytest.raises(BadRequest):
        await place.blobs.put_bytes("a", b"", "text/plain\r\nX-Evil: 1")
    assert place.stored() == []


async def test_one_key_may_lie_below_another(blobs: Blobs) -> None:
    for key in ("a", "a/b", "a/b/c", "a.b"):
        await blobs.put_bytes(key, key.encode(), "text/plain")
    for key in ("a", "a/b", "a/b/c", "a.b"):
        assert await blobs.get_bytes(key) == key.encode()


async def test_delete_may_be_repeated_and_leaves_nothing(place: Place) -> None:
    await place.blobs.put_bytes("a/b", b"x", "text/plain")
    await place.blobs.put_bytes("a/c", b"y", "text/plain")
    for _ in range(2):
        await place.blobs.delete("a/b")
        assert await place.blobs.stat("a/b") is None
    assert await place.blobs.get_bytes("a/c") == b"y"
    await place.blobs.delete("a/c")
    assert place.stored() == []


async def test_a_local_file_is_the_object(blobs: Blobs) -> None:
    data = os.urandom(2 * MB)
    ref = await blobs.put_bytes("films/a.mp4", data, "video/mp4")
    async with blobs.local(ref) as path, blobs.local(ref) as again:
        assert path.read_bytes() == data
        assert again.read_bytes() == data
        assert path.name.endswith("a.mp4")
        assert path.stat().st_mode & 0o222 == 0
    await blobs.put_bytes("films/a.mp4", b"other", "video/mp4")
    with pytest.raises(BlobMissing):
        async with blobs.local(ref):
            pass


async def test_too_large_for_its_reader(blobs: Blobs) -> None:
    await blobs.put_bytes("big", b"x" * 1000, "text/plain")
    assert len(await blobs.get_bytes("big", limit=1000)) == 1000
    with pytest.raises(BlobTooLarge):
        await blobs.get_bytes("big", limit=999)


async def test_check_leaves_nothing(place: Place) -> None:
    await place.blobs.check()
    await place.blobs.check()
    assert place.stored() == []


def test_an_error_of_each_kind_says_what_to_do() -> None:
    for kind in (BlobMissing, BlobCorrupt, BlobTooLarge):
        assert kind("x").remedy
