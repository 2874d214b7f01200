"""Captions that step aside for faces."""

from __future__ import annotations

import pytest

from services.renderer.domain.captions import pages
from services.renderer.domain.look import Position
from services.renderer.domain.placement import placed_pages
from shared.contracts.blob import BlobRef
from shared.contracts.media import MediaInfo, VideoStream
from shared.contracts.speech import Caption
from shared.contracts.timeline import Clip, Output, Source, Timeline

STREAM = VideoStream(
    index=0, codec="h264", width=1920, height=1080, coded_width=1920, coded_height=1080, frame_rate="25/1",
    time_base="1/25", duration=10,
)  # fmt: skip


def stood(
    wanted: Position, *faces: tuple[float, float], fit: str = "auto", size: tuple[int, int] = (1920, 1080)
) -> Position | None:
    """Where a caption stands over a clip with faces of these upper and lower edges."""
    face = {"x": 0.4, "width": 0.2, "score": 1}
    boxes = [
        {"id": str(i), "boxes": [{**face, "time": t / 2, "y": a, "height": b - a} for t in range(8)]}
        for i, (a, b) in enumerate(faces)
    ]
    media = MediaInfo(kind="video", container="mp4", duration=10, size=1, video=STREAM)
    blob = BlobRef(key="k", sha256="0" * 64, size=1, content_type="video/mp4")
    source = Source.model_validate({"blob": blob, "media": media, "faces": boxes})
    said = Caption(text="hello there", start=0.5, end=2)
    clip = Clip(id="c", name="c", source="a", start=0, end=100, time_base="1/25", frames=100, captions=(said,))
    timeline = Timeline(rate="25/1", sources={"a": source}, video=(clip,))
    output = Output.model_validate({"name": "o", "width": size[0], "height": size[1], "fit": fit})
    (page,) = placed_pages(pages(timeline.video, "25/1", 20), timeline, output, wanted)
    return page.position


@pytest.mark.parametrize(
    ("wanted", "faces", "position"),
    [
        ("bottom", (), "bottom"),
        ("bottom", ((0.2, 0.6),), "bottom"),
        ("bottom", ((0.6, 1.0),), "top"),
        ("top", ((0.1, 0.4),), "bottom"),
        ("bottom", ((0.05, 0.35), (0.65, 0.95)), "middle"),
    ],
)
def test_a_face_is_not_covered(wanted: Position, faces: tuple[tuple[float, float], ...], position: Position) -> None:
    assert stood(wanted, *faces) == position


def test_a_face_is_looked_for_where_it_is_shown() -> None:
    assert stood("bottom", (0.7, 1.0)) == "top"
    assert stood("bottom", (0.7, 1.0), fit="blur", size=(1080, 1920)) == "bottom", "the picture fills the middle third"
