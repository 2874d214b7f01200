"""A minute out of three hours, the film in a real object store: what goes over the wire is counted before the store."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from deploy.stack import StackServers
from services.renderer.handlers.deps import Deps
from services.renderer.handlers.sources import opened
from services.renderer.settings import RendererSettings
from services.renderer.tools.ffmpeg import Bench
from services.renderer.tools.film import render
from services.renderer.tools.join import Tags
from services.renderer.tools.parts import Order
from shared.contracts.timeline import Output, RenderOptions, Source
from shared.process import ffmpeg_path, run
from shared.s3 import S3Blobs
from tests.contract.cutter import cut_off
from tests.contract.test_blobs_s3 import spec
from tests.database import MakeInfra
from tests.service.renderer_footage import Footage, clip, numbered, numbers, pictures, rendered, sound, timeline

HOURS, SHORT_S = 3, 20
REPEATS = HOURS * 3600 // SHORT_S
MB = 1024 * 1024
SIZE = (192, 108)
WIDE = Output(name="wide", width=192, height=108)
PLAIN = RenderOptions(captions=False, loudness=None)
pytestmark = pytest.mark.stack


async def _long(folder: Path) -> Footage:
    """Three hours of numbered frames, twenty seconds again and again, in a file whose index is at its end."""
    short = await numbered(folder, SHORT_S * 25, "25/1")
    path = folder / "long.mp4"
    loop = ["-stream_loop", str(REPEATS - 1), "-i", str(short.path), "-c", "copy", str(path)]
    await run([ffmpeg_path(), "-loglevel", "error", *loop])
    media = short.media
    assert media.video is not None and media.audio is not None
    length = {"duration": float(HOURS * 3600)}
    streams = {"video": media.video.model_copy(update=length), "audio": media.audio.model_copy(update=length)}
    return replace(short, path=path, media=media.model_copy(update={**length, **streams}))


async def test_a_minute_out_of_three_hours_is_all_that_is_fetched(
    stack: StackServers, make_infra: MakeInfra, tmp_path: Path
) -> None:
    infra = await make_infra("renderer")
    long = await _long(tmp_path)
    direct = spec(stack, tmp_path / "cache")
    store = S3Blobs(**direct)
    await store.check()
    ref = await store.put_file("ingest/long.mp4", long.path, "video/mp4")
    made = timeline({"a": long}, [clip(0, 5400.4, 5460.4)])
    made = made.model_copy(update={"sources": {"a": Source(blob=ref, media=long.media)}})
    settings = RendererSettings(preset="ultrafast", crf=16)
    async with cut_off(direct["endpoint"]) as (before, endpoint):
        deps = Deps(S3Blobs(**{**direct, "endpoint": endpoint}), settings, infra.pool, infra.scratch, 30.0,
                    asyncio.Semaphore(2))  # fmt: skip
        async with opened(made, {"a"}, deps) as sources:
            order = Order(made, sources, (WIDE,), PLAIN, Tags("", "", datetime(2026, 1, 1, tzinfo=UTC)))
            scratch = tmp_path / "scratch"
            scratch.mkdir()
            (film,) = await render(Bench(scratch, settings, ranges=True), order, lambda fraction, detail: None)
    (same,) = await rendered(tmp_path / "near", timeline({"a": long}, made.video), {"a": long}, WIDE, settings=settings)
    shown, wanted = numbers(await pictures(film.file, SIZE)), numbers(await pictures(same.file, SIZE))
    assert film.check.passed and shown == wanted and len(set(shown)) == SHORT_S * 25
    assert np.array_equal(await sound(film.file), await sound(same.file))
    assert ref.size > 200 * MB and before.sent < 16 * MB, f"{before.sent / MB:.1f} of {ref.size / MB:.1f} MB"
