"""Shots, stills and sheets of encoded films."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from services.analyzer.domain.judge import Bounds, judge
from services.analyzer.tools.video import Pictures, measure_video
from tests.service.analyzer_stage import X264, clip, facts_of, ffmpeg

Picture = npt.NDArray[np.uint8]
SIZE = (320, 180)


def _scene(seed: int) -> Image.Image:
    """A picture larger than the frame, to move over."""
    colours = np.random.default_rng(seed).integers(0, 256, (8, 13, 3)).astype(np.uint8)
    return Image.fromarray(colours).resize((SIZE[0] + 120, SIZE[1] + 60), Image.Resampling.BICUBIC)


def _frames(lengths: list[int], flashes: set[int]) -> Iterator[Picture]:
    grain = np.random.default_rng(1)
    number = 0
    for seed, length in enumerate(lengths):
        scene = _scene(seed)
        for n in range(length):
            window = np.asarray(scene.crop((n, n // 3, n + SIZE[0], n // 3 + SIZE[1])), np.float32)
            lit = window * 0.2 + 200 if number in flashes else window
            yield np.clip(lit + grain.normal(0, 3, lit.shape), 0, 255).astype(np.uint8)
            number += 1


def _encode(path: Path, pictures: Iterator[Picture], times: list[int], codec: str = "libx264") -> Path:
    """Write the pictures at ``times`` in milliseconds."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=30)
        stream.width, stream.height = SIZE
        stream.pix_fmt, stream.codec_context.time_base = "yuv420p", Fraction(1, 1000)
        stream.options = {"preset": "veryfast", "crf": "30"} if codec == "libx264" else {}
        for picture, at in zip(pictures, times, strict=True):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = at, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


async def look(path: Path, folder: Path) -> Pictures:
    facts = await facts_of(path, folder / "probe")
    (folder / "pictures").mkdir()
    return await measure_video(
        path, facts, judge(facts), folder=folder / "pictures", bounds=Bounds(), on_progress=lambda *_: None
    )


LENGTHS = [30, 21, 17, 40, 9, 28, 12, 33]
CUTS = [30, 51, 68, 108, 117, 145, 157]
FLASHES = {12, 80, 81, 82, 130, 175, 176}


@pytest.mark.parametrize("steady", [True, False])
@pytest.mark.parametrize(("name", "codec"), [("a.mp4", "libx264"), ("a.mkv", "mpeg4")])
async def test_cuts_are_exact_and_flashes_are_none(tmp_path: Path, name: str, codec: str, steady: bool) -> None:
    steps = np.full(sum(LENGTHS), 40) if steady else np.random.default_rng(2).choice([25, 40, 67], sum(LENGTHS))
    times = [0, *(int(at) for at in np.cumsum(steps))][: sum(LENGTHS)]
    path = _encode(tmp_path / name, _frames(LENGTHS, FLASHES), times, codec)
    found = (await look(path, tmp_path)).found
    assert found.frames == sum(LENGTHS) and found.damaged == 0
    assert [round(shot.start * 1000) for shot in found.shots] == [0, *(times[cut] for cut in CUTS)]
    assert all(a.end_ticks == b.start_ticks for a, b in zip(found.shots, found.shots[1:], strict=False))


async def test_every_tile_shows_the_frame_of_its_time(tmp_path: Path) -> None:
    """A film that is red, green, blue and white for half a second each."""
    parts = "".join(f"color={c}:s=160x90:r=20:d=0.5[{i}];" for i, c in enumerate(("red", "lime", "blue", "white")))
    await ffmpeg("-filter_complex", f"{parts}[0][1][2][3]concat=4", *X264, tmp_path / "a.mp4")
    pictures = await look(tmp_path / "a.mp4", tmp_path)
    found = pictures.found
    assert pictures.sprites and pictures.still
    assert found.tiles * found.interval == pytest.approx(2.0, abs=found.interval)
    colours = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)]
    with Image.open(pictures.sprites) as sheet:
        assert sheet.size == (found.columns * found.tile_width, found.rows * found.tile_height)
        for number in range(found.tiles):
            row, column = divmod(number, found.columns)
            middle = ((column + 0.5) * found.tile_width, (row + 0.5) * found.tile_height)
            seen = sheet.convert("RGB").getpixel((int(middle[0]), int(middle[1])))
            wanted = colours[int(number * found.interval / 0.5 + 1e-6)]
            assert max(abs(a - b) for a, b in zip(seen, wanted, strict=True)) < 40, number  # type: ignore[arg-type]
    assert [round(shot.start, 2) for shot in found.shots] == [0.0, 0.5, 1.0, 1.5]


async def test_a_turned_film_has_upright_tiles(tmp_path: Path) -> None:
    await clip(tmp_path / "a.mp4", seconds=1, tone="")
    await ffmpeg("-display_rotation", "90", "-i", tmp_path / "a.mp4", "-c", "copy", tmp_path / "turned.mp4")
    pictures = await look(tmp_path / "turned.mp4", tmp_path)
    assert (pictures.found.tile_width, pictures.found.tile_height) == (90, 160)
    assert pictures.still
    with Image.open(pictures.still) as still:
        assert still.size == (180, 320)


async def test_black_and_frozen_spans(tmp_path: Path) -> None:
    graph = (
        "testsrc2=s=160x90:r=25:d=1[a];color=black:s=160x90:r=25:d=0.6[b];testsrc2=s=160x90:r=25:d=1[c];"
        "[c]tpad=stop_mode=clone:stop_duration=1.6[d];[a][b][d]concat=3"
    )
    await ffmpeg("-filter_complex", graph, *X264, tmp_path / "a.mp4")
    found = (await look(tmp_path / "a.mp4", tmp_path)).found
    assert [(round(s.start, 2), round(s.end, 2)) for s in found.blacks] == [(1.0, 1.6)]
    assert any(2.6 <= s.start < 3.2 and abs(s.end - 4.2) < 0.05 for s in found.freezes)
    assert [round(shot.start, 2) for shot in found.shots] == [0.0, 1.0, 1.6]
    assert max(found.motion.values[:4]) > 0.01 and found.motion.values[-1] == 0.0
