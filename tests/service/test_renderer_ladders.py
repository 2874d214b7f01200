"""Ladders in the renderer as a service: chunks kept as those of other outputs, stored whole, cancelled whole."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import av
import numpy as np

from services.renderer.settings import RendererSettings
from shared.bus import LocalBus
from shared.contracts.commands import CancelStep
from shared.contracts.ids import new_id
from shared.contracts.speech import Caption
from shared.contracts.timeline import Ladder, Output, Timeline
from shared.contracts.topics import STEP_EVENTS
from shared.infra import Infra
from shared.messages import order
from tests.database import MakeInfra
from tests.patience import LONG, slack
from tests.service.queue_doubles import Heard
from tests.service.renderer_footage import Footage, clip, film, numbered, timeline
from tests.service.test_renderer_chunks import chunks_of, done
from tests.service.test_renderer_service import Progressed, ffmpegs, finals, ordered, sent, serving, stored

STREAM = Output(name="stream", width=854, height=480, hls=True)
RUNGS, SHOTS = 2, 4
QUICK = RendererSettings(preset="ultrafast", crf=30)


def captioned(footage: dict[str, Footage], last: str) -> Timeline:
    """Four shots of two seconds, each with a caption."""
    texts = [*(f"shot {i}" for i in range(SHOTS - 1)), last]
    said = [Caption(text=text, start=2 * i + 0.2, end=2 * i + 1.6) for i, text in enumerate(texts)]
    return timeline(footage, [clip(i, 2 * i, 2 * i + 2, captions=[one]) for i, one in enumerate(said)])


async def ladder_of(heard: Heard, infra: Infra, folder: Path) -> Ladder:
    """The last ladder that was made, fetched into ``folder``."""
    facts = await heard.until(bool)
    made = Ladder.model_validate(facts[-1].data["outputs"][0]["hls"])
    base = made.master.key.rpartition("/")[0]
    root, size = infra.settings.blobs_root, 0
    names = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
    folder.mkdir()
    for key in sorted({f"{base}/{name.rsplit('/', 1)[-1].rstrip('~')}" for name in names if "/refs/" in f"/{name}"}):
        if (ref := await infra.blobs.stat(key)) is not None:
            (folder / key.rpartition("/")[2]).write_bytes(await infra.blobs.get_bytes(ref))
            size += ref.size
    assert (len(list(folder.iterdir())), size) == (made.files, made.size)
    return made


async def test_a_ladder_is_stored_whole_and_one_caption_draws_one_chunk_of_each_picture(
    make_infra: MakeInfra, tmp_path: Path
) -> None:
    bus = LocalBus()
    heard = Heard(bus, STEP_EVENTS)
    infra = await make_infra("renderer", bus=bus)
    footage = {"a": await numbered(tmp_path, SHOTS * 50, "25/1")}
    deaf = replace(infra, bus=LocalBus(), scratch=tmp_path / "second")
    async with serving(infra, QUICK), serving(deaf, QUICK):
        await sent(infra, ordered(await stored(infra, captioned(footage, "end"), footage), STREAM, captions=True))
        await done(heard, 1)
        made = await ladder_of(heard, infra, tmp_path / "one")
        before = await chunks_of(infra)
        await sent(infra, ordered(await stored(infra, captioned(footage, "fin"), footage), STREAM, captions=True))
        await done(heard, 2)
    assert [one.height for one in made.renditions] == [480, 360]
    for name in ("480p", "360p"):
        with av.open(str(tmp_path / "one" / f"{name}.m3u8")) as container:
            assert sum(1 for _ in container.decode(video=0)) == SHOTS * 50
    places = (len(before) - 1) // RUNGS
    assert len(before) == places * RUNGS + 1 and places >= 3, "chunks of each picture, and the sound"
    assert {attempts for attempts, _ in before.values()} == {1}
    after = await chunks_of(infra)
    assert len(after) == len(before) + RUNGS
    assert {attempts for attempts, _ in after.values()} == {1}, "none was drawn twice, by whichever renderer"


async def test_a_cancelled_ladder_leaves_nothing(make_infra: MakeInfra, tmp_path: Path) -> None:
    bus = LocalBus()
    heard, seen = Heard(bus, STEP_EVENTS), Progressed(bus)
    infra = await make_infra("renderer", bus=bus)
    noise = np.random.default_rng(1).integers(0, 255, 100 * 640 * 360, np.uint8)
    footage = {"a": await film(tmp_path, noise.tobytes(), None, "25/1", (640, 360), "noise")}
    ref = await stored(infra, timeline(footage, [clip(i, i / 25, 4) for i in range(60)]), footage)
    one = ordered(ref, Output(name="big", width=1280, height=720, hls=True))
    async with serving(infra, RendererSettings(preset="medium", crf=10)):
        await sent(infra, one)
        await asyncio.wait_for(seen.first.wait(), LONG)
        soon, began = slack(2), asyncio.get_running_loop().time()
        stop = CancelStep(command_ids=(one.id,))
        await sent(infra, order("test", one.subject, stop, message_id=new_id(), tenant="a"))
        (fact,) = await heard.until(bool)
        assert fact.name == "StepCancelled" and asyncio.get_running_loop().time() - began < soon
        assert ffmpegs(str(infra.scratch)) == []
    assert finals(infra) == [] and not any(infra.scratch.rglob("*.mp4"))
