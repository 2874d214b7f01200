"""Reading, merging and showing timelines."""

from __future__ import annotations

import math
from typing import Any

import pytest

from services.gateway.domain.timeline.data import TimelineData, merge, read, view

KEY = {"at": 0, "value": 0}
WORD = {"text": "Hello", "start": 0.5, "end": 2.3}


def parsed(written: dict[str, Any]) -> TimelineData:
    result = read(written)
    assert isinstance(result, tuple), result
    return result[0]


def refused(written: dict[str, Any]) -> dict[str, str]:
    result = read(written)
    assert isinstance(result, list)
    return {violation.field: violation.code for violation in result}


def test_a_segment_needs_only_start_and_end() -> None:
    assert view(parsed({"segments": [{"start": 0, "end": 3}, {"start": 1.5, "end": 2}]}))["segments"] == [
        {"name": "segment 1", "start": 0.0, "end": 3.0, "effects": [], "beats": [], "captions": [], "sfx": None},
        {"name": "segment 2", "start": 1.5, "end": 2.0, "effects": [], "beats": [], "captions": [], "sfx": None},
    ]


def test_what_is_shown_can_be_written_again() -> None:
    data = parsed({
        "template_name": "calm",
        "segments": [{
            "name": "intro", "start": 0.0, "end": 3.5, "effects": ["zoom", {"name": "zoom", "to": 1.3}], "beats": [0.5],
            "captions": [{"text": "Hello", "start": 0.5, "end": 2.3, "words": [WORD]}],
            "sfx": {"name": "whoosh", "duration": 0.5}, "transition": {"kind": "dissolve", "duration": 0.4},
        }],
        "captions": [{"text": "Hello", "start": 0.5, "end": 2.3}], "beats": [0.5, 1.0], "tempo": 120.0,
    })  # fmt: skip
    shown = view(data)
    assert parsed(shown) == data
    assert shown["segments"][0]["effects"] == ["zoom", {"name": "zoom", "to": 1.3}]
    assert "words" not in shown["captions"][0]


def test_the_asset_is_read_only() -> None:
    assert parsed({"asset": {"path": "/etc/passwd"}, "tempo": 90.0}) == TimelineData(tempo=90.0)


def test_an_absent_member_keeps_its_value_and_a_present_one_replaces_it_whole() -> None:
    stored = parsed({"segments": [{"start": 0, "end": 1}, {"start": 2, "end": 3}], "beats": [1.0], "tempo": 100.0})
    patch = read({"segments": [{"start": 4, "end": 5}], "tempo": None})
    assert isinstance(patch, tuple)
    merged = merge(stored, *patch)
    assert [(s.start, s.end) for s in merged.segments] == [(4.0, 5.0)]
    assert merged.tempo is None
    assert merged.beats == (1.0,)
    assert merge(None, *patch).beats == ()


def test_what_is_read_and_written_back_draws_the_same() -> None:
    """A segment without captions of its own is shown with an empty list, and draws the transcript."""
    spoken = [{"text": "said", "start": 0.0, "end": 1.0}]
    spans = [{"start": 0, "end": 1}, {"start": 1, "end": 2, "captions": []}, {"start": 2, "end": 3, "captions": spoken}]
    stored = parsed({"segments": spans, "captions": spoken})
    patch = read(view(stored))
    assert isinstance(patch, tuple)
    assert merge(stored, *patch) == stored
    moved = read({"segments": [{"start": 0, "end": 0.5, "captions": []}]})
    assert isinstance(moved, tuple)
    assert merge(stored, *moved).segments[0].captions == (), "another span is another segment"


@pytest.mark.parametrize(
    ("written", "field", "code"),
    [
        ({"segments": [{"start": 0}]}, "timeline.segments[0].end", "missing"),
        ({"segments": [{"start": math.nan, "end": 1}]}, "timeline.segments[0].start", "not_finite"),
        ({"segments": [{"start": 0, "end": math.inf}]}, "timeline.segments[0].end", "not_finite"),
        ({"segments": [{"start": "0", "end": 1}]}, "timeline.segments[0].start", "value_invalid"),
        ({"segments": [{"start": True, "end": 1}]}, "timeline.segments[0].start", "value_invalid"),
        ({"segments": [{"start": 0, "end": 1, "colour": 1}]}, "timeline.segments[0].colour", "unknown_member"),
        ({"segments": [{"start": 0, "end": 1, "effects": [{}]}]}, "timeline.segments[0].effects[0].name", "missing"),
        ({"segments": "all"}, "timeline.segments", "value_invalid"),
        ({"beats": [10**400]}, "timeline.beats[0]", "value_invalid"),
        ({"tempo": -1.0}, "timeline.tempo", "value_invalid"),
        ({"captions": [{"text": "x" * 3000, "start": 0, "end": 1}]}, "timeline.captions[0].text", "too_long"),
        ({"captions": [{"text": "x", "start": 0, "end": 1}] * 20_001}, "timeline.captions", "too_many"),
        ({"melody": []}, "timeline.melody", "unknown_member"),
        ({"look": {"caption_style": "comic"}}, "timeline.look.caption_style", "value_invalid"),
        ({"overlays": [{"start": 0, "end": 1, "x": "left"}]}, "timeline.overlays[0].x", "value_invalid"),
        ({"overlays": [{"start": 0, "end": 1, "x": [KEY] * 101}]}, "timeline.overlays[0].x", "too_many"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(written: dict[str, Any], field: str, code: str) -> None:
    assert refused(written)[field] == code


def test_of_a_value_of_several_kinds_the_innermost_mistake_is_named() -> None:
    keys = [{"at": 0, "value": 1, "ease": "slowly"}, {"at": 1, "value": "far"}]
    found = refused({"overlays": [{"start": 0, "end": 1, "x": keys}]})
    assert set(found) == {"timeline.overlays[0].x[0].ease", "timeline.overlays[0].x[1].value"}
