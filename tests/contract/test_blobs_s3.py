"""What only an S3 store can do to us: be away, refuse, cut a reply off; and what is left when an upload is given up."""

from __future__ import annotations

import asyncio
import io
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from deploy.stack import StackServers
from shared.blobs import BlobStoreUnavailable
from shared.errors import BlobMissing, TransientError
from shared.s3 import S3Blobs
from tests.contract.cutter import cut_off
from tests.patience import LONG, slack, until

MB = 1024 * 1024


def spec(stack: StackServers, cache: Path, **other: Any) -> dict[str, Any]:
    environment = stack.environment("gateway")
    return {
        "endpoint": environment["CUTROOM_S3_ENDPOINT"],
        "bucket": f"t-{uuid4().hex}",
        "access_key": environment["CUTROOM_S3_ACCESS_KEY"],
        "secret_key": environment["CUTROOM_S3_SECRET_KEY"],
        "region": "us-east-1",
        "cache_dir": cache,
        "cache_bytes": 100 * MB,
    } | other


@pytest.fixture
async def blobs(stack: StackServers, tmp_path: Path) -> S3Blobs:
    made = S3Blobs(**spec(stack, tmp_path))
    await made.check()
    return made


async def content(pieces: AsyncIterator[bytes]) -> bytes:
    return b"".join([piece async for piece in pieces])


async def test_a_reply_that_is_cut_off_is_taken_up_where_it_broke(
    stack: StackServers, blobs: S3Blobs, tmp_path: Path
) -> None:
    data = os.urandom(12 * MB)
    direct = spec(stack, tmp_path)
    await S3Blobs(**direct).check()
    await S3Blobs(**direct).put_bytes("k", data, "text/plain")
    async with cut_off(direct["endpoint"]) as (cutter, endpoint):
        through = S3Blobs(**direct | {"endpoint": endpoint})
        assert await through.stat("k")
        cutter.after, cutter.cuts = 5 * MB, 3
        assert await content(through.read("k")) == data
        assert cutter.cuts == 1


async def test_a_store_that_hangs_does_not_hold_up_a_cancel(stack: StackServers, tmp_path: Path) -> None:
    direct = spec(stack, tmp_path)
    await S3Blobs(**direct).check()
    await S3Blobs(**direct).put_bytes("k", os.urandom(12 * MB), "text/plain")
    async with cut_off(direct["endpoint"]) as (cutter, endpoint):
        cutter.after, cutter.cuts, cutter.stall = 2 * MB, 1, True
        reading = asyncio.create_task(content(S3Blobs(**direct | {"endpoint": endpoint}).read("k")))
        done, _ = await asyncio.wait([reading], timeout=1.5)
        assert not done
        soon, started = slack(2), time.monotonic()
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        cutter.stall = False
    assert time.monotonic() - started < soon


async def test_a_store_that_always_cuts_off_is_unavailable(stack: StackServers, tmp_path: Path) -> None:
    direct = spec(stack, tmp_path)
    await S3Blobs(**direct).check()
    await S3Blobs(**direct).put_bytes("k", os.urandom(12 * MB), "text/plain")
    async with cut_off(direct["endpoint"]) as (cutter, endpoint):
        cutter.after, cutter.cuts = 100_000, 1000
        with pytest.raises(BlobStoreUnavailable):
            await content(S3Blobs(**direct | {"endpoint": endpoint}).read("k"))


async def test_a_store_that_is_away_is_a_transient_error_and_comes_back(stack: StackServers, blobs: S3Blobs) -> None:
    ref = await blobs.put_bytes("k", b"kept", "text/plain")
    await asyncio.to_thread(stack.stop_server, "minio", kill=True)
    try:
        for attempt in (blobs.stat("k"), blobs.get_bytes("k"), blobs.put_bytes("n", b"", "text/plain"), blobs.check()):
            with pytest.raises(BlobStoreUnavailable) as caught:
                await attempt
            assert isinstance(caught.value, TransientError)
            assert caught.value.code == "blob_store_unavailable"
    finally:
        await asyncio.to_thread(stack.start_server, "minio")
    await blobs.check()
    assert await blobs.get_bytes(ref) == b"kept"
    assert await blobs.stat("n") is None


