"""The renderer as a service: from an order on the bus to films in the store, or a clear refusal."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from services.renderer.app import build
from services.renderer.settings import RendererSettings
from shared.blobs import FolderBlobs
from shared.bus import Delivery, LocalBus, Message
from shared.contracts.blob import BlobRef
from shared.contracts.commands import CancelStep, RenderTimeline
from shared.contracts.envelope import Envelope, decode
from shared.contracts.events import TimelineRendered
from shared.contracts.ids import new_id
from shared.contracts.timeline import Output, RenderOptions, Source, Timeline
from shared.contracts.topics import JOB_PROGRESS, RENDERER_COMMANDS, STEP_EVENTS
from shared.infra import Infra
from shared.messages import order
from tests.database import MakeInfra
from tests.films import look, starts_with_moov
from tests.patience import LONG, until
from tests.service.held_ffmpeg import Held
from tests.service.queue_doubles import Heard
from tests.service.renderer_footage import Footage, clip, film, numbered, timeline

FAST = RendererSettings(preset="ultrafast", crf=24)
WIDE = Output(name="edited_16_9", width=192, height=108)


@asynccontextmanager
async def serving(infra: Infra, settings: RendererSettings = FAST) -> AsyncIterator[None]:
    """The renderer at work."""
    service = build(settings, infra)
    await service.prepare()
    task = asyncio.create_task(service.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def stored(infra: Infra, made: Timeline, footage: dict[str, Footage]) -> BlobRef:
    """Put sources and timeline into the store, as ingest and planner do."""
    sources = {}
    for name, source in footage.items():
        ref = await infra.blobs.put_file(f"ingest/{name}.mp4", source.path, "video/mp4")
        sources[name] = Source(blob=ref, media=source.media)
    whole = made.model_copy(update={"sources": sources})
    return await infra.blobs.put_bytes("timelines/t.json", whole.model_dump_json().encode(), "application/json")


def ordered(ref: BlobRef, *outputs: Output, job: str = "", **options: object) -> Envelope:
    """An order to render."""
    wanted = RenderOptions.model_validate({"captions": False, **options})
    command = RenderTimeline(timeline=ref, outputs=outputs or (WIDE,), options=wanted)
    return order("test", job or new_id(), command, message_id=new_id(), tenant="a")


async def sent(infra: Infra, envelope: Envelope) -> None:
    """Give a message to the bus."""
    await infra.bus.publish([Message(RENDERER_COMMANDS, envelope.subject, envelope.encode())])


def finals(infra: Infra) -> list[str]:
    """What was published."""
    root = infra.settings.blobs_root
    return sorted(str(p.relative_to(root)) for p in root.rglob("*") if p.is_file() and "final/" in str(p))


def ffmpegs(marker: str) -> list[str]:
    """Command lines of running programs that name ``marker``."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            folder = str((entry / "cwd").readlink())
        except OSError:
            continue
        if marker in line or (marker in folder and "ffmpeg" in line):
            found.append(line)
    return found


async def test_an_order_becomes_films(make_infra: MakeInfra, tmp_path: Path) -> None:
    bus = LocalBus()
    heard, seen = Heard(bus, STEP_EVENTS), Progressed(bus)
    infra = await make_infra("renderer", bus=bus)
    footage = {
        "a": await numbered(tmp_path, 75, "25/1"),
        "b": await numbered(tmp_path, 50, "25/1", sound=False, name="b"),
    }
    ref = await stored(infra, timeline(footage, [clip(0, 0.4, 1.2), clip(1, 0, 1, "b"), clip(2, 2, 2.8)]), footage)
    tall = Output(name="edited_9_16", width=90, height=160)
    one = ordered(ref, WIDE, tall, title="My\x00 film", comment=new_id(), loudness=-14.0)
    async with serving(infra):
        await sent(infra, one)
        (fact,) = await heard.until(bool)
        await sent(infra, one)
        await asyncio.sleep(0)
    assert fact.name == "TimelineRendered", fact.data
    done = TimelineRendered.model_validate(fact.data)
    assert [(o.name, o.width, o.height, o.frames, o.duration) for o in done.outputs] == [
        ("edited_16_9", 192, 108, 65, 2.6), ("edited_9_16", 90, 160, 65, 2.6),
    ]  # fmt: skip
    for made in done.outputs:
        assert made.check.passed, made.check.findings
        assert made.file.key == f"final/{one.subject}/{one.id}/{made.name}.mp4"
        async with infra.blobs.local(made.file) as path:
            seen_film = look(path)
            assert (seen_film.frames, seen_film.video_codec, seen_film.audio_codec) == (65, "h264", "aac")
            assert seen_film.audio_seconds == pytest.approx(2.6, abs=1024 / 48000)
            assert starts_with_moov(path)
            with av.open(str(path)) as container:
                assert container.metadata["title"] == "My film" and container.metadata["comment"]
                assert container.metadata["creation_time"].startswith("20")
                assert "location" not in container.metadata
    assert not any(infra.scratch.rglob("*.mp4")), "the scratch folder is gone"
    row = await infra.pool.fetchrow("select * from renders")
    assert row["command_id"] == one.id and row["frames"] == 130 and len(row["outputs"]) == 2
    assert seen.fractions == sorted(seen.fractions) and seen.details[-1]["frames"] == 130
    assert await infra.pool.fetchval("select count(*) from inbox") == 1


