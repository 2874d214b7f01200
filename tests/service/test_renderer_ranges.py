"""Sources of a store that is elsewhere are read in parts; a store that fails is not taken for a broken film."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from services.renderer.handlers.deps import Deps
from services.renderer.handlers.sources import opened
from services.renderer.settings import RendererSettings
from services.renderer.tools.blocks import BLOCK, Blocks
from services.renderer.tools.ffmpeg import Bench
from services.renderer.tools.film import render
from services.renderer.tools.join import Tags
from services.renderer.tools.parts import Order
from shared.blobs import BlobStoreUnavailable, FolderBlobs
from shared.contracts.timeline import Output, RenderOptions, Source, Timeline
from shared.process import ffmpeg_path, run
from tests.database import MakeInfra
from tests.service.renderer_footage import Footage, clip, numbered, numbers, pictures, rendered, sound, timeline

REPEATS = 60
PLAIN = RenderOptions(captions=False, loudness=None)


class FarBlobs(FolderBlobs):
    """A folder that says it is elsewhere, counts what is read, and can be made to fail."""

    read_bytes = 0
    broken = False

    @property
    def remote(self) -> bool:
        return True

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        if self.broken:
            raise BlobStoreUnavailable("The store is away.")
        async for piece in super().read(key, start, end):
            self.read_bytes += len(piece)
            yield piece


async def long_film(folder: Path) -> Footage:
    """Numbered frames again and again, in a file whose index is at its end."""
    short = await numbered(folder, 500, "25/1")
    path = folder / "long.mp4"
    loop = ["-stream_loop", str(REPEATS - 1), "-i", str(short.path), "-c", "copy", str(path)]
    await run([ffmpeg_path(), "-loglevel", "error", *loop])
    media = short.media
    assert media.video is not None and media.audio is not None
    length = 20.0 * REPEATS
    longer = media.model_copy(
        update={
            "duration": length, "video": media.video.model_copy(update={"duration": length}),
            "audio": media.audio.model_copy(update={"duration": length}),
        }
    )  # fmt: skip
    return replace(short, path=path, media=longer)


async def far_order(make_infra: MakeInfra, folder: Path) -> tuple[Deps, FarBlobs, Timeline]:
    infra = await make_infra("renderer")
    blobs = FarBlobs(folder / "far")
    footage = {"a": await long_film(folder)}
    ref = await blobs.put_file("ingest/a.mp4", footage["a"].path, "video/mp4")
    made = timeline(footage, [clip(0, 600.4, 602), clip(1, 920, 921.2)])
    made = made.model_copy(update={"sources": {"a": Source(blob=ref, media=footage["a"].media)}})
    settings = RendererSettings(preset="ultrafast", crf=16, range_bytes=0)
    return Deps(blobs, settings, infra.pool, infra.scratch, 30.0, asyncio.Semaphore(2)), blobs, made


async def test_a_few_seconds_of_a_long_film_are_not_all_of_it(make_infra: MakeInfra, tmp_path: Path) -> None:
    deps, blobs, made = await far_order(make_infra, tmp_path)
    size = made.sources["a"].blob.size
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    async with opened(made, {"a"}, deps) as sources:
        order = Order(made, sources, (Output(name="w", width=192, height=108),), PLAIN, _tags())
        (film,) = await render(Bench(scratch, deps.settings, ranges=True), order, lambda fraction, detail: None)
        assert film.check.passed
    near = {"a": Footage(tmp_path / "long.mp4", made.sources["a"].media, np.zeros(0, np.float32))}
    (same,) = await rendered(tmp_path / "near", made, near, Output(name="w", width=192, height=108))
    assert numbers(await pictures(film.file, (192, 108))) == numbers(await pictures(same.file, (192, 108)))
    assert np.array_equal(await sound(film.file), await sound(same.file))
    assert blobs.read_bytes < size / 2, (blobs.read_bytes, size)


async def test_what_is_copied_is_read_in_parts_too(make_infra: MakeInfra, tmp_path: Path) -> None:
    deps, blobs, made = await far_order(make_infra, tmp_path)
    footage = {"a": Footage(tmp_path / "long.mp4", made.sources["a"].media, np.zeros(0, np.float32))}
    longer = timeline(footage, [clip(0, 600.4, 612), clip(1, 921, 930)]).model_copy(update={"sources": made.sources})
    output, options = Output(name="w", width=192, height=108), PLAIN.model_copy(update={"fidelity": "copy"})
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    async with opened(longer, {"a"}, deps) as sources:
        order = Order(longer, sources, (output,), options, _tags())
        (film,) = await render(Bench(scratch, deps.settings, ranges=True), order, lambda fraction, detail: None)
    assert film.check.passed and not film.check.findings
    (same,) = await rendered(tmp_path / "near", longer, footage, output)
    assert numbers(await pictures(film.file, (192, 108))) == numbers(await pictures(same.file, (192, 108)))
    assert blobs.read_bytes < made.sources["a"].blob.size / 2


async def test_a_store_that_fails_is_not_a_broken_film(make_infra: MakeInfra, tmp_path: Path) -> None:
    deps, blobs, made = await far_order(make_infra, tmp_path)
    blobs.broken = True
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with pytest.raises(BlobStoreUnavailable):
        async with opened(made, {"a"}, deps) as sources:
            order = Order(made, sources, (Output(name="w", width=192, height=108),), PLAIN, _tags())
            await render(Bench(scratch, deps.settings, ranges=True), order, lambda fraction, detail: None)


async def test_what_two_programs_read_is_fetched_once_and_kept_within_bounds(tmp_path: Path) -> None:
    blobs, data = FarBlobs(tmp_path / "far"), bytes(range(256)) * 8192
    ref = await blobs.put_bytes("a", data, "video/mp4")
    blocks = Blocks(blobs, room=8 * BLOCK)
    asked = [blocks.get(ref, number, 4) for number in (0, 1, 0, 3)]
    assert await asyncio.gather(*asked) == [data[n * BLOCK : (n + 1) * BLOCK] for n in (0, 1, 0, 3)]
    assert blobs.read_bytes == 4 * BLOCK
    for number in range(16):
        assert await blocks.get(ref, number, 1) == data[number * BLOCK : (number + 1) * BLOCK]
    assert blobs.read_bytes == 16 * BLOCK
    await blocks.get(ref, 15, 1)
    await blocks.get(ref, 0, 1)
    assert blobs.read_bytes == 17 * BLOCK, "the first had to make room"
    blobs.broken = True
    with pytest.raises(BlobStoreUnavailable):
        await blocks.get(ref, 1, 1)
    blobs.broken = False
    assert await blocks.get(ref, 1, 1) == data[BLOCK : 2 * BLOCK]
    await blocks.close()


async def test_nobody_else_reads_through_the_server(make_infra: MakeInfra, tmp_path: Path) -> None:
    deps, _, made = await far_order(make_infra, tmp_path)
    async with opened(made, {"a"}, deps) as sources:
        place, secret = sources["a"].parts[2], sources["a"].parts[3]
        for path, status in ((f"/{'0' * 32}/0", b"404"), (f"/{secret}/1", b"404"), (f"/{secret}/0", b"200")):
            assert (await asked(place, path)).split(b" ")[1] == status
        assert b"bytes 5-9/" in await asked(place, f"/{secret}/0", "Range: bytes=5-9\r\n")


async def asked(place: str, path: str, more: str = "") -> bytes:
    """The head of an answer."""
    host, _, port = place.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"HEAD {path} HTTP/1.1\r\nHost: {place}\r\n{more}\r\n".encode())
    head = await reader.read(4096)
    writer.close()
    return head


def _tags() -> Tags:
    return Tags("", "", datetime(2026, 1, 1, tzinfo=UTC))
