"""What an edit asks for explains a black or a frozen picture, where it stands; nothing else does."""

from __future__ import annotations

from typing import Any

import pytest

from services.renderer.domain.wished import unexplained
from shared.contracts.timeline import Output, Timeline

STREAM = {
    "index": 0, "codec": "h264", "width": 160, "height": 90, "coded_width": 160, "coded_height": 90,
    "frame_rate": "25/1", "time_base": "1/1000", "duration": 60.0,
}  # fmt: skip
WIDE = Output(name="w", width=160, height=90)
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
    return [(p.clip.id, float(p.begin), float(p.length)) for p in unexplained(timeline, WIDE, code, first, last)]


def asked(timeline: Timeline, code: str = "black", first: int = 25, last: int = 75) -> list[bool]:
    return [part.asked for part in unexplained(timeline, WIDE, code, first, last)]


def test_a_plain_clip_explains_nothing() -> None:
    assert left(edit({})) == left(edit({}), "frozen") == [("c0", 1.0, 2.0)]
    assert asked(edit({})) == asked(edit({}), "frozen") == [False]


def test_a_span_over_a_cut_is_looked_at_in_both_sources() -> None:
    assert left(edit({}, {}), first=50, last=150) == [("c0", 2.0, 2.0), ("c1", 4.0, 2.0)]


def test_what_runs_otherwise_is_looked_at_where_it_comes_from() -> None:
    assert left(edit({"speed": "2/1", "frames": 50}), "frozen", 10, 40) == [("c0", 0.8, 2.4)]
    assert left(edit({"reverse": True}), first=0, last=25) == [("c0", 3.0, 1.0)]


def test_a_frame_that_is_held_stands_still_by_order_and_only_there() -> None:
    warp = [{"source": "1/1", "hold": "3/1"}, {"source": "3/1"}]
    timeline = edit({"warp": warp, "frames": 175})
    assert left(timeline, "frozen", 30, 95) == []
    assert left(timeline, "frozen", 105, 155) == [("c0", 1.2, 2.0)]
    assert left(timeline, "black", 30, 95) == [("c0", 1.0, 0.0)]


@pytest.mark.parametrize(
    ("clip", "code", "may"),
    [
        ({"effects": [{"name": "zoom"}]}, "frozen", False),
        ({"effects": [{"name": "zoom"}]}, "black", False),
        ({"effects": [{"name": "fade_out"}]}, "black", False),
        ({"effects": [{"name": "fade_out", "parameters": {"duration": 2.0}}]}, "black", True),
        ({"effects": [{"name": "fade_in"}]}, "black", False),
        ({"effects": [{"name": "fade_in", "parameters": {"duration": 1.2}}]}, "black", True),
        ({"effects": [{"name": "adjust"}]}, "black", True),
        ({"effects": [{"name": "blur"}]}, "frozen", True),
        ({"effects": [{"name": "blur"}]}, "black", False),
        ({"speed": "1/4", "frames": 400}, "frozen", False),
        ({"reverse": True}, "black", False),
    ],
)
def test_only_what_can_make_such_a_picture_there_may_explain_it(clip: dict[str, Any], code: str, may: bool) -> None:
    assert asked(edit(clip), code) == [may]


def test_a_dip_may_explain_its_own_frames_alone_and_a_dissolve_none() -> None:
    dip = edit({}, {"transition_in": {"kind": "dip_black", "frames": 40}})
    assert asked(dip, first=60, last=100) == [True, True]
    assert asked(dip, first=20, last=80) == [False, True, True]
    dissolve = edit({}, {"transition_in": {"kind": "dissolve", "frames": 40}})
    assert left(dissolve, first=60, last=100) == [("c0", 2.4, 1.6), ("c1", 4.0, 1.6)]
    assert asked(dissolve, first=60, last=100) == [False, False]


@pytest.mark.parametrize(
    ("overlay", "may"),
    [
        ({"shape": {}, "width": 0.14, "height": 0.14}, False),
        ({"text": {"text": "A title"}}, False),
        ({"shape": {}, "width": 1.0, "height": 1.0}, True),
        ({"shape": {}, "width": 1.0, "height": 1.0, "frames": 20}, False),
        ({"shape": {}, "width": 1.0, "height": 1.0, "opacity": 0.0}, False),
        ({"shape": {}, "width": 0.3, "height": 0.3, "scale": 3.0}, True),
    ],
)
def test_only_overlays_that_cover_the_picture_there_may_explain_it(overlay: dict[str, Any], may: bool) -> None:
    laid = {"id": "o", "start": 0, "frames": 100, **overlay}
    assert asked(edit({}, overlays=[laid])) == [may]


def test_still_pictures_stand_still_unless_they_are_moved() -> None:
    assert left(edit({}, kind="image"), "frozen") == []
    assert asked(edit({"effects": [{"name": "ken_burns"}]}, kind="image"), "frozen") == [True]


def shares(clip: dict[str, Any], **output: Any) -> list[float]:
    made = Output.model_validate({"name": "o", "width": 160, "height": 90, **output})
    return [round(part.dark, 3) for part in unexplained(edit(clip), made, "black", 25, 75)]


def test_how_much_of_a_source_is_dark_follows_from_how_much_of_it_is_seen() -> None:
    assert shares({}) == [0.9]
    assert shares({"effects": [{"name": "zoom", "parameters": {"to": 2.0}}]}) == [0.225]
    assert shares({}, width=90, height=160, fit="crop") == [round(0.9 * 90 / 286, 3)]


def test_bars_beside_a_picture_count_for_the_blackness_of_the_film() -> None:
    half = shares({}, width=90, height=100, fit="pad")
    assert half == [0.8]
    assert shares({}, width=16, height=160, fit="pad") == []
