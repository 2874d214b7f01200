"""The moving window's curves, and what its chunks depend on."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.renderer.domain.chunks import Piece
from services.renderer.domain.curves import NEAR, Curve, curves_of, expression
from services.renderer.domain.reframe import Course, course, filters, identity
from shared.contracts.blob import BlobRef
from shared.contracts.media import MediaInfo, VideoStream
from shared.contracts.sight import FaceBox, FaceTrack
from shared.contracts.timeline import Clip, Output, Source

TALL = Output(name="tall", width=608, height=1080)


def source(*tracks: FaceTrack, cuts: tuple[float, ...] = ()) -> Source:
    video = VideoStream(
        index=0, codec="h264", width=1920, height=1080, coded_width=1920, coded_height=1080, frame_rate="25/1",
        time_base="1/25", duration=60.0,
    )  # fmt: skip
    media = MediaInfo(kind="video", container="mp4", duration=60.0, size=1, video=video)
    blob = BlobRef(key="a", sha256="a" * 64, size=1, content_type="video/mp4")
    return Source(blob=blob, media=media, faces=tracks, cuts=cuts)


def track(start: float, end: float, x: float = 0.2, move: float = 0.0, name: str = "f1") -> FaceTrack:
    times = np.linspace(start, end, 21)
    return FaceTrack(
        id=name,
        boxes=tuple(
            FaceBox(time=float(t), x=x + move * n / 20, y=0.3, width=0.1, height=0.2, score=0.9)
            for n, t in enumerate(times)
        ),
    )


def clip(start: int, end: int, **more: object) -> Clip:
    values = {"id": "c", "name": "", "source": "a", "time_base": "1/25", "frames": end - start}
    return Clip.model_validate({**values, "start": start, "end": end, **more})


def places(way: Course, frames: int) -> list[float]:
    """Where the window is in each frame, as ffmpeg computes it."""
    text = expression(way.curves, "n").replace("if(lt", "choose(less")

    def choose(first: bool, then: float, other: float) -> float:
        return then if first else other

    return [eval(text, {"choose": choose, "less": lambda a, b: a < b, "n": n}) for n in range(frames)]


@settings(max_examples=15)
@given(st.lists(st.floats(0, 500), min_size=4, max_size=12), st.integers(2, 40))
def test_curves_keep_to_the_path(knots: list[float], spacing: int) -> None:
    frames = np.arange(len(knots) * spacing)
    path = np.interp(frames / spacing, np.arange(len(knots)), knots)
    curves = curves_of(path)
    firsts = [curve.first for curve in curves]
    assert firsts == sorted(set(firsts)) and firsts[0] == 0
    way = Course("x", None, curves)  # type: ignore[arg-type]
    assert np.abs(np.array(places(way, len(path))) - path).max() < NEAR + 0.02


def test_pieces_of_a_clip_meet_without_a_seam() -> None:
    film, shown = source(track(0, 8, 0.1, 0.6)), clip(0, 200)
    whole = course(film, shown, Piece(0, 0, 200), TALL, "25/1")
    parts = [course(film, shown, Piece(0, first, 50), TALL, "25/1") for first in (0, 50, 100, 150)]
    assert whole is not None
    joined = [place for part in parts if part is not None for place in places(part, 50)]
    assert np.abs(np.array(joined) - places(whole, 200)).max() < 3 * NEAR


def test_slow_and_reversed_clips_show_the_same_places_at_the_same_source_times() -> None:
    film = source(track(0, 8, 0.1, 0.6))
    even = places(course(film, clip(0, 200), Piece(0, 0, 200), TALL, "25/1"), 200)  # type: ignore[arg-type]
    slow = clip(0, 200, speed="1/2", frames=400)
    half = places(course(film, slow, Piece(0, 0, 400), TALL, "25/1"), 400)  # type: ignore[arg-type]
    assert np.abs(np.array(half[::2]) - even).max() < 3 * NEAR
    back = clip(0, 200, reverse=True)
    first = course(film, back, Piece(0, 0, 50), TALL, "25/1")
    assert first is not None
    assert np.abs(np.array(places(first, 50)) - even[150:]).max() < 3 * NEAR, "read forwards, turned round afterwards"


def test_a_cut_is_on_its_frame() -> None:
    film = source(track(0, 3.96, 0.1), track(4, 8, 0.8, name="f2"), cuts=(4.0,))
    way = course(film, clip(0, 200), Piece(0, 0, 200), TALL, "25/1")
    assert way is not None
    assert [curve.first for curve in way.curves] == [0, 100]
    assert all(curve.c == 2 * round(curve.c / 2) for curve in way.curves), "what rests lies on even pixels"


def test_what_rests_is_a_plain_crop_and_what_moves_is_slid_by_the_rest() -> None:
    plan = course(source(track(0, 8)), clip(0, 200), Piece(0, 0, 200), TALL, "25/1")
    assert plan is not None
    (crop,) = filters(plan, TALL)
    assert crop.name == "crop" and crop.options["x"] == 2 * round((0.25 * 1920 - 304) / 2)
    moving = Course("x", plan.plan, (Curve(0, 0.0, 1.5, 100.0),))
    assert [step.name for step in filters(moving, TALL)] == ["crop", "perspective", "crop"]


def test_the_key_depends_on_faces_in_the_clip_and_on_no_others() -> None:
    shown = clip(0, 200)
    alone = identity(source(track(0, 8)), shown, TALL)
    assert alone is not None
    assert identity(source(track(0, 8), track(20, 30, name="f2")), shown, TALL) == alone
    assert identity(source(track(0, 8, 0.3)), shown, TALL) != alone
    assert identity(source(), shown, TALL) is None
    assert identity(source(track(0, 8)), shown, TALL.model_copy(update={"fit": "crop"})) is None
    assert identity(source(track(0, 8)), shown, Output(name="w", width=1280, height=720)) is None


@pytest.mark.parametrize("shape", [(1080, 1080), (864, 1080), (1280, 536)])
def test_other_shapes_have_windows_of_their_own(shape: tuple[int, int]) -> None:
    out = Output(name="o", width=shape[0], height=shape[1])
    way = course(source(track(0, 8, 0.7)), clip(0, 200), Piece(0, 0, 200), out, "25/1")
    assert way is not None
    assert way.axis == ("y" if shape[0] / shape[1] > 16 / 9 else "x")
    room = way.plan.width - out.width if way.axis == "x" else way.plan.height - out.height
    assert all(0 <= place <= room for place in places(way, 200))
    assert math.isfinite(way.curves[0].c)