async def test_an_outage_in_the_middle_of_an_upload_fails_it_and_leaves_nothing_to_be_seen(
    stack: StackServers, blobs: S3Blobs
) -> None:
    stopped = False
    try:
        with pytest.raises(BlobStoreUnavailable):
            async with blobs.writer("k", "text/plain") as writer:
                for number in range(80):
                    await writer.write(b"x" * MB)
                    if number == 20:
                        await asyncio.to_thread(stack.stop_server, "minio", kill=True)
                        stopped = True
                await writer.commit()
    finally:
        if stopped:
            await asyncio.to_thread(stack.start_server, "minio")
    assert await blobs.stat("k") is None
    ref = await blobs.put_bytes("k", b"again", "text/plain")
    assert await blobs.get_bytes(ref) == b"again"


async def test_wrong_keys_are_told_as_such(stack: StackServers, tmp_path: Path) -> None:
    with pytest.raises(BlobStoreUnavailable, match="refuses") as caught:
        await S3Blobs(**spec(stack, tmp_path, secret_key="wrong-secret")).check()
    assert caught.value.details["s3_code"]


async def test_a_bucket_that_is_not_there_is_no_missing_object(stack: StackServers, tmp_path: Path) -> None:
    with pytest.raises(BlobStoreUnavailable):
        await S3Blobs(**spec(stack, tmp_path)).stat("k")


async def test_many_may_make_the_bucket_at_once(stack: StackServers, tmp_path: Path) -> None:
    same = spec(stack, tmp_path)
    await asyncio.gather(*(S3Blobs(**same).check() for _ in range(6)))


async def test_parts_of_an_upload_that_was_given_up_are_removed(stack: StackServers, blobs: S3Blobs) -> None:
    parts = stack.folder / "minio" / "data" / ".minio.sys" / "multipart"
    before = set(parts.glob("*/*"))
    async with blobs.writer("k", "text/plain") as writer:
        for _ in range(30):
            await writer.write(b"x" * MB)
        await until(lambda: bool(set(parts.glob("*/*")) - before))
    async with asyncio.timeout(LONG):
        while set(parts.glob("*/*")) - before:
            await asyncio.sleep(0.05)


async def test_the_sweep_takes_what_is_old_and_unused_and_nothing_else(blobs: S3Blobs) -> None:
    ref = await blobs.put_bytes("a/k", b"kept", "text/plain")
    for name in ("data/a/0123~k", "data/gone/4567~x.mp4", "probe/89"):
        await asyncio.to_thread(blobs.bucket.put, name, io.BytesIO(b"left"), "text/plain")
    assert await blobs.sweep() == 0
    assert await blobs.sweep(older_than_s=-60) == 3
    assert await blobs.get_bytes(ref) == b"kept"
    assert len([*blobs.bucket.names("")]) == 2


async def test_bytes_that_are_gone_below_their_record_are_missing(blobs: S3Blobs) -> None:
    ref = await blobs.put_bytes("k", b"x", "text/plain")
    [name] = [name for name, _ in blobs.bucket.names("data/")]
    await asyncio.to_thread(blobs.bucket.remove, name)
    with pytest.raises(BlobMissing):
        await blobs.get_bytes(ref)


async def test_local_copies_are_fetched_once_and_outlive_the_object(blobs: S3Blobs, tmp_path: Path) -> None:
    ref = await blobs.put_bytes("films/a.mp4", os.urandom(MB), "video/mp4")
    async with blobs.local(ref) as path:
        inode = path.stat().st_ino
        await blobs.delete("films/a.mp4")
        assert len(path.read_bytes()) == MB
    assert not path.exists()
    again = await blobs.put_bytes("films/a.mp4", (tmp_path / "copies" / ref.sha256).read_bytes(), "video/mp4")
    async with blobs.local(again) as path:
        assert path.stat().st_ino == inode