class Progressed:
    """Collects progress."""

    def __init__(self, bus: LocalBus) -> None:
        self.fractions: list[float] = []
        self.details: list[dict[str, float]] = []
        self.first = asyncio.Event()
        bus.subscribe_lossy(JOB_PROGRESS, "test", self._take)

    async def _take(self, got: Delivery) -> None:
        data = decode(got.body).data
        self.fractions.append(data["fraction"])
        self.details.append(data["detail"])
        if data["detail"].get("frame", 0) > 0:
            self.first.set()


async def refused(make_infra: MakeInfra, ref: Callable[[Infra], object], **options: object) -> dict[str, object]:
    """Send an order whose timeline is what ``ref`` stored; return the failure's data."""
    bus = LocalBus()
    heard = Heard(bus, STEP_EVENTS)
    infra = await make_infra("renderer", bus=bus, retry_base_seconds=0.01)
    stored_ref = await ref(infra)  # type: ignore[misc]
    async with serving(infra):
        await sent(infra, ordered(stored_ref, **options))
        (fact,) = await heard.until(bool)
    assert finals(infra) == []
    assert fact.name == "StepFailed", fact.data
    assert fact.data["remedy"] and fact.data["attempts"] == 1
    return fact.data


async def test_a_timeline_outside_its_source_is_refused(make_infra: MakeInfra, tmp_path: Path) -> None:
    footage = {"a": await numbered(tmp_path, 25, "25/1")}
    good = timeline(footage, [clip(0, 0, 1)])
    bad = good.model_copy(update={"video": (clip(0, 0.5, 9.5).model_copy(update={"frames": 225}),)})
    failed = await refused(make_infra, lambda infra: stored(infra, bad, footage))
    assert failed["code"] == "timeline_invalid" and "9.5" in str(failed["message"])
    violations = failed["details"]["violations"]  # type: ignore[index,call-overload]
    assert [(v["field"], v["code"]) for v in violations] == [("video[0].end", "outside_source")]


async def test_what_is_no_timeline_is_refused(make_infra: MakeInfra) -> None:
    for body in (b"{}", b"not json", b"\xff\xfe", json.dumps({"rate": "0/1", "sources": {}, "video": []}).encode()):
        failed = await refused(
            make_infra, lambda infra, body=body: infra.blobs.put_bytes("t.json", body, "application/json")
        )
        assert failed["code"] == "timeline_invalid"


async def test_a_playlist_in_a_films_clothes_is_not_followed(make_infra: MakeInfra, tmp_path: Path) -> None:
    footage = await numbered(tmp_path, 25, "25/1")
    playlist = tmp_path / "evil.mp4"
    playlist.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://{footage.path}\n#EXT-X-ENDLIST\n")
    evil = {"a": Footage(playlist, footage.media, footage.noise)}
    failed = await refused(make_infra, lambda infra: stored(infra, timeline(evil, [clip(0, 0, 1)]), evil))
    assert failed["code"] == "render_failed"


async def test_a_source_cut_off_is_named(make_infra: MakeInfra, tmp_path: Path) -> None:
    footage = await numbered(tmp_path, 100, "25/1")
    torn = tmp_path / "torn.mp4"
    torn.write_bytes(footage.path.read_bytes()[:3000])
    bad = {"a": Footage(torn, footage.media, footage.noise)}
    failed = await refused(make_infra, lambda infra: stored(infra, timeline(bad, [clip(0, 0, 1)]), bad))
    assert failed["code"] in {"render_failed", "source_unreadable"}


