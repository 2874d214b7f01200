"""What a gateway that was killed in the middle of an upload leaves behind is removed later."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from services.gateway.api.probing import patience
from services.gateway.domain.job import JobInput, JobSource
from services.gateway.handlers.sweeping import BATCH, sweep
from services.gateway.store import perishable
from shared.blobs import BlobCorrupt, Blobs
from shared.contracts.ids import new_id
from shared.db import transaction
from shared.infra import Infra
from shared.listing import put_listing
from tests.database import MakeInfra
from tests.patience import LONG
from tests.service.editor_stage import stage
from tests.unit.gateway_made import blob, job

DAY_S = 86400.0


async def left(infra: Infra, name: str, *, hours: float) -> str:
    """Leave what a crash between the object and its job leaves."""
    key = f"ingest/{name}/{name}.mp4"
    await noted(infra, [key], hours=hours)
    await infra.blobs.put_bytes(key, b"film", "video/mp4")
    return key


async def noted(infra: Infra, keys: list[str], *, hours: float) -> None:
    """Remember uploads that began so long ago."""
    async with transaction(infra.pool) as connection:
        await perishable.note(connection, keys, "upload")
        await connection.execute(
            "update perishables set at = now() - make_interval(hours => $1) where key = any($2)", hours, keys
        )


class Watched:
    """A store that calls ``before`` with each key that is to be deleted."""

    def __init__(self, blobs: Blobs, before: Callable[[str], None]) -> None:
        self._blobs, self._before = blobs, before
        self.get_bytes = blobs.get_bytes

    async def delete(self, key: str) -> None:
        self._before(key)
        await self._blobs.delete(key)


async def test_old_leftovers_go_and_everything_else_stays(make_infra: MakeInfra) -> None:
    infra = await make_infra("gateway")
    old, young = await left(infra, new_id(), hours=25), await left(infra, new_id(), hours=1)
    kept = await infra.blobs.put_bytes("ingest/a/a.mp4", b"film", "video/mp4")
    async with transaction(infra.pool) as connection:
        await perishable.hold(connection, [kept.key])
        await connection.execute("update perishables set at = now() - interval '2 days' where key = $1", kept.key)
    assert await sweep(infra.pool, infra.blobs, "upload", DAY_S) == 1
    assert await infra.blobs.stat(old) is None
    assert await infra.blobs.stat(young) is not None
    assert await infra.blobs.stat(kept.key) is not None, "it is of another kind"
    assert await sweep(infra.pool, infra.blobs, "upload", DAY_S) == 0


async def test_a_gateway_removes_them_when_it_starts(make_infra: MakeInfra) -> None:
    infra = await make_infra("gateway")
    async with stage(infra):
        pass
    old = await left(infra, new_id(), hours=25)
    async with stage(infra) as gateway:
        await gateway.ingest(auto_analyze="false")
        async with asyncio.timeout(LONG):
            while await infra.blobs.stat(old) or await infra.pool.fetchval("select count(*) from perishables"):
                await asyncio.sleep(0.02)


async def test_what_was_given_up_cannot_be_settled_nor_held(make_infra: MakeInfra) -> None:
    infra = await make_infra("gateway")
    key = await left(infra, new_id(), hours=25)
    async with transaction(infra.pool) as connection:
        assert await perishable.claim(connection, "upload", 3600.0, 10) == [key]
        assert await perishable.claim(connection, "upload", 3600.0, 10) == [], "whoever claimed it is at it"
        assert not await perishable.settle(connection, [key])
        assert not await perishable.hold(connection, [key])


async def test_keys_stay_known_while_the_store_is_away(make_infra: MakeInfra) -> None:
    infra = await make_infra("gateway")
    key = await left(infra, new_id(), hours=25)

    def away(key: str) -> None:
        raise ConnectionError(key)

    with pytest.raises(ConnectionError):
        await sweep(infra.pool, Watched(infra.blobs, away), "upload", DAY_S)  # type: ignore[arg-type]  # what it uses
    async with transaction(infra.pool) as connection:
        assert not await perishable.settle(connection, [key]), "a part of it may be gone"
    assert await sweep(infra.pool, infra.blobs, "upload", DAY_S) == 1
    assert await infra.blobs.stat(key) is None


async def test_no_transaction_is_open_while_the_store_deletes_a_ladder(make_infra: MakeInfra) -> None:
    infra = await make_infra("gateway")
    named = [f"final/ladder/{n}.m4s" for n in range(20)]
    for one in named:
        await infra.blobs.put_bytes(one, b"segment", "video/mp4")
    listing = await put_listing(infra.blobs, "final/ladder/hls", named)
    await noted(infra, [listing.key], hours=25)
    in_use: list[int] = []
    watched = Watched(infra.blobs, lambda _: in_use.append(infra.pool.get_size() - infra.pool.get_idle_size()))
    assert await sweep(infra.pool, watched, "upload", DAY_S) == 1  # type: ignore[arg-type]  # what it uses
    assert in_use == [0] * 21
    assert [one for one in [*named, listing.key] if await infra.blobs.stat(one)] == []


async def test_one_sweep_takes_all_that_is_old_and_what_cannot_be_read_holds_up_nothing(make_infra: MakeInfra) -> None:
    infra = await make_infra("gateway")
    keys = [f"ingest/{n}/{n}.mp4" for n in range(BATCH + 5)]
    await noted(infra, keys, hours=25)

    def broken(key: str) -> None:
        if key == keys[0]:
            raise BlobCorrupt("The listing cannot be read.")

    assert await sweep(infra.pool, Watched(infra.blobs, broken), "upload", DAY_S) == len(keys)  # type: ignore[arg-type]
    assert [row["key"] for row in await infra.pool.fetch("select key from perishables")] == keys[:1]


def test_a_large_upload_is_looked_into_for_longer() -> None:
    """Twenty gigabytes are not fetched and read in two minutes."""

    def of(size: int) -> float:
        source = JobSource(asset_id="a", media=blob("a").model_copy(update={"size": size}), label="a")
        return patience(job("ingest", input=JobInput(sources=(source,))))

    assert of(10_000_000) < 125 and 600 < of(20 * 1024**3) < 3600
