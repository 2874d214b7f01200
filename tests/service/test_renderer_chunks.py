"""Kept chunks: never drawn twice, shared between renderers, found again by a later render, swept away."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from services.renderer.domain.sound import Level
from services.renderer.handlers.deps import Deps
from services.renderer.handlers.sweeping import sweep
from services.renderer.settings import RendererSettings
from services.renderer.tools.check import measure
from services.renderer.tools.ffmpeg import Bench
from services.renderer.tools.fonts import FONTS
from services.renderer.tools.parts import places
from services.renderer.tools.proof import Packets, sound_packets
from services.renderer.tools.shelf import Voiced
from shared.bus import LocalBus
from shared.contracts.commands import CancelStep
from shared.contracts.ids import new_id
from shared.contracts.speech import Caption
from shared.contracts.timeline import Output, RenderOptions, Timeline, VideoCodec
from shared.contracts.topics import STEP_EVENTS
from shared.infra import Infra
from shared.messages import order
from tests.database import MakeInfra
from tests.patience import LONG, slack, until
from tests.service.held_ffmpeg import Held
from tests.service.queue_doubles import Heard
from tests.service.renderer_footage import Footage, clip, film, numbered, pictures, rendered, timeline
from tests.service.test_renderer_service import FAST, ffmpegs, ordered, sent, serving, stored

SHOTS, CHUNKS = 10, 9
KEPT = CHUNKS + 1
"""The chunks, and the sound."""


async def shots(folder: Path) -> dict[str, Footage]:
    return {"a": await numbered(folder, SHOTS * 50, "25/1")}


def captioned(footage: dict[str, Footage], changed: int | None = None) -> Timeline:
    """Ten shots of two seconds, each with a caption; one of them may say something else."""
    clips = []
    for i in range(SHOTS):
        text = "another word" if i == changed else f"shot number {i}"
        said = Caption(text=text, start=2 * i + 0.2, end=2 * i + 1.6)
        clips.append(clip(i, 2 * i, 2 * i + 2, captions=[said]))
    return timeline(footage, clips)


async def chunks_of(infra: Infra) -> dict[str, tuple[int, str]]:
    rows = await infra.pool.fetch("select key, attempts, owner, state from chunks")
    assert {row["state"] for row in rows} <= {"kept"}, rows
    return {row["key"]: (row["attempts"], row["owner"]) for row in rows}


async def done(heard: Heard, count: int) -> None:
    facts = await heard.until(lambda all_: len(all_) >= count)
    assert [fact.name for fact in facts] == ["TimelineRendered"] * count, [fact.data for fact in facts]
    assert all(fact.data["outputs"][0]["check"]["passed"] for fact in facts), facts


async def test_a_changed_caption_renders_one_chunk_and_no_sound(make_infra: MakeInfra, tmp_path: Path) -> None:
    bus = LocalBus()
    heard = Heard(bus, STEP_EVENTS)
    infra = await make_infra("renderer", bus=bus)
    footage = await shots(tmp_path)
    async with serving(infra):
        await sent(infra, ordered(await stored(infra, captioned(footage), footage), captions=True))
        await done(heard, 1)
        before = await chunks_of(infra)
        assert len(before) == KEPT and {attempts for attempts, _ in before.values()} == {1}
        await sent(infra, ordered(await stored(infra, captioned(footage, 4), footage), captions=True))
        await done(heard, 2)
    after = await chunks_of(infra)
    assert len(after) == KEPT + 1 and {attempts for attempts, _ in after.values()} == {1}


async def test_the_same_render_twice_at_once_draws_every_chunk_once(make_infra: MakeInfra, tmp_path: Path) -> None:
    bus = LocalBus()
    heard = Heard(bus, STEP_EVENTS)
    infra = await make_infra("renderer", bus=bus)
    footage = await shots(tmp_path)
    ref = await stored(infra, captioned(footage), footage)
    async with serving(infra, FAST.model_copy(update={"concurrency": 2})):
        await asyncio.gather(sent(infra, ordered(ref)), sent(infra, ordered(ref)))
        await done(heard, 2)
    drawn = await chunks_of(infra)
    assert len(drawn) == KEPT and {attempts for attempts, _ in drawn.values()} == {1}


async def test_two_renderers_share_one_render(make_infra: MakeInfra, tmp_path: Path, held: Held) -> None:
    """Nobody draws on before each has begun two chunks, so there is something left for the one that helps."""
    bus = LocalBus()
    heard = Heard(bus, STEP_EVENTS)
    infra = await make_infra("renderer", bus=bus)
    footage = await shots(tmp_path)
    ref = await stored(infra, captioned(footage), footage)
    two = FAST.model_copy(update={"parallel": 2})
    deaf = replace(infra, bus=LocalBus(), scratch=tmp_path / "second")
    async with serving(infra, two), serving(deaf, two):
        await sent(infra, ordered(ref, captions=True))
        await until(lambda: [held.drawing(below) for below in (infra.scratch, deaf.scratch)] == [2, 2])
        held.let()
        await done(heard, 1)
    drawn = await chunks_of(infra)
    assert {attempts for attempts, _ in drawn.values()} == {1}
    shares = Counter(owner for _, owner in drawn.values())
    assert len(shares) == 2 and min(shares.values()) >= 2, shares
    assert await infra.pool.fetchval("select count(*) from chunk_orders") == 0


async def test_a_cancel_reaches_those_who_help_within_two_seconds(make_infra: MakeInfra, tmp_path: Path) -> None:
    bus = LocalBus()
    heard = Heard(bus, STEP_EVENTS)
    infra = await make_infra("renderer", bus=bus)
    noise = np.random.default_rng(1).integers(0, 255, 250 * 640 * 360, np.uint8)
    footage = {"a": await film(tmp_path, noise.tobytes(), None, "25/1", (640, 360), "noise")}
    ref = await stored(infra, timeline(footage, [clip(i, i / 25, 10) for i in range(10)]), footage)
    one = ordered(ref, Output(name="big", width=1920, height=1080))
    slow = RendererSettings(preset="veryslow", crf=10, parallel=1)
    deaf = replace(infra, bus=LocalBus(), scratch=tmp_path / "second")
    async with serving(infra, slow), serving(deaf, slow):
        await sent(infra, one)
        async with asyncio.timeout(LONG):
            while not (ffmpegs(str(infra.scratch)) and ffmpegs(str(deaf.scratch))):
                await asyncio.sleep(0.05)
        stop = CancelStep(command_ids=(one.id,))
        await sent(infra, order("test", one.subject, stop, message_id=new_id(), tenant="a"))
        async with asyncio.timeout(slack(2)):
            while ffmpegs(str(infra.scratch)) or ffmpegs(str(deaf.scratch)):
                await asyncio.sleep(0.05)
        (fact,) = await heard.until(lambda all_: bool(all_))
    assert fact.name == "StepCancelled"
    assert await infra.pool.fetchval("select count(*) from chunks where state = 'kept'") == 0


async def test_a_kept_chunk_whose_file_is_gone_is_drawn_again(make_infra: MakeInfra, tmp_path: Path) -> None:
    bus = LocalBus()
    heard = Heard(bus, STEP_EVENTS)
    infra = await make_infra("renderer", bus=bus)
    footage = await shots(tmp_path)
    ref = await stored(infra, captioned(footage), footage)
    async with serving(infra):
        await sent(infra, ordered(ref))
        await done(heard, 1)
        gone = await infra.pool.fetchrow("select key, file from chunks order by key limit 1")
        await infra.blobs.delete(gone["file"]["key"])
        await sent(infra, ordered(ref))
        await done(heard, 2)
    attempts = {key: n for key, (n, _) in (await chunks_of(infra)).items()}
    assert attempts.pop(gone["key"]) == 2 and set(attempts.values()) == {1}


@pytest.mark.parametrize(("days", "most", "left"), [(7.0, 1 << 30, KEPT), (7.0, 0, 0), (0.0, 1 << 30, 0)])
async def test_kept_chunks_are_swept(make_infra: MakeInfra, tmp_path: Path, days: float, most: int, left: int) -> None:
    bus = LocalBus()
    heard = Heard(bus, STEP_EVENTS)
    infra = await make_infra("renderer", bus=bus)
    footage = await shots(tmp_path)
    async with serving(infra):
        await sent(infra, ordered(await stored(infra, captioned(footage), footage)))
        await done(heard, 1)
    settings = RendererSettings(chunks_days=days, chunks_bytes=most)
    deps = Deps(infra.blobs, settings, infra.pool, infra.scratch, 30.0, asyncio.Semaphore(1))
    assert await sweep(deps) == 2 * (KEPT - left)
    assert len(await chunks_of(infra)) == left
    root = infra.settings.blobs_root
    assert len([p for p in root.rglob("*") if p.is_file() and "chunks" in p.parts and "data" in p.parts]) == 2 * left


async def test_joined_chunks_are_the_frames_of_one_pass(tmp_path: Path) -> None:
    """ProRes knows nothing of the frames before: each frame must be, bit by bit, that of a film drawn in one chunk."""
    footage = await shots(tmp_path)
    clips = [clip(0, 0, 3.2), clip(1, 5, 9, effects=[{"name": "zoom"}]), clip(2, 2, 8), clip(3, 12, 16.4)]
    made, output = timeline(footage, clips), Output(name="o", width=192, height=108, codec="prores")
    whole = RendererSettings(max_inputs=64, chunk_seconds=3600)
    (parts,) = await rendered(tmp_path / "parts", made, footage, output, settings=RendererSettings())
    (one,) = await rendered(tmp_path / "one", made, footage, output, settings=whole)
    assert parts.check.passed and one.check.passed
    assert len(list((tmp_path / "parts").glob("?" * 64 + ".mp4"))) > 3
    assert len(list((tmp_path / "one").glob("?" * 64 + ".mp4"))) == 1
    assert np.array_equal(await pictures(parts.file, (192, 108)), await pictures(one.file, (192, 108)))


async def test_what_is_shown_several_times_is_drawn_once(tmp_path: Path) -> None:
    """Places of one key are drawn into one file: two programs at once took it from each other."""
    footage = await shots(tmp_path)
    made = timeline(footage, [clip(i, 4, 6) for i in range(5)])
    two = RendererSettings(preset="ultrafast", parallel=2, chunk_seconds=2)
    (one,) = await rendered(tmp_path / "out", made, footage, settings=two)
    assert one.check.passed
    assert len(list((tmp_path / "out").glob("?" * 64 + ".mp4"))) == 1
    shown = await pictures(one.file, (192, 108))
    assert len(shown) == 250 and all(np.array_equal(shown[:50], shown[i : i + 50]) for i in range(50, 250, 50))


@pytest.mark.parametrize("output", [Output(name="o", width=192, height=108),
                                    Output(name="o", width=192, height=108, codec="prores")])  # fmt: skip
async def test_only_a_sound_that_is_another_one_is_decoded_again(tmp_path: Path, output: Output) -> None:
    footage = await shots(tmp_path)
    (made,) = await rendered(tmp_path / "film", timeline(footage, [clip(0, 0, 1)]), footage, output)
    (file,) = (tmp_path / "film").glob("?" * 64 + (".wav" if output.codec == "prores" else ".m4a"))
    bench, known = Bench(tmp_path, RendererSettings()), Level(-99.0, -98.0)
    own = Voiced(file, known, sound_packets(file))
    assert (await measure(bench, made.file, None, own)).level == known
    found = (await measure(bench, made.file, None, replace(own, packets=Packets(1, 1)))).level
    assert found is not None and found.integrated == made.loudness


@pytest.mark.parametrize("codec", ["h264", "hevc"])
async def test_chunks_of_renderers_with_other_cores_fit_together(
    make_infra: MakeInfra, tmp_path: Path, codec: VideoCodec
) -> None:
    """The key does not count threads, so nothing in a chunk may: x265 wrote them into the head of its stream."""
    infra = await make_infra("renderer", bus=LocalBus())
    footage = await shots(tmp_path)
    output = Output(name="o", width=192, height=108, codec=codec)
    for number, changed in enumerate((None, 4), 1):
        made = captioned(footage, changed)
        ref = await stored(infra, made.model_copy(update={"video": made.video[2:6]}), footage)
        async with serving(infra, FAST.model_copy(update={"threads": number})), asyncio.timeout(LONG):
            await sent(infra, ordered(ref, output, captions=True))
            while len(done_ := await infra.pool.fetch("select outputs from renders")) < number:
                await asyncio.sleep(0.05)
        assert all(row["outputs"][0]["check"]["passed"] for row in done_), done_
        assert len(await chunks_of(infra)) == 4 + number, "four chunks and the sound, and one chunk more"


async def test_other_fonts_make_other_chunks_where_something_is_written(tmp_path: Path) -> None:
    footage, fonts = await shots(tmp_path), tmp_path / "fonts"
    fonts.mkdir()
    (fonts / "more.ttf").write_bytes((FONTS / "NotoSans-Bold.ttf").read_bytes())
    output = Output(name="o", width=320, height=180)

    def keys(made: Timeline, more: Path | None) -> list[str]:
        bench = Bench(tmp_path, RendererSettings(fonts_dir=more))
        return [key for place in places(bench, made, [output], RenderOptions(), 2) for key in place.parts]

    written, plain = captioned(footage), timeline(footage, [clip(0, 0, 20)])
    assert not set(keys(written, None)) & set(keys(written, fonts))
    assert keys(plain, None) == keys(plain, fonts)