async def test_cancel_ends_what_would_take_minutes_and_leaves_nothing(make_infra: MakeInfra, tmp_path: Path) -> None:
    bus = LocalBus()
    heard, seen = Heard(bus, STEP_EVENTS), Progressed(bus)
    infra = await make_infra("renderer", bus=bus)
    noise = np.random.default_rng(1).integers(0, 255, 250 * 640 * 360, np.uint8)
    footage = {"a": await film(tmp_path, noise.tobytes(), None, "25/1", (640, 360), "noise")}
    ref = await stored(infra, timeline(footage, [clip(i, i / 25, 10) for i in range(40)]), footage)
    one = ordered(ref, Output(name="big", width=1280, height=720))
    slow = RendererSettings(preset="medium", crf=10)
    async with serving(infra, slow):
        await sent(infra, one)
        await asyncio.wait_for(seen.first.wait(), LONG)
        assert ffmpegs(str(infra.scratch))
        stop = CancelStep(command_ids=(one.id,))
        began = asyncio.get_running_loop().time()
        await sent(infra, order("test", one.subject, stop, message_id=new_id(), tenant="a"))
        (fact,) = await heard.until(bool)
        took = asyncio.get_running_loop().time() - began
        # Two seconds where the machine has time; ten times as much as it takes there where it has none.
        assert fact.name == "StepCancelled" and took < 10.0
        assert ffmpegs(str(infra.scratch)) == []
    assert finals(infra) == [] and not any(infra.scratch.rglob("*.mp4"))


class Stopping(FolderBlobs):
    """A store that calls for ``stop`` when the first object with ``mark`` in its key has come, and does not answer."""

    def __init__(self, root: Path, mark: str, stop: Callable[[], Awaitable[None]]) -> None:
        super().__init__(root)
        self._mark, self._stop = mark, stop

    async def put_file(self, key: str, path: Path, content_type: str) -> BlobRef:
        ref = await super().put_file(key, path, content_type)
        if self._mark in key:
            await self._stop()
            await asyncio.Event().wait()
        return ref


@pytest.mark.parametrize(("mark", "hls"), [("final/", False), (".m3u8", True)])
async def test_films_that_were_stored_before_a_cancel_are_taken_back(
    make_infra: MakeInfra, tmp_path: Path, mark: str, hls: bool
) -> None:
    bus = LocalBus()
    heard = Heard(bus, STEP_EVENTS)
    infra = await make_infra("renderer", bus=bus)
    footage = {"a": await numbered(tmp_path, 50, "25/1")}
    ref = await stored(infra, timeline(footage, [clip(0, 0, 2)]), footage)
    one = ordered(ref, WIDE.model_copy(update={"hls": hls}), Output(name="tall", width=108, height=192))
    lay: list[list[str]] = []

    async def stop() -> None:
        lay.append(finals(infra))
        wanted = CancelStep(command_ids=(one.id,))
        await sent(infra, order("test", one.subject, wanted, message_id=new_id(), tenant="a"))

    async with serving(replace(infra, blobs=Stopping(infra.settings.blobs_root, mark, stop))):
        await sent(infra, one)
        (fact,) = await heard.until(bool)
    assert fact.name == "StepCancelled" and finals(infra) == []
    assert any(mark in key for key in lay[0])


async def test_a_render_that_lost_its_worker_is_done_again(make_infra: MakeInfra, tmp_path: Path, held: Held) -> None:
    bus = LocalBus()
    heard = Heard(bus, STEP_EVENTS)
    infra = await make_infra("renderer", bus=bus)
    footage = {"a": await numbered(tmp_path, 250, "25/1")}
    ref = await stored(infra, timeline(footage, [clip(0, 0, 10)]), footage)
    async with serving(infra):
        await sent(infra, ordered(ref))
        await until(lambda: held.drawing(infra.scratch) > 0)
        assert ffmpegs(str(infra.scratch))
    assert finals(infra) == [] and ffmpegs(str(infra.scratch)) == []
    held.let()
    async with serving(infra):
        (fact,) = await heard.until(bool)
    assert fact.name == "TimelineRendered" and len(finals(infra)) >= 1
