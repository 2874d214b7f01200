"""A timeline carries what is known of its sources where clips show them, and no more."""

from __future__ import annotations

from shared.contracts.blob import BlobRef
from shared.contracts.layout import lay_out
from shared.contracts.media import MediaInfo, Shot
from shared.contracts.sight import FaceBox, FaceTrack, FocusPoint
from shared.contracts.timeline import Clip, Source, Timeline
from shared.framing.sightings import Sightings, sighted


def made(*spans: tuple[float, float]) -> Timeline:
    clips = [
        Clip(id=f"c{n}", name="", source="a", start=round(a * 1000), end=round(b * 1000), time_base="1/1000", frames=1)
        for n, (a, b) in enumerate(spans)
    ]
    blob = BlobRef(key="a", sha256="", size=1, content_type="video/mp4")
    media = MediaInfo(kind="video", container="mp4", duration=100.0, size=1)
    return Timeline(rate="25/1", sources={"a": Source(blob=blob, media=media)}, video=lay_out(clips, "25/1"))


def box(time: float) -> FaceBox:
    return FaceBox(time=time, x=time / 100, y=0.2, width=0.1, height=0.2, score=0.9)


KNOWN = Sightings(
    shots=tuple(Shot(start_ticks=0, end_ticks=0, start=s, end=s + 20) for s in (0.0, 20.0, 40.0, 60.0, 80.0)),
    faces=(
        FaceTrack(id="f1", boxes=tuple(box(float(t)) for t in range(0, 20))),
        FaceTrack(id="f2", boxes=(box(20), box(39))),
    ),
    focus=tuple(FocusPoint(time=float(t), x=0.5, y=0.5, weight=0.5) for t in range(40, 100)),
)


def test_only_what_is_shown_is_carried() -> None:
    source = sighted(made((18, 22), (50, 52), (51, 54)), {"a": KNOWN, "other": KNOWN}).sources["a"]
    assert [p.time for p in source.focus] == [49, 50, 51, 52, 53, 54, 55]
    assert source.cuts == (20.0,)
    assert [t.id for t in source.faces] == ["f1.0", "f2"]
    assert [b.time for b in source.faces[0].boxes] == [17, 18, 19]


def test_a_face_between_far_boxes_is_carried_with_both() -> None:
    source = sighted(made((28, 30)), {"a": KNOWN}).sources["a"]
    (track,) = source.faces
    assert [b.time for b in track.boxes] == [20, 39]


def test_what_is_shown_twice_is_carried_once() -> None:
    assert len(sighted(made((2, 4), (3, 6), (2, 4)), {"a": KNOWN}).sources["a"].faces) == 1
