"""Faces are found and followed in encoded films; where there is none, what draws the eye is."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from services.analyzer.domain.judge import Bounds, judge
from services.analyzer.domain.looks import overlap
from services.analyzer.tools.faces import find_faces, find_near
from services.analyzer.tools.requests import VideoAnswer
from services.analyzer.tools.video import measure_video
from shared.contracts.sight import FaceBox, FaceTrack
from tests.people import Person, Take, film, pictures
from tests.service.analyzer_stage import facts_of

SIZE = (320, 180)
WALK = Person((0.2, 0.45), (0.8, 0.5), 0.6)
PAIR = (Person((0.25, 0.4), (0.25, 0.4), 0.55), Person((0.72, 0.45), (0.72, 0.45), 0.5, mirrored=True))
TAKES = (Take(100, 1, (WALK,)), Take(50, 2), Take(50, 3, PAIR))


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return film(tmp_path_factory.mktemp("people") / "people.mp4", TAKES, SIZE)


@pytest.fixture(scope="module")
async def found(people: Path, tmp_path_factory: pytest.TempPathFactory) -> VideoAnswer:
    return await seen(people, tmp_path_factory.mktemp("seen"))


async def seen(path: Path, folder: Path, shares: int = 1) -> VideoAnswer:
    facts = await facts_of(path, folder / "probe")
    (folder / "pictures").mkdir()
    made = await measure_video(
        path,
        facts,
        judge(facts),
        folder=folder / "pictures",
        bounds=Bounds(),
        on_progress=lambda *_: None,
        shares=shares,
    )
    return made.found


def _overlap(box: FaceBox, truth: tuple[float, float, float, float]) -> float:
    x, y, width, height = truth
    across = min(box.x + box.width, x + width) - max(box.x, x)
    down = min(box.y + box.height, y + height) - max(box.y, y)
    shared = max(0.0, across) * max(0.0, down)
    return shared / (box.width * box.height + width * height - shared)


def _at(track: FaceTrack, time: float) -> FaceBox:
    after = next(b for b in track.boxes if b.time >= time)
    before = next(b for b in reversed(track.boxes) if b.time <= time)
    share = (time - before.time) / (after.time - before.time) if after.time > before.time else 0.0
    moved = {n: getattr(before, n) + share * (getattr(after, n) - getattr(before, n)) for n in ("x", "y", "width")}
    return before.model_copy(update=moved)


async def test_a_face_is_followed_and_tracks_end_at_cuts(found: VideoAnswer) -> None:
    assert [round(shot.start * 25) for shot in found.shots] == [0, 100, 150]
    walking, *pair = found.faces
    assert len(pair) == 2
    assert [t.id for t in found.faces] == ["f1", "f2", "f3"]
    assert walking.boxes[0].time <= 0.4
    assert walking.boxes[-1].time >= 3.5
    assert all(b.time < 4.0 for b in walking.boxes)
    for step in range(4, 36):
        time = step / 10
        assert _overlap(_at(walking, time), WALK.face(time / 3.96, SIZE)) > 0.5, time
    for track, person in zip(sorted(pair, key=lambda t: t.boxes[0].x), PAIR, strict=True):
        assert all(b.time >= 6.0 for b in track.boxes)
        assert all(_overlap(b, person.face(0, SIZE)) > 0.5 for b in track.boxes)


async def test_a_straight_walk_needs_few_boxes(found: VideoAnswer) -> None:
    assert len(found.faces[0].boxes) <= 7


async def test_the_eye_is_drawn_only_where_there_is_no_face(found: VideoAnswer) -> None:
    assert found.focus
    assert all(4.0 <= point.time < 6.05 for point in found.focus)


def test_looking_near_known_faces_finds_what_looking_everywhere_does() -> None:
    first, second = (
        Image.fromarray(next(pictures([Take(1, 4, (Person(at, at, 0.3),))], (512, 288))))
        for at in ((0.3, 0.4), (0.32, 0.42))
    )
    known = find_faces(first)
    everywhere, near = find_faces(second), find_near(second, known)
    assert len(everywhere) == len(near) == 1
    assert overlap(everywhere[0], near[0]) > 0.85
    assert near[0].score > 0.6


def test_a_face_that_is_gone_from_its_place_is_looked_for_everywhere() -> None:
    first, second = (
        Image.fromarray(next(pictures([Take(1, 4, (Person(at, at, 0.3),))], (512, 288))))
        for at in ((0.15, 0.4), (0.8, 0.4))
    )
    assert find_near(second, find_faces(first)) == find_faces(second)


async def test_faces_are_the_same_in_one_span_and_in_three(people: Path, found: VideoAnswer, tmp_path: Path) -> None:
    apart = await seen(people, tmp_path, shares=3)
    assert apart.faces == found.faces
    assert apart.focus == found.focus
