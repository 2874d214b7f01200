"""``kill -9`` in the middle of a sweep: nothing that was old is forgotten, nothing that is young is touched."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from services.gateway.handlers.sweeping import sweep
from services.gateway.store import perishable
from shared.db import transaction
from shared.infra import Infra
from shared.listing import put_listing
from shared.process import spawn
from tests.database import MakeInfra
from tests.patience import LONG

ROOT = Path(__file__).parents[2]
SEGMENTS = 6


@pytest.mark.parametrize("place", [0, 3, SEGMENTS, SEGMENTS + 1])
async def test_a_sweep_that_is_killed_is_finished_by_another(make_infra: MakeInfra, place: int) -> None:
    """Before anything, amid a ladder, before its listing, before the file that comes after the ladder."""
    infra = await make_infra("gateway")
    old, young = await left_behind(infra)
    await killed_sweep(infra, place)
    known = {row["key"] for row in await infra.pool.fetch("select key from perishables")}
    gone = [key for key in old if await infra.blobs.stat(key) is None]
    assert len(gone) == place, "it died where it should"
    assert young in known and (place > SEGMENTS or {key for key in old if "listing" in key} <= known)
    assert await sweep(infra.pool, infra.blobs, "upload", 3600.0) == 0, "whoever claimed them may be at work still"
    await infra.pool.execute(
        "update perishables set going_since = going_since - make_interval(secs => $1)", perishable.LEASE_S + 1
    )
    await sweep(infra.pool, infra.blobs, "upload", 3600.0)
    assert [key for key in old if await infra.blobs.stat(key)] == []
    assert await infra.blobs.stat(young) is not None
    assert [row["key"] for row in await infra.pool.fetch("select key from perishables")] == [young]


async def left_behind(infra: Infra) -> tuple[list[str], str]:
    """Leave a ladder and a file that are old (their keys, in the order of deletion), and a file that is young."""
    named = [f"final/ladder/{n}.m4s" for n in range(SEGMENTS)]
    listing = await put_listing(infra.blobs, "final/ladder/hls", named)
    old, young = [*named, listing.key, "ingest/old/old.mp4"], "ingest/young/young.mp4"
    for key in (*named, old[-1], young):
        await infra.blobs.put_bytes(key, b"bytes", "video/mp4")
    async with transaction(infra.pool) as connection:
        await perishable.note(connection, [listing.key, old[-1], young], "upload")
        for hours, key in ((9, listing.key), (8, old[-1])):
            await connection.execute(
                "update perishables set at = now() - make_interval(hours => $1) where key = $2", hours, key
            )
    return old, young


async def killed_sweep(infra: Infra, place: int) -> None:
    """Run a sweep in a process of its own until it kills itself."""
    argv = [sys.executable, "-m", "tests.crash.doomed_sweep", infra.database_url, str(infra.settings.blobs_root)]
    env = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/tmp"), "PYTHONPATH": str(ROOT)}
    log = infra.settings.blobs_root.with_suffix(".log")
    process = spawn([*argv, str(place)], cwd=ROOT, env=env, stdout=log)
    async with asyncio.timeout(LONG):
        while process.alive():
            await asyncio.sleep(0.02)
    assert process.returncode == -signal.SIGKILL, log.read_text()
