"""All or nothing: in every store, whatever happens to a writer, and with flat memory."""

from __future__ import annotations

import asyncio
import hashlib

import pytest

from shared.blobs import Blobs
from shared.errors import BlobMissing
from shared.process import Limits, run, stream
from tests.contract.blob_places import MB, Place, content
from tests.patience import LONG


async def test_nothing_is_seen_before_commit_and_all_after(place: Place) -> None:
    async with place.blobs.writer("w", "text/plain") as writer:
        for _ in range(12):
            await writer.write(b"x" * MB)
        assert writer.size == 12 * MB
        assert await place.blobs.stat("w") is None
        with pytest.raises(BlobMissing):
            await content(place.blobs.read("w"))
        ref = await writer.commit()
        assert await place.blobs.stat("w") == ref
    assert await place.blobs.get_bytes(ref) == b"x" * 12 * MB


@pytest.mark.parametrize("written", [0, 100, 12 * MB])
async def test_leaving_without_commit_leaves_nothing(place: Place, written: int) -> None:
    for error in (None, KeyError()):
        try:
            async with place.blobs.writer("w", "text/plain") as writer:
                await writer.write(b"x" * written)
                if error:
                    raise error
        except KeyError:
            assert error
    assert await place.blobs.stat("w") is None
    assert place.stored() == []


async def test_a_writer_takes_nothing_after_its_end(blobs: Blobs) -> None:
    async with blobs.writer("w", "text/plain") as writer:
        await writer.write(b"x")
        await writer.commit()
        with pytest.raises(ValueError, match="no longer"):
            await writer.commit()
    assert await blobs.get_bytes("w") == b"x"


async def test_a_cancelled_writer_leaves_nothing(place: Place) -> None:
    async def write_on() -> None:
        async with place.blobs.writer("w", "text/plain") as writer:
            while True:
                await writer.write(b"x" * MB)

    for delay in (0.0, 0.01, 0.1, 0.3):
        task = asyncio.create_task(write_on())
        await asyncio.sleep(delay)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert await place.blobs.stat("w") is None
    async with asyncio.timeout(LONG):
        while await asyncio.to_thread(place.stored):
            await asyncio.sleep(0.05)


async def test_replacing_is_atomic_and_keeps_one_copy(place: Place) -> None:
    before = await place.blobs.put_bytes("k", b"a" * 3 * MB, "text/plain")
    reading = place.blobs.read("k")
    first = await anext(reading)
    after = await place.blobs.put_bytes("k", b"b" * 2 * MB, "image/png")
    assert await place.blobs.stat("k") == after
    assert await place.blobs.get_bytes("k") == b"b" * 2 * MB
    assert len(place.stored()) == 2
    try:
        assert first + await content(reading) == b"a" * 3 * MB
    except BlobMissing:  # an S3 store may end what it had begun to send
        assert "bucket" in place.spec
    with pytest.raises(BlobMissing, match="other content"):
        await place.blobs.get_bytes(before)


async def test_of_writers_at_the_same_key_one_wins_whole(place: Place) -> None:
    refs = await asyncio.gather(
        *(place.blobs.put_bytes("k", bytes([number]) * (MB + number), "text/plain") for number in range(8))
    )
    data = await place.blobs.get_bytes("k")
    assert await place.blobs.stat("k") in refs
    assert hashlib.sha256(data).hexdigest() in {ref.sha256 for ref in refs}
    await place.blobs.sweep(older_than_s=-60)
    assert len(place.stored()) == 2
    assert await place.blobs.get_bytes("k") == data


async def test_readers_never_see_a_mix_while_the_object_is_replaced(blobs: Blobs) -> None:
    await blobs.put_bytes("k", b"0" * MB, "text/plain")
    over = asyncio.Event()

    async def read_on() -> int:
        seen = 0
        while not over.is_set():
            data = await blobs.get_bytes("k")
            assert len(data) == MB
            assert data == data[:1] * MB
            seen += 1
        return seen

    readers = [asyncio.create_task(read_on()) for _ in range(3)]
    for number in range(1, 15):
        await blobs.put_bytes("k", str(number % 10).encode() * MB, "text/plain")
    over.set()
    assert all([await reader > 0 for reader in readers])


async def test_kill_9_in_the_middle_leaves_nothing_to_be_seen(place: Place) -> None:
    half = """
    async with blobs.writer("w", "text/plain") as writer:
        for _ in range(20):
            await writer.write(b"x" * 1048576)
        print("half", flush=True)
        await asyncio.sleep(1000)
    """
    async with stream(place.program(half.replace("\n    ", "\n")), limits=Limits(wall_s=LONG)) as output:
        async for piece in output.chunks(4):
            assert piece == b"half"
            output.child.kill("test")
            break
    assert await place.blobs.stat("w") is None
    with pytest.raises(BlobMissing):
        await content(place.blobs.read("w"))
    await place.blobs.sweep(older_than_s=-60)
    assert place.stored() == []


async def test_kill_9_while_an_object_is_replaced_leaves_the_old_or_the_new(place: Place) -> None:
    again = """
print("on", flush=True)
number = 0
while True:
    number += 1
    await blobs.put_bytes("k", str(number % 10).encode() * 300_000, "text/plain")
"""
    await place.blobs.put_bytes("k", b"0" * 300_000, "text/plain")
    for delay in (0.05, 0.11, 0.23):
        async with stream(place.program(again), limits=Limits(wall_s=LONG)) as output:
            async for _ in output.chunks(2):
                await asyncio.sleep(delay)
                output.child.kill("test")
                break
        data = await place.blobs.get_bytes("k")
        assert data == data[:1] * 300_000
        await place.blobs.sweep(older_than_s=-60)
        assert len(place.stored()) == 2


async def test_200_mb_stream_through_in_flat_memory(place: Place) -> None:
    body = """
await blobs.put_bytes("warm", b"x" * 1000, "text/plain")
await blobs.get_bytes("warm")
before = peak()
async with blobs.writer("big", "text/plain") as writer:
    for number in range(200):
        await writer.write(bytes([number]) * 1048576)
    ref = await writer.commit()
size = 0
async for piece in blobs.read("big"):
    size += len(piece)
assert ref.size == size == 200 * 1048576, (ref, size)
print(peak() - before)
"""
    done = await run(place.program(body), limits=Limits(wall_s=2 * LONG))
    assert int(done.stdout) < 150 * MB
