"""What an edit asks for explains a black or a frozen picture; nothing else does."""

from __future__ import annotations

from typing import Any

import pytest

from services.renderer.domain.wished import unexplained
from shared.contracts.timeline import Timeline

STREAM = {
    "index": 0, "codec": "h264", "width": 160, "height": 90, "coded_width": 160, "coded_height": 90,
    "frame_rate": "25/1", "time_base": "1/1000", "duration": 60.0,
}  # fmt: skip
BLOB = {"key": "a", "sha256": "0" * 64, "size": 1, "content_type": "video/mp4"}


def edit(*clips: dict[str, Any], kind: str = "video", **more: Any) -> Timeline:
    """Clips of four seconds, a hundred frames each, one after the other in their source."""
    media = {"kind": kind, "container": "mp4", "duration": 60.0, "size": 1, "video": STREAM}
    video = [
        {
            "id": f"c{i}", "name": "n", "source": "a", "start": i * 4000, "end": i * 4000 + 4000, "time_base": "1/1000",
            "frames": 100, **clip,
        }
        for i, clip in enumerate(clips)
    ]  # fmt: skip
    return Timeline.model_validate(
        {"rate": "25/1", "sources": {"a": {"blob": BLOB, "media": media}}, "video": video, **more}
    )


def left(timeline: Timeline, code: str = "black", first: int = 25, last: int = 75) -> list[tuple[str, float, float]]:
    return [(p.clip.id, float(p.begin), float(p.length)) for p in unexplained(timeline, code, first, last)]


def test_a_plain_clip_explains_nothing() -> None:
    assert left(edit({})) == left(edit({}), "frozen") == [("c0", 1.0, 2.0)]


def test_a_span_over_a_cut_is_looked_at_in_both_sources() -> None:
    assert left(edit({}, {}), first=50, last=150) == [("c0", 2.0, 2.0), ("c1", 4.0, 2.0)]


def test_what_runs_faster_is_looked_at_where_it_comes_from() -> None:
    timeline = edit({"speed": "2/1", "frames": 50})
    assert left(timeline, "frozen", 10, 40) == [("c0", 0.8, 2.4)]


@pytest.mark.parametrize(
    ("clip", "code", "asked"),
    [
        ({"effects": [{"name": "zoom"}]}, "frozen", False),
        ({"effects": [{"name": "zoom"}]}, "black", False),
        ({"effects": [{"name": "fade_out"}]}, "black", True),
        ({"effects": [{"name": "blur"}]}, "frozen", True),
        ({"effects": [{"name": "blur"}]}, "black", False),
        ({"speed": "1/4", "frames": 400}, "frozen", True),
        ({"speed": "1/4", "frames": 400}, "black", False),
        ({"reverse": True}, "black", True),
    ],
)
def test_only_what_can_make_such_a_picture_explains_it(clip: dict[str, Any], code: str, asked: bool) -> None:
    assert (left(edit(clip), code) == []) is asked


def test_a_transition_explains_its_own_frames_alone() -> None:
    timeline = edit({}, {"transition_in": {"kind": "dip_black", "frames": 40}})
    assert left(timeline, first=60, last=100) == []
    assert left(timeline, first=20, last=80) == [("c0", 0.8, 1.6)]


@pytest.mark.parametrize(
    ("overlay", "asked"),
    [
        ({"shape": {}, "width": 0.14, "height": 0.14}, False),
        ({"text": {"text": "A title"}}, False),
        ({"shape": {}, "width": 1.0, "height": 1.0}, True),
        ({"shape": {}, "width": 1.0, "height": 1.0, "frames": 30}, False),
        ({"shape": {}, "width": 1.0, "height": 1.0, "opacity": 0.0}, False),
        ({"shape": {}, "width": 0.3, "height": 0.3, "scale": 3.0}, True),
    ],
)
def test_only_overlays_that_cover_the_picture_explain_it(overlay: dict[str, Any], asked: bool) -> None:
    laid = {"id": "o", "start": 0, "frames": 100, **overlay}
    assert (left(edit({}, overlays=[laid])) == []) is asked


def test_still_pictures_stand_still() -> None:
    assert left(edit({}, kind="image"), "frozen") == []
