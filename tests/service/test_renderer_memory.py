"""What a renderer holds at once: bounded however long a clip is, and no more than there is room for."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from services.renderer.domain.chunks import REVERSED_FRAMES, chunks
from services.renderer.settings import RendererSettings
from services.renderer.tools import picture
from services.renderer.tools.ffmpeg import Bench
from services.renderer.tools.picture import Drawing
from shared.contracts.timeline import Output, Transition
from shared.process import run
from tests.service.renderer_footage import clip, numbered, numbers, pictures, rendered, timeline

MINUTES = 5
RATE = 48_000
SIZE = (192, 108)
LOSSLESS: dict[str, str | int | float] = {"crf": 0, "profile:v": "high444"}
_PROGRAM = """
import re, sys, threading
from pathlib import Path
from services.renderer.tools.bending import _bent
from shared.contracts.timeline import Timeline
span, target, line = Path(sys.argv[1]), Path(sys.argv[2]), Timeline.model_validate_json(Path(sys.argv[3]).read_text())
def mapped():
    text = Path("/proc/self/status").read_text()
    return sum(int(re.search(name + r":\\s+(\\d+)", text)[1]) for name in ("RssFile", "RssShmem"))
before, ended, seen = mapped(), threading.Event(), []
def look():
    while not ended.wait(0.002):
        seen.append(mapped())
looker = threading.Thread(target=look)
looker.start()
while len(seen) < 30:
    _bent(span, target, line.video[0], span.stat().st_size // 8, line)
ended.set()
looker.join()
print(len(seen), max(seen) - before)
"""


async def test_the_sound_of_minutes_backwards_is_not_held(tmp_path: Path) -> None:
    footage = {"a": await numbered(tmp_path, 25, "25/1", size=SIZE)}
    line = timeline(footage, [clip(0, 0, 1, reverse=True)])
    sound = np.arange(MINUTES * 60 * RATE, dtype=np.float32)
    span, target, document = (tmp_path / name for name in ("span.f32", "bent.f32", "line.json"))
    with span.open("wb") as file:
        for part in np.array_split(sound, 60):
            file.write(np.repeat(part, 2).tobytes())
    longer = line.video[0].model_copy(update={"end": MINUTES * 60 * 1_000_000, "frames": MINUTES * 60 * 25})
    document.write_text(line.model_copy(update={"video": (longer,)}).model_dump_json())
    done = await run([sys.executable, "-c", _PROGRAM, *map(str, (span, target, document))],
                     env={"PYTHONPATH": str(Path(__file__).parents[2])})  # fmt: skip
    looks, most = map(int, done.stdout.split())
    assert looks >= 30 and span.stat().st_size > 100e6 and most < 50_000, (looks, most)
    made = np.memmap(target, np.float32, "r").reshape(-1, 2)
    assert np.allclose(made[RATE : 3 * RATE, 0], sound[::-1][RATE : 3 * RATE], rtol=1e-3)


def test_minutes_backwards_and_standing_still_are_short_chunks() -> None:
    backwards = clip(0, 0, 600, reverse=True).model_copy(update={"frames": 15_000})
    assert max(chunk.frames for chunk in chunks([backwards], 150, 5)) == REVERSED_FRAMES
    held = clip(0, 0, 1, warp=[{"source": "1/1", "hold": "600/1"}]).model_copy(update={"frames": 15_025})
    assert max(chunk.frames for chunk in chunks([held], 150, 5)) <= 225


async def test_frames_beside_a_transition_keep_their_colours(tmp_path: Path) -> None:
    """What does not overlap is, to the bit, what it is in an edit without transitions."""
    footage = {"a": await numbered(tmp_path, 60, "25/1", size=SIZE)}
    coloured, bench = tmp_path / "coloured.mp4", Bench(tmp_path, RendererSettings())
    drawn = f"testsrc2=s={SIZE[0]}x{SIZE[1]}:r=25:d=3,noise=alls=60:allf=t,format=yuv420p"
    await bench.ffmpeg(["-f", "lavfi", "-i", drawn, "-c:v", "libx264", "-qp", "0", str(coloured)])
    shown = {}
    dissolve = Transition(kind="dissolve", frames=8)
    for way, change in (("cut", None), ("dissolve", dissolve)):
        line = timeline(footage, [clip(0, 0, 1), clip(1, 1, 2, transition_in=change)])
        (chunk,) = chunks(line.video, 200, 5)
        drawing = Drawing(Output(name="o", width=SIZE[0], height=SIZE[1]), None, f"{way}.mp4", f"{way}.grey", LOSSLESS)
        await bench.ffmpeg(picture.arguments(bench, line, {"a": coloured}, [drawing], chunk))
        shown[way] = await pictures(tmp_path / f"{way}.mp4", SIZE, "rgb24")
    assert len(shown["cut"]) == 50 and len(shown["dissolve"]) == 42
    assert (shown["dissolve"][:17] == shown["cut"][:17]).all() and (shown["dissolve"][25:] == shown["cut"][33:]).all()
    assert not (shown["dissolve"][20] == shown["cut"][20]).all()


async def test_outputs_that_do_not_fit_together_are_the_same_films(tmp_path: Path) -> None:
    footage = {"a": await numbered(tmp_path, 60, "25/1", size=SIZE)}
    line = timeline(footage, [clip(0, 0, 1), clip(1, 1.2, 2.2)])
    outputs = [Output(name=name, width=192, height=height) for name, height in (("a", 108), ("b", 192), ("c", 144))]
    made = {}
    for way, room in (("one", 0), ("apart", 1)):
        settings = RendererSettings(drawing_bytes=room)
        films = await rendered(tmp_path / way, line, footage, *outputs, settings=settings)
        assert all(one.check.passed for one in films)
        made[way] = [await pictures(one.file, (one.output.width, one.output.height)) for one in films]
    for one, other in zip(made["one"], made["apart"], strict=True):
        assert np.array_equal(one, other)
    assert numbers(made["apart"][0]) == [*range(25), *range(30, 55)]
