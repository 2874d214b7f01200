"""What a gateway that was killed in the middle of an upload leaves behind is removed later."""

from __future__ import annotations

import asyncio

import pytest

from services.gateway.api.probing import patience
from services.gateway.domain.job import JobInput, JobSource
from services.gateway.handlers.uploads import sweep
from services.gateway.store import uploads
from shared.contracts.ids import new_id
from shared.db import transaction
from shared.infra import Infra
from tests.database import MakeInfra
from tests.service.editor_stage import stage
from tests.unit.gateway_made import blob, job


async def left(infra: Infra, name: str, *, hours: float) -> str:
    """Leave what a crash between the object and its job leaves."""
    key = f"ingest/{name}/{name}.mp4"
    async with transaction(infra.pool) as connection:
        await uploads.note(connection, key)
        await connection.execute(
            "update uploads set at = now() - make_interval(hours => $1) where key = $2", hours, key
        )
    await infra.blobs.put_bytes(key, b"film", "video/mp4")
    return key


async def test_old_leftovers_go_and_everything_else_stays(make_infra: MakeInfra) -> None:
    infra = await make_infra("gateway")
    old, young = await left(infra, new_id(), hours=25), await left(infra, new_id(), hours=1)
    kept = await infra.blobs.put_bytes("ingest/a/a.mp4", b"film", "video/mp4")
    assert await sweep(infra.pool, infra.blobs) == 1
    assert await infra.blobs.stat(old) is None
    assert await infra.blobs.stat(young) is not None
    assert await infra.blobs.stat(kept.key) is not None
    assert await sweep(infra.pool, infra.blobs) == 0


async def test_a_gateway_removes_them_when_it_starts(make_infra: MakeInfra) -> None:
    infra = await make_infra("gateway")
    async with stage(infra):
        pass
    old = await left(infra, new_id(), hours=25)
    async with stage(infra) as gateway:
        await gateway.ingest(auto_analyze="false")
        async with asyncio.timeout(20):
            while await infra.blobs.stat(old) is not None:
                await asyncio.sleep(0.02)
        assert await infra.pool.fetchval("select count(*) from uploads") == 0


async def test_what_was_given_up_cannot_be_settled(make_infra: MakeInfra) -> None:
    infra = await make_infra("gateway")
    key = await left(infra, new_id(), hours=25)
    async with transaction(infra.pool) as connection:
        assert await uploads.stale(connection, 3600.0) == [key]
        assert not await uploads.settle(connection, [key])


async def test_keys_stay_known_while_the_store_is_away(make_infra: MakeInfra) -> None:
    infra = await make_infra("gateway")
    key = await left(infra, new_id(), hours=25)

    class Away:
        async def delete(self, key: str) -> None:
            raise ConnectionError(key)

    with pytest.raises(ConnectionError):
        await sweep(infra.pool, Away())  # type: ignore[arg-type]
    assert await sweep(infra.pool, infra.blobs) == 1
    assert await infra.blobs.stat(key) is None


def test_a_large_upload_is_looked_into_for_longer() -> None:
    """Twenty gigabytes are not fetched and read in two minutes."""

    def of(size: int) -> float:
        source = JobSource(asset_id="a", media=blob("a").model_copy(update={"size": size}), label="a")
        return patience(job("ingest", input=JobInput(sources=(source,))))

    assert of(10_000_000) < 125 and 600 < of(20 * 1024**3) < 3600
