"""Changes of shot in encoded clips whose truth is known; spans measured by several processes; the best moments."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from services.analyzer.domain.judge import Bounds, judge
from services.analyzer.tools.video import Pictures, measure_video
from tests.bench.shots import worlds
from tests.bench.shots.clips import corpus
from tests.bench.shots.reel import Clip, write
from tests.bench.shots.scoring import Found, Score
from tests.service.analyzer_stage import facts_of, ffmpeg

NAMES = ("cuts_vfr", "jumps", "dissolves_long", "fades_black", "wipes", "flashes")


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Clip, Path]]:
    """A small part of the corpus that is measured as a whole by ``python -m tests.bench shots``."""
    folder = tmp_path_factory.mktemp("shots")
    chosen = [clip for clip in corpus("tuning") if clip.name in NAMES]
    return {clip.name: (clip, write(clip, folder / f"{clip.name}.mp4")) for clip in chosen}


async def look(path: Path, folder: Path, shares: int = 1) -> Pictures:
    """Measure a clip in a folder of its own."""
    folder.mkdir()
    facts = await facts_of(path, folder / "probe")
    room = folder / "pictures"
    room.mkdir()
    return await measure_video(
        path, facts, judge(facts), folder=room, bounds=Bounds(), on_progress=lambda *_: None, shares=shares
    )


async def test_changes_have_their_kind_and_place(clips: dict[str, tuple[Clip, Path]], tmp_path: Path) -> None:
    score = Score()
    for name, (clip, path) in clips.items():
        starts = np.array(clip.times()) / 1e6
        found = (await look(path, tmp_path / name)).found.changes
        shown = [c for c in found if c.kind not in {"fade_in", "fade_out"}]
        at = [tuple(int(np.abs(starts - edge).argmin()) for edge in (c.start, c.end)) for c in shown]
        score.add(clip, [Found(a, b, c.kind) for (a, b), c in zip(at, shown, strict=True)])
        if name == "fades_black":
            assert {c.kind for c in found} == {"fade", "fade_in", "fade_out"}
    assert score.false == 0 and score.missed <= 1, score
    assert set(score.offsets) == {0}
    assert float(np.percentile(np.abs(score.edges), 90)) < 0.25
    assert score.named == score.hits


@pytest.mark.parametrize("container", ["mp4", "mkv"])
async def test_spans_measured_apart_give_the_same_as_one(
    clips: dict[str, tuple[Clip, Path]], tmp_path: Path, container: str
) -> None:
    listed = tmp_path / "list.txt"
    listed.write_text("".join(f"file '{clips[name][1]}'\n" for name in ("wipes", "fades_black", "flashes")), "utf-8")
    film = tmp_path / f"film.{container}"
    size = ("-vf", "scale=160:90", "-c:v", "libx264", "-preset", "ultrafast", "-g", "40", "-bf", "2")
    await ffmpeg("-f", "concat", "-safe", "0", "-i", listed, *size, film)
    whole, apart = await look(film, tmp_path / "one"), await look(film, tmp_path / "three", shares=3)
    assert (tmp_path / "three" / "pictures" / "span2").is_dir()
    assert whole.found == apart.found and len(whole.found.changes) >= 10
    assert whole.still and apart.still and whole.still.read_bytes() == apart.still.read_bytes()
    assert whole.sprites and apart.sprites and whole.sprites.read_bytes() == apart.sprites.read_bytes()


async def test_stills_are_sharp_lit_and_in_no_transition(tmp_path: Path) -> None:
    """Black, then a blurred, a sharp and an over-exposed second of one picture."""
    scene = worlds.town(np.random.default_rng(3)).crop((300, 200, 620, 380))
    scene.save(tmp_path / "scene.png")
    once = "loop=30:1,fps=25,trim=duration=1.2,setpts=PTS-STARTPTS,format=yuv420p"
    graph = (
        f"color=black:s=320x180:r=25:d=1,format=yuv420p[a];[0]split=3[x][y][z];[x]{once},gblur=sigma=6[b];[y]{once}[c];"
        f"[z]{once},lutyuv=y='min(235,val+110)'[d];[a][b][c][d]concat=4"
    )
    video = ("-c:v", "libx264", "-preset", "ultrafast")
    await ffmpeg("-i", tmp_path / "scene.png", "-filter_complex", graph, *video, tmp_path / "a.mp4")
    pictures = await look(tmp_path / "a.mp4", tmp_path / "look")
    best = pictures.found.stills[0]
    assert 2.2 < best.time < 3.4 and best.sharpness > 0.6 and best.exposure > 0.3
    assert all(still.time > 1.0 for still in pictures.found.stills)
    assert best.score == max(still.score for still in pictures.found.stills)
    assert pictures.found.sharpness and pictures.found.exposure
    assert pictures.found.sharpness.values[3] < 0.5 * pictures.found.sharpness.values[5]
    assert pictures.found.exposure.values[0] < 0.05
    assert pictures.still
    with Image.open(pictures.still) as still:
        detail = np.abs(np.diff(np.asarray(still.convert("L"), np.float32), axis=1)).mean()
        assert still.size == (320, 180) and detail > 3
