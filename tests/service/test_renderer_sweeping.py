"""Chunks that nobody uses are removed, whatever happens while that is done."""

from __future__ import annotations

import asyncio

import pytest

from services.renderer.handlers.deps import Deps
from services.renderer.handlers.sweeping import BATCH, sweep
from services.renderer.settings import RendererSettings
from shared.blobs import BlobStoreUnavailable, FolderBlobs
from shared.infra import Infra
from tests.database import MakeInfra

ADD = "insert into chunks (key, state, command_id, place, file, figures, bytes, used_at) values ($1, 'kept', 'c', 0, $2, $3, 100, now() - make_interval(days => $4))"  # noqa: E501


async def kept(infra: Infra, key: str, days: int) -> tuple[str, str]:
    """Keep a chunk that was last used so many days ago; return the keys of its objects."""
    file = await infra.blobs.put_bytes(f"chunks/{key}/1.mp4", b"pixels", "video/mp4")
    figures = await infra.blobs.put_bytes(f"chunks/{key}/1.figures", b"figures", "application/json")
    await infra.pool.execute(ADD, key, file.model_dump(mode="json"), figures.model_dump(mode="json"), days)
    return file.key, figures.key


def deps(infra: Infra, blobs: FolderBlobs | None = None, **knobs: float) -> Deps:
    """Return what a sweep needs."""
    settings = RendererSettings.model_validate(knobs)
    return Deps(blobs or infra.blobs, settings, infra.pool, infra.scratch, 30.0, asyncio.Semaphore(1))


class Away(FolderBlobs):
    """A store that goes away after some deletions; it notes what is in use of the pool at each."""

    def __init__(self, infra: Infra, left: int) -> None:
        super().__init__(infra.settings.blobs_root)
        self.infra, self.left = infra, left
        self.in_use: set[int] = set()

    async def delete(self, key: str) -> None:
        """Delete, or be away."""
        self.in_use.add(self.infra.pool.get_size() - self.infra.pool.get_idle_size())
        if self.left == 0:
            raise BlobStoreUnavailable("away")
        self.left -= 1
        await super().delete(key)


async def test_what_is_too_old_or_too_much_goes_and_the_youngest_stay(make_infra: MakeInfra) -> None:
    infra = await make_infra("renderer")
    for number in range(6):
        await kept(infra, f"k{number}", days=number)
    assert await sweep(deps(infra, chunks_days=4.5, chunks_bytes=250)) == 2 * 4
    assert [row["key"] for row in await infra.pool.fetch("select key from chunks order by key")] == ["k0", "k1"]
    assert await infra.pool.fetchval("select count(*) from chunk_remains") == 0


@pytest.mark.parametrize("place", [0, 1, 3])
async def test_a_sweep_that_breaks_off_is_finished_by_the_next(make_infra: MakeInfra, place: int) -> None:
    """Wherever it broke off: a chunk is either whole or not known."""
    infra = await make_infra("renderer")
    objects = [*await kept(infra, "one", 30), *await kept(infra, "two", 20)]
    young = await kept(infra, "three", 1)
    away = Away(infra, place)
    with pytest.raises(BlobStoreUnavailable):
        await sweep(deps(infra, away))
    assert away.in_use == {0}, "no connection waits for the store"
    assert [row["key"] for row in await infra.pool.fetch("select key from chunks")] == ["three"]
    await sweep(deps(infra))
    assert [key for key in objects if await infra.blobs.stat(key)] == []
    assert all([await infra.blobs.stat(key) for key in young])
    assert await infra.pool.fetchval("select count(*) from chunk_remains") == 0


async def test_one_sweep_takes_more_than_a_batch(make_infra: MakeInfra) -> None:
    infra = await make_infra("renderer")
    for number in range(BATCH + 3):
        await infra.pool.execute(ADD, f"k{number}", {"key": f"f{number}"}, {"key": f"g{number}"}, 30)
    assert await sweep(deps(infra)) == 2 * (BATCH + 3)
    assert await infra.pool.fetchval("select count(*) from chunks") == 0
