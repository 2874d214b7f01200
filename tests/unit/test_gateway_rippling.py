"""Layers of an edit go with what they lie on."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.chat.patch import Patched, patched
from services.gateway.domain.timeline.data import SegmentData, TimelineData, named
from services.gateway.domain.timeline.layer_data import MusicData, OverlayData, SoundData
from services.gateway.domain.timeline.playing import whole
from services.gateway.domain.timeline.rippling import rippled
from shared.contracts.chat import OPERATIONS
from shared.contracts.overlays import TextBox


def shown(*spans: tuple[float, float], **members: Any) -> TimelineData:
    return named(TimelineData(segments=tuple(SegmentData(start=a, end=b) for a, b in spans), **members))


def text(start: float, end: float) -> OverlayData:
    return OverlayData(start=start, end=end, text=TextBox(text="Hi"))


def edited(data: TimelineData, *operations: dict[str, object]) -> Patched:
    result = patched(data, OPERATIONS.validate_python(operations), 100.0, {"m": "m"})
    assert isinstance(result, Patched), result
    return result


def spans(data: TimelineData) -> list[tuple[float, float]]:
    return [(overlay.start, overlay.end) for overlay in data.overlays]


def out(start: float, end: float) -> dict[str, object]:
    return {"op": "remove_span", "start": start, "end": end}


THREE = ((0.0, 10.0), (20.0, 30.0), (40.0, 50.0))


@pytest.mark.parametrize(
    ("lay", "lies"),
    [
        ((15.0, 17.0), [(11.0, 13.0)]),  # behind the cut: earlier by what was cut
        ((1.0, 2.0), [(1.0, 2.0)]),  # before it: where it was
        ((5.0, 8.0), []),  # on nothing else: gone
        ((3.0, 12.0), [(3.0, 8.0)]),  # over it: shorter
        ((6.0, 12.0), [(5.0, 8.0)]),  # its beginning was cut
        ((3.0, 7.0), [(3.0, 5.0)]),  # its end was cut
        ((0.0, 30.0), [(0.0, 26.0)]),
        ((40.0, 45.0), [(36.0, 41.0)]),  # behind the end it stays behind the end
    ],
)
def test_a_cut_takes_what_lies_on_it_and_moves_what_lies_behind(
    lay: tuple[float, float], lies: list[tuple[float, float]]
) -> None:
    result = edited(shown(*THREE, overlays=(text(*lay),)), out(5, 9))
    assert spans(result.data) == lies
    assert ("went with it" in result.said) is (not lies)


def test_layers_go_with_a_segment_that_is_moved() -> None:
    data = shown(*THREE, overlays=(text(1, 2), text(22, 24), text(0, 30), text(8, 12)))
    result = edited(data, {"op": "move", "segment": 3, "to": 1})
    assert spans(result.data) == [(11.0, 12.0), (2.0, 4.0), (0.0, 30.0), (18.0, 22.0)]
    torn = edited(shown(*THREE, overlays=(text(8, 12),)), {"op": "move", "segment": 3, "to": 2})
    assert spans(torn.data) == [(8.0, 10.0)]


def test_layers_go_along_with_what_plays_faster() -> None:
    result = edited(
        shown(*THREE, overlays=(text(2, 6), text(12, 14))), {"op": "set_speed", "factor": 2, "segments": [1]}
    )
    assert spans(result.data) == [(1.0, 3.0), (7.0, 9.0)]


def test_sounds_and_music_too() -> None:
    sounds = (
        SoundData(name="ding", at=15.0), SoundData(name="pop", at=6.0),
        SoundData(name="voice", asset_id="m", at=6.0, duration=8.0, from_time=1.0),
    )  # fmt: skip
    music = (MusicData(asset_id="m"), MusicData(asset_id="m", start=7.0), MusicData(asset_id="m", start=20.0))
    result = edited(shown(*THREE, sounds=sounds, music=music), out(5, 9))
    assert [(s.name, s.at) for s in result.data.sounds] == [("ding", 11.0), ("voice", 5.0)]
    assert (result.data.sounds[1].from_time, result.data.sounds[1].duration) == (4.0, 5.0)
    assert [m.start for m in result.data.music] == [0.0, 5.0, 16.0]
    assert "gain_db" not in result.data.music[1].model_fields_set


def test_splitting_moves_nothing_and_what_is_shown_twice_is_told_apart() -> None:
    lay = (text(2, 3), text(12, 13), text(9, 11))
    assert edited(shown(*THREE, overlays=lay), {"op": "split", "segment": 1, "at": 4}).data.overlays == lay
    twice = shown((0.0, 10.0), (0.0, 10.0), overlays=(text(2, 3), text(12, 13)))
    assert spans(edited(twice, {"op": "remove_segments", "segments": [1]}).data) == [(2.0, 3.0)]
    assert spans(edited(twice, {"op": "reorder", "order": [2, 1]}).data) == [(12.0, 13.0), (2.0, 3.0)]


def test_thousands_of_segments_are_gone_through_at_once() -> None:
    before = shown(*((i / 10, i / 10 + 0.5) for i in range(2000)), overlays=tuple(text(i, i + 3) for i in range(200)))
    after = before.model_copy(update={"segments": before.segments[1:]})
    began = time.process_time()
    rippled(before, after)
    assert time.process_time() - began < 10


CUTS = st.lists(st.tuples(st.floats(0, 29), st.floats(0.5, 10)), min_size=1, max_size=3)
LAYERS = st.lists(st.tuples(st.floats(0, 29), st.floats(0.1, 40)), min_size=1, max_size=4)


@given(CUTS, LAYERS)
def test_no_layer_is_longer_than_it_was_or_lies_before_the_edit(
    cuts: list[tuple[float, float]], layers: list[tuple[float, float]]
) -> None:
    data = shown(*THREE, overlays=tuple(text(at, at + length) for at, length in layers))
    done = patched(data, OPERATIONS.validate_python([out(a, a + b) for a, b in cuts]), 100.0, {})
    if isinstance(done, Patched):
        most = max(length for _, length in layers)
        assert all(0 <= start < end for start, end in spans(done.data))
        assert all(end - start <= most + 0.01 for start, end in spans(done.data))
        whole_ones = [s for s in spans(done.data) if s == (0.0, whole(done.data.segments))]
        assert len(whole_ones) <= len(layers)
