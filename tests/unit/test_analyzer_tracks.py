"""Faces over time: stable ids, gaps bridged, flickers dropped, tracks ended at cuts; and what draws the eye."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from services.analyzer.domain.faces import around, boxes, grid_size, placed, stir
from services.analyzer.domain.looks import Box, Look
from services.analyzer.domain.salience import focus, focus_points
from services.analyzer.domain.tracks import face_tracks


def box(x: float, y: float = 0.3, score: float = 0.9, size: float = 0.1) -> Box:
    return Box(x=x, y=y, width=size, height=size * 1.3, score=score)


def looks(*seen: tuple[Box, ...]) -> list[Look]:
    """One look every 0.4 s."""
    return [Look(time=round(0.4 * n, 3), faces=found) for n, found in enumerate(seen)]


def test_two_who_pass_each_other_keep_their_ids() -> None:
    ways = [(box(0.1 + 0.05 * n), box(0.8 - 0.05 * n, y=0.45)) for n in range(15)]
    swapped = [found if n % 2 else found[::-1] for n, found in enumerate(ways)]
    one, other = face_tracks(looks(*swapped), [])
    assert [(t.id, t.boxes[0].x, t.boxes[-1].x) for t in (one, other)] == [("f1", 0.1, 0.8), ("f2", 0.8, 0.1)]


def test_a_short_gap_is_bridged_and_a_long_one_is_not() -> None:
    here, gone = (box(0.4),), ()
    assert len(face_tracks(looks(*[here] * 5, gone, gone, *[here] * 5), [])) == 1
    assert len(face_tracks(looks(*[here] * 5, *[gone] * 4, *[here] * 5), [])) == 2


def test_flickers_and_doubtful_faces_are_dropped() -> None:
    assert face_tracks(looks((), (box(0.4),), (), (), (), ()), []) == ()
    assert face_tracks(looks(*[(box(0.4, score=0.5),)] * 9), []) == ()
    assert len(face_tracks(looks(*[(box(0.4, score=0.5 if n else 0.7),) for n in range(9)]), [])) == 1


def test_a_cut_ends_a_track_also_where_the_next_face_is_in_the_same_place() -> None:
    first, second = face_tracks(looks(*[(box(0.4),)] * 10), [2.0])
    assert (first.boxes[-1].time, second.boxes[0].time) == (1.6, 2.0)


def test_what_stands_still_needs_few_boxes_and_no_two_are_far_apart() -> None:
    (track,) = face_tracks(looks(*[(box(0.4),)] * 50), [])
    times = [b.time for b in track.boxes]
    assert len(times) < 20
    assert max(np.diff(times)) <= 2.01


def _head(shift: tuple[int, int], mouth: int) -> np.ndarray:
    """A face of 60x80 pixels with a texture, moved about; its mouth is a dark bar of that many rows."""
    texture = np.random.default_rng(4).uniform(90, 200, (24, 16)).repeat(6, 0).repeat(6, 1).astype(np.float32)
    texture[84 : 84 + mouth, 36:60] = 30
    return np.roll(texture, shift, (0, 1))


HEAD = Box(x=0.2, y=0.2, width=0.6, height=0.6, score=0.9)


@pytest.mark.parametrize("shift", [(0, 0), (3, -4), (-7, 6)])
def test_a_mouth_that_moves_stirs_also_in_a_head_that_moves_and_a_head_alone_does_not(shift: tuple[int, int]) -> None:
    assert stir(_head((0, 0), 2), _head(shift, 10), HEAD) > 2.0
    assert stir(_head((0, 0), 4), _head(shift, 4), HEAD) < 0.4


def test_what_is_no_longer_compared_is_unknown() -> None:
    tiny = Box(x=0.4, y=0.4, width=0.03, height=0.03, score=0.9)
    assert stir(_head((0, 0), 2), _head((0, 0), 10), tiny) == 0.0


def _talks(*stirs: float) -> list[Look]:
    return looks(*[(replace(box(0.4), stir=value),) for value in stirs])


def test_a_face_talks_while_its_mouth_stirs_and_boxes_are_kept_where_that_changes() -> None:
    (track,) = face_tracks(_talks(*[0.1] * 10, *[3.0] * 10, *[0.1] * 10), [])
    told = {b.time: b.talking for b in track.boxes}
    at = [float(np.interp(time, list(told), list(told.values()))) for time in (2.0, 6.0, 10.0)]
    assert at[0] < 0.1 and at[1] > 0.9 and at[2] < 0.1


def test_what_a_new_face_differs_from_is_another_picture() -> None:
    first, second = face_tracks(_talks(*[0.1] * 5, 9.0, *[0.1] * 5), [2.0])
    assert max(b.talking for b in (*first.boxes, *second.boxes)) == 0.0


def test_the_maps_of_the_detector_become_boxes() -> None:
    heat = np.zeros((64, 112), np.float32)
    heat[20, 30], heat[20, 31], heat[50, 90] = 0.9, 0.8, 0.6
    size = np.full((2, 64, 112), np.log(10), np.float32)
    found = boxes(heat, size, np.zeros_like(size))
    assert [(round(b.middle[0] * 112, 1), round(b.middle[1] * 64, 1), b.score) for b in found] == [
        (30.5, 20.5, 0.9),
        (90.5, 50.5, 0.6),
    ]
    assert grid_size(1920, 1080, 512) == (512, 288)


def test_the_eye_follows_what_moves_on_its_own() -> None:
    random = np.random.default_rng(2)
    ground = random.normal(120, 6, (36, 64)).astype(np.float32)

    def at(x: int) -> np.ndarray:
        frame = ground.copy()
        frame[14:22, x : x + 8] = 230
        return frame

    found = focus(at(48), at(46))
    assert found is not None
    assert abs(found[0] - 52 / 64) < 0.08 and abs(found[1] - 0.5) < 0.12 and found[2] > 0.5
    assert focus(np.full((36, 64), 90, np.float32), None) is None


def test_a_flicker_of_the_focus_moves_nothing_and_a_cut_does_at_once() -> None:
    places = [0.2] * 5 + [0.9] + [0.2] * 4 + [0.8] * 10
    seen = [Look(time=round(0.4 * n, 3), focus=(x, 0.5, 0.7)) for n, x in enumerate(places)]
    points = focus_points(seen, [4.0])
    assert [p.x for p in points] == [0.2] * 10 + [0.8] * 10


def test_what_is_looked_at_around_known_faces_holds_them_and_lies_on_the_grid() -> None:
    known = (
        Box(x=0.5, y=0.4, width=0.1, height=0.2, score=0.9),
        Box(x=0.9, y=-0.05, width=0.15, height=0.2, score=0.9),
    )
    left, top, right, bottom = around(known, 512, 288)
    assert all(edge % 32 == 0 for edge in (left, top, right, bottom))
    assert (top, right) == (0, 512)
    assert left <= 0.4 * 512
    assert bottom >= 0.8 * 288


def test_a_box_of_a_cut_out_is_put_back_in_its_place() -> None:
    whole = placed(Box(x=0.5, y=0.25, width=0.5, height=0.5, score=0.9), (0.25, 0.5, 0.5, 0.5))
    assert (whole.x, whole.y, whole.width, whole.height, whole.score) == (0.5, 0.625, 0.25, 0.25, 0.9)
