"""The cache of local copies: bounded, shared, checked; nobody's file is taken away under his hands."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from shared.blobs import BlobCorrupt
from shared.blobs.cache import BlobCache
from shared.contracts.blob import BlobRef
from tests.patience import LONG, until


class Origin:
    """Gives the bytes of objects and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def of(self, data: bytes) -> Callable[[], AsyncIterator[bytes]]:
        async def fetch() -> AsyncIterator[bytes]:
            self.asked += 1
            for start in range(0, len(data), 100):
                await asyncio.sleep(0)
                yield data[start : start + 100]

        return fetch


def ref_of(data: bytes, key: str = "films/a.mp4") -> BlobRef:
    return BlobRef(key=key, sha256=hashlib.sha256(data).hexdigest(), size=len(data), content_type="video/mp4")


async def until_younger(probe: Path, path: Path) -> None:
    """Wait until the file system's clock, by which copies are told apart, has gone on: it does so in steps."""

    def younger() -> bool:
        probe.touch()
        return probe.stat().st_mtime_ns > path.stat().st_mtime_ns

    await until(younger)


def files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


async def test_a_copy_is_fetched_once_and_used_again(tmp_path: Path) -> None:
    cache, origin, data = BlobCache(tmp_path, 10_000), Origin(), b"x" * 1000
    for _ in range(3):
        async with cache.local(ref_of(data), origin.of(data)) as path:
            assert path.read_bytes() == data
            assert path.name.endswith("~a.mp4")
    assert origin.asked == 1
    assert [path.name for path in files(tmp_path)] == [ref_of(data).sha256]


async def test_users_at_the_same_time_wait_for_one_fetch(tmp_path: Path) -> None:
    cache, origin, data = BlobCache(tmp_path, 10_000), Origin(), b"x" * 5000

    async def use() -> bytes:
        async with cache.local(ref_of(data), origin.of(data)) as path:
            await asyncio.sleep(0.01)
            return path.read_bytes()

    assert set(await asyncio.gather(*(use() for _ in range(20)))) == {data}
    assert origin.asked == 1


async def test_two_processes_may_share_the_folder(tmp_path: Path) -> None:
    data, origin = b"x" * 5000, Origin()
    caches = [BlobCache(tmp_path, 10_000) for _ in range(4)]

    async def use(cache: BlobCache) -> bytes:
        async with cache.local(ref_of(data), origin.of(data)) as path:
            return path.read_bytes()

    assert set(await asyncio.gather(*(use(cache) for cache in caches))) == {data}
    assert len(files(tmp_path)) == 1


async def test_the_least_recently_used_copy_goes_first(tmp_path: Path) -> None:
    cache, origin = BlobCache(tmp_path, 2500), Origin()
    one, two, three = (bytes([number]) * 1000 for number in (1, 2, 3))
    for data in (one, two, one, three):
        async with cache.local(ref_of(data), origin.of(data)) as path:
            await until_younger(tmp_path / "clock", path)
    (tmp_path / "clock").unlink()
    assert {path.name for path in files(tmp_path)} == {ref_of(one).sha256, ref_of(three).sha256}
    assert origin.asked == 3


async def test_a_copy_in_use_survives_being_dropped(tmp_path: Path) -> None:
    cache, origin = BlobCache(tmp_path, 1500), Origin()
    one, two = b"1" * 1000, b"2" * 1000
    async with cache.local(ref_of(one), origin.of(one)) as path, cache.local(ref_of(two), origin.of(two)):
        assert not (tmp_path / "copies" / ref_of(one).sha256).exists()
        assert path.read_bytes() == one
    assert not path.exists()


@pytest.mark.parametrize("limit", [0, 999])
async def test_an_object_larger_than_the_cache_is_had_and_not_kept(tmp_path: Path, limit: int) -> None:
    cache, origin, data = BlobCache(tmp_path, limit), Origin(), b"x" * 1000
    async with cache.local(ref_of(data), origin.of(data)) as path:
        assert path.read_bytes() == data
    assert files(tmp_path) == []


async def test_bytes_with_another_digest_are_never_handed_out(tmp_path: Path) -> None:
    cache, origin = BlobCache(tmp_path, 10_000), Origin()
    with pytest.raises(BlobCorrupt):
        async with cache.local(ref_of(b"right"), origin.of(b"wrong")):
            pytest.fail("handed out")
    assert origin.asked == 2
    assert files(tmp_path) == []


async def test_a_copy_of_the_wrong_size_is_fetched_anew(tmp_path: Path) -> None:
    cache, origin, data = BlobCache(tmp_path, 10_000), Origin(), b"x" * 1000
    copy = tmp_path / "copies" / ref_of(data).sha256
    copy.parent.mkdir()
    copy.write_bytes(b"cut")
    async with cache.local(ref_of(data), origin.of(data)) as path:
        assert path.read_bytes() == data
    assert copy.read_bytes() == data


async def test_a_fetch_that_is_cancelled_or_fails_leaves_nothing(tmp_path: Path) -> None:
    cache, origin = BlobCache(tmp_path, 10_000), Origin()

    async def stuck() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.sleep(1000)

    async def broken() -> AsyncIterator[bytes]:
        yield b"x"
        raise KeyError

    async def use(fetch: Callable[[], AsyncIterator[bytes]]) -> None:
        async with cache.local(ref_of(b"x" * 9), fetch):
            pytest.fail("handed out")

    task = asyncio.create_task(use(stuck))
    async with asyncio.timeout(LONG):
        while not files(tmp_path):
            await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(KeyError):
        await use(broken)
    assert files(tmp_path) == []
    async with cache.local(ref_of(b"x" * 9), origin.of(b"x" * 9)):
        assert origin.asked == 1


async def test_what_a_crash_left_goes_after_a_day(tmp_path: Path) -> None:
    cache, origin = BlobCache(tmp_path, 10_000), Origin()
    for folder in ("used", "coming"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{int(time.time()) - 90_000}-0123~a.mp4").write_bytes(b"old")
        (tmp_path / folder / f"{int(time.time()) - 80_000}-4567~a.mp4").write_bytes(b"recent")
    async with cache.local(ref_of(b"x"), origin.of(b"x")):
        pass
    assert sorted(path.read_bytes() for path in files(tmp_path)) == [b"recent", b"recent", b"x"]
