"""A frame of another shape follows the face: to a fraction of a pixel, inside the frame, still where the face is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from services.analyzer.domain.images import image_info
from services.analyzer.domain.judge import Bounds, judge
from services.analyzer.tools.faces import find_faces
from services.analyzer.tools.holdings import look_at_image
from services.analyzer.tools.video import measure_video
from services.renderer.domain.chunks import Piece
from services.renderer.domain.reframe import course
from shared.contracts.sight import FaceBox, FaceTrack
from shared.contracts.timeline import Output, Timeline
from tests.people import Person, Take
from tests.people import film as people_film
from tests.service.analyzer_stage import facts_of
from tests.service.renderer_footage import Footage, clip, film, pictures, rendered, timeline
from tests.service.test_analyzer_holdings import flag

SIZE, TALL = (640, 360), Output(name="tall", width=202, height=360)
WAVE = 40


def walking(seconds: float = 4.0) -> FaceTrack:
    """A face that goes from the left to the right."""
    times = np.arange(0, seconds + 0.01, 0.4)
    return FaceTrack(
        id="f1",
        boxes=tuple(
            FaceBox(time=t, x=0.12 + 0.62 * t / seconds, y=0.3, width=0.12, height=0.3, score=0.9) for t in times
        ),
    )


def phase(frames: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """Where a wave of WAVE pixels stands in each grey frame, in pixels."""
    turns = np.exp(-2j * np.pi * np.arange(frames.shape[2] // WAVE * WAVE) / WAVE)
    rows = frames[:, 100:260, : len(turns)].astype(np.float64).mean(axis=1)
    found: npt.NDArray[np.float64] = np.unwrap(np.angle(rows @ turns)) * WAVE / (2 * np.pi)
    return found


def known(made: Timeline, faces: tuple[FaceTrack, ...], cuts: tuple[float, ...] = ()) -> Timeline:
    """The timeline, its one source with faces."""
    source = made.sources["a"].model_copy(update={"faces": faces, "cuts": cuts})
    return made.model_copy(update={"sources": {"a": source}})


async def wave(folder: Path) -> Footage:
    """Four seconds of a wave that stands still."""
    row = 128 + 80 * np.sin(2 * np.pi * np.arange(SIZE[0]) / WAVE)
    frame = np.broadcast_to(row.astype(np.uint8), (SIZE[1], SIZE[0]))
    return await film(folder, frame.tobytes() * 100, None, "25/1", SIZE, "wave")


async def test_the_window_moves_by_fractions_of_a_pixel(tmp_path: Path) -> None:
    footage = await wave(tmp_path)
    made = known(timeline({"a": footage}, [clip(0, 0, 4)], "25/1"), (walking(),))
    (done,) = await rendered(tmp_path / "out", made, {"a": footage}, TALL)
    moved = phase(await pictures(done.file, (TALL.width, TALL.height), "gray"))
    way = course(made.sources["a"], made.video[0], Piece(0, 0, 100), TALL, "25/1")
    assert way is not None
    wanted = np.array(
        [
            next((c.a * (n - c.first) + c.b) * (n - c.first) + c.c for c in reversed(way.curves) if c.first <= n)
            for n in range(100)
        ]
    )
    assert wanted[-1] - wanted[0] > 200
    assert np.abs((moved - moved[0]) - (wanted - wanted[0])).max() < 0.25
    assert np.abs(np.diff(moved, 2)).max() < 2.0, "no jerk"


async def test_a_still_face_gives_a_still_frame(tmp_path: Path) -> None:
    footage = await wave(tmp_path)
    still = FaceTrack(
        id="f1", boxes=tuple(FaceBox(time=t / 2, x=0.7, y=0.3, width=0.1, height=0.2, score=0.9) for t in range(9))
    )
    made = known(timeline({"a": footage}, [clip(0, 0, 4)], "25/1"), (still,))
    (done,) = await rendered(tmp_path / "out", made, {"a": footage}, TALL)
    moved = phase(await pictures(done.file, (TALL.width, TALL.height), "gray"))
    assert np.abs(moved - moved[0]).max() < 0.02
    way = course(made.sources["a"], made.video[0], Piece(0, 0, 100), TALL, "25/1")
    assert way is not None
    assert abs(way.curves[0].c - (0.75 * SIZE[0] - TALL.width / 2)) <= 1
    assert len(way.curves) == 1


async def test_somebody_who_walks_across_a_film_stays_in_the_tall_frame(tmp_path: Path) -> None:
    person = Person((0.15, 0.45), (0.85, 0.5), 0.6)
    path = people_film(tmp_path / "walk.mp4", [Take(100, 1, (person,))], SIZE)
    facts = await facts_of(path, tmp_path / "probe")
    (tmp_path / "seen").mkdir()
    info = judge(facts)
    seen = await measure_video(
        path, facts, info, folder=tmp_path / "seen", bounds=Bounds(), on_progress=lambda *_: None
    )
    footage = Footage(path, info, np.zeros(0, np.float32))
    made = known(timeline({"a": footage}, [clip(0, 0, 4)], "25/1"), seen.found.faces)
    (done,) = await rendered(tmp_path / "out", made, {"a": footage}, TALL)
    shown = await pictures(done.file, (TALL.width, TALL.height), "rgb24")
    inside = 0
    for number in range(0, 100, 4):
        found = find_faces(Image.fromarray(shown[number]))
        inside += bool(found) and found[0].x > 0.0 and found[0].x + found[0].width < 1.0 and found[0].width > 0.3
    assert inside >= 24, inside


async def test_a_picture_stands_as_its_orientation_says(tmp_path: Path) -> None:
    """Also one whose name has an ending, by which ffmpeg would take it for a series of pictures."""
    tags = Image.Exif()
    tags[0x0112] = 6
    flag().resize((240, 120)).save(tmp_path / "a.jpg", exif=tags, quality=95)
    found, _ = await look_at_image(tmp_path / "a.jpg", "jpeg", tmp_path, 10**7)
    footage = Footage(tmp_path / "a.jpg", image_info(found, 1, Bounds()), np.zeros(0, np.float32))
    made = timeline({"a": footage}, [clip(0, 0, 1)], "10/1")
    (done,) = await rendered(tmp_path / "out", made, {"a": footage}, Output(name="o", width=120, height=240))
    frame = (await pictures(done.file, (120, 240), "rgb24"))[5].astype(int)
    assert frame[20, 60, 0] > 150 > frame[220, 60, 0], "what was left is above"
    assert frame[220, 60, 2] > 150
