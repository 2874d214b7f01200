"""Laying clips on a grid, and what a timeline must keep."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from shared.contracts.blob import BlobRef
from shared.contracts.layout import lay_out, starts, violations
from shared.contracts.speech import Caption
from shared.contracts.time import sample_at, to_ticks
from shared.contracts.timeline import Clip, SoundClip, Source, Timeline, Transition
from tests.unit.planner_material import material

BLOB = BlobRef(key="media/one", sha256="", size=1, content_type="video/mp4")


def clip(start: int, end: int, **more: object) -> Clip:
    values = {"id": f"{start}-{end}", "name": "", "source": "one", "time_base": "1/1000", "frames": 1}
    return Clip.model_validate({**values, "start": start, "end": end, **more})


def timeline(*clips: Clip, sounds: tuple[SoundClip, ...] = ()) -> Timeline:
    media = material(duration=10.0).analysis.media
    return Timeline(rate="25/1", sources={"one": Source(blob=BLOB, media=media)}, video=clips, sounds=sounds)


def codes(made: Timeline) -> list[tuple[str, str]]:
    return [(v.field, v.code) for v in violations(made)]


def test_rounding_never_adds_up() -> None:
    laid = lay_out([clip(i * 333, (i + 1) * 333) for i in range(1000)], "30000/1001")
    exact = Fraction(333) * Fraction(30000, 1001)
    assert abs(sum(c.frames for c in laid) - exact) <= Fraction(1, 2)
    assert {c.frames for c in laid} == {9, 10}


def test_half_speed_is_twice_as_long() -> None:
    (laid,) = lay_out([clip(0, 1000, speed="1/2")], "25/1")
    assert laid.frames == 50


def test_a_clip_shorter_than_a_frame_gets_one() -> None:
    assert [c.frames for c in lay_out([clip(0, 1), clip(1, 2)], "25/1")] == [1, 1]


def test_a_transition_overlaps_the_clip_before() -> None:
    laid = lay_out([clip(0, 1000), clip(1000, 2000, transition_in=Transition(kind="dissolve", frames=5))], "25/1")
    assert starts(laid) == [0, 20]
    assert timeline(*laid).frames == 45


def test_a_sound_timeline_keeps_every_invariant() -> None:
    assert codes(timeline(*lay_out([clip(0, 4000), clip(4000, 10000)], "25/1"))) == []


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        ([], ("video", "timeline_empty")),
        ([clip(0, 1000, source="two")], ("video[0].source", "source_unknown")),
        ([clip(-1, 1000)], ("video[0].start", "outside_source")),
        ([clip(1000, 1000)], ("video[0].end", "end_before_start")),
        ([clip(9000, 10002)], ("video[0].end", "outside_source")),
        (
            [clip(0, 1000, transition_in=Transition(kind="dissolve", frames=1))],
            ("video[0].transition_in", "transition_alone"),
        ),
        (
            [clip(0, 40), clip(40, 2000, transition_in=Transition(kind="dissolve", frames=5))],
            ("video[1].transition_in", "transition_too_long"),
        ),
    ],
)
def test_each_broken_invariant_is_named(broken: list[Clip], expected: tuple[str, str]) -> None:
    assert expected in codes(timeline(*lay_out(broken, "25/1")))


@pytest.mark.parametrize("wrong", [{"duration": math.nan}, {"duration": math.inf}, {"width": 0}])
def test_media_with_which_nothing_can_be_reckoned_are_named(wrong: dict[str, float]) -> None:
    made = timeline(*lay_out([clip(0, 1000)], "25/1"))
    media = made.sources["one"].media
    assert media.video is not None
    video = media.video.model_copy(update=wrong)
    changed = media.model_copy(update={"video": video})
    made = made.model_copy(update={"sources": {"one": made.sources["one"].model_copy(update={"media": changed})}})
    assert codes(made) in ([("sources.one.media", "not_finite")], [("sources.one.media.video", "value_invalid")])


@pytest.mark.parametrize(("start", "end"), [(math.nan, 1.0), (0.0, math.inf), (-math.inf, 0.5)])
def test_a_caption_at_no_time_is_named(start: float, end: float) -> None:
    said = Caption.model_construct(text="when?", start=start, end=end, words=())
    made = timeline(*lay_out([clip(0, 1000, captions=(said,))], "25/1"))
    assert codes(made) == [("video[0].captions[0]", "not_finite")]


def test_sounds_lie_on_the_edit() -> None:
    late = SoundClip(id="s", name="pop", at=25)
    alien = SoundClip(id="t", name="song", at=0, source="two")
    made = timeline(*lay_out([clip(0, 1000)], "25/1"), sounds=(late, alien))
    assert codes(made) == [("sounds[0].at", "sound_outside"), ("sounds[1].source", "source_unknown")]


def test_cuts_lie_on_samples_without_drift() -> None:
    assert sample_at(30000, "30000/1001", 48000) == 1001 * 48000
    assert to_ticks(1.001, "1/30000") == 30030
