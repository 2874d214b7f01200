"""What a written timeline must keep."""

from __future__ import annotations

from typing import Any

import pytest

from services.gateway.domain.timeline.data import read
from services.gateway.domain.timeline.rules import references, violations

OWNED = {"ingest/a/a.mp4": "a", "a": "a", "/media/ingest/a/a.mp4?exp=1&sig=x": "a", "b": "b"}


BACK = {"text": "x", "start": 1, "end": 2, "words": [{"text": "x", "start": 2, "end": 1}]}
LONG = {"text": "x", "start": 1, "end": 99}
REFERENCE = "media_reference_invalid"


def broken(written: dict[str, Any], duration: float = 10.0) -> dict[str, str]:
    result = read(written)
    assert isinstance(result, tuple), result
    return {violation.field: violation.code for violation in violations(result[0], duration, OWNED)}


def segment(**members: Any) -> dict[str, Any]:
    return {"segments": [{"start": 1.0, "end": 2.0, **members}]}


def test_spans_inside_the_media_may_overlap_repeat_and_run_backwards() -> None:
    spans = [(8, 10.0005), (0, 3), (0, 3), (2, 4)]
    assert broken({"segments": [{"start": a, "end": b} for a, b in spans]}) == {}


@pytest.mark.parametrize(
    ("written", "field", "code"),
    [
        (segment(start=-0.1), "timeline.segments[0].start", "outside_media"),
        (segment(start=11.0, end=12.0), "timeline.segments[0].start", "outside_media"),
        (segment(end=10.1), "timeline.segments[0].end", "outside_media"),
        (segment(end=1.0), "timeline.segments[0].end", "end_before_start"),
        (segment(end=0.5), "timeline.segments[0].end", "end_before_start"),
        (segment(beats=[11.0]), "timeline.segments[0].beats[0]", "outside_media"),
        (segment(captions=[LONG]), "timeline.segments[0].captions[0].end", "outside_media"),
        (segment(captions=[BACK]), "timeline.segments[0].captions[0].words[0].end", "end_before_start"),
        (segment(effects=["explode"]), "timeline.segments[0].effects[0]", "effect_unknown"),
        (segment(effects=[{"name": "zoom", "spin": 1}]), "timeline.segments[0].effects[0].spin", "parameter_unknown"),
        (segment(effects=[{"name": "zoom", "to": 9}]), "timeline.segments[0].effects[0].to", "parameter_range"),
        (segment(sfx={"name": "boom"}), "timeline.segments[0].sfx.name", "sfx_unknown"),
        (segment(sfx={"name": "x", "path": "/etc/passwd"}), "timeline.segments[0].sfx.path", REFERENCE),
        (segment(sfx={"name": "x", "url": "http://evil/"}), "timeline.segments[0].sfx.url", REFERENCE),
        (segment(sfx={"name": "x", "asset_id": "z"}), "timeline.segments[0].sfx.asset_id", REFERENCE),
        (segment(sfx={"name": "x", "asset_id": "b", "path": "a"}), "timeline.segments[0].sfx", REFERENCE),
        (segment(transition={"duration": 0.5}), "timeline.segments[0].transition", "transition_alone"),
        ({"captions": [{"text": "x", "start": -1, "end": 1}]}, "timeline.captions[0].start", "outside_media"),
        ({"beats": [-1.0]}, "timeline.beats[0]", "outside_media"),
    ],
)  # fmt: skip
def test_what_breaks_a_rule_is_named(written: dict[str, Any], field: str, code: str) -> None:
    assert broken(written)[field] == code


def test_a_sound_may_be_built_in_or_of_an_own_asset_named_in_several_ways() -> None:
    link = "/media/ingest/a/a.mp4?exp=1&sig=x"
    for sfx in ({"name": "pop"}, {"name": "x", "asset_id": "a"}, {"name": "x", "path": "a", "url": link}):
        assert broken(segment(sfx=sfx)) == {}
    result = read(segment(sfx={"name": "x", "path": "a", "url": link}))
    assert isinstance(result, tuple)
    assert references(result[0]) == {"a", link}
