"""Overlays, music, split screens, stills: from what people write to the edit model."""

from __future__ import annotations

from typing import Any

import pytest

from services.gateway.domain.timeline.compile import compile_timeline, retime
from services.gateway.domain.timeline.data import TimelineData, read, view
from services.gateway.domain.timeline.laying import marked
from services.gateway.domain.timeline.rules import references, violations
from shared.contracts.blob import BlobRef
from shared.contracts.easing import Keyframe
from shared.contracts.layout import violations as broken_invariants
from shared.contracts.media import AudioStream, MediaInfo, VideoStream
from shared.contracts.timeline import Overlay, Source

FILM = VideoStream(
    index=0, codec="h264", width=640, height=360, coded_width=640, coded_height=360, frame_rate="25/1",
    time_base="1/12800", duration=10,
)  # fmt: skip
SOUND = AudioStream(index=1, codec="aac", sample_rate=48000, channels=2, duration=10)
MEDIA = {
    "a": MediaInfo(kind="video", container="mp4", duration=10, size=1, video=FILM, audio=SOUND),
    "b": MediaInfo(kind="video", container="mp4", duration=2, size=1, video=FILM),
    "logo": MediaInfo(kind="image", container="png_pipe", duration=0, size=1, video=FILM),
    "song": MediaInfo(kind="audio", container="mp3", duration=30, size=1, audio=SOUND),
}
OWNED = {name: name for name in MEDIA}
FOREIGN = "media_reference_invalid"


def data_of(**members: Any) -> TimelineData:
    parsed = read({"segments": [{"start": 1.0, "end": 4.0}, {"start": 6.0, "end": 8.0}], **members})
    assert isinstance(parsed, tuple), parsed
    return parsed[0]


def compiled(data: TimelineData, rate: str = "25/1") -> Any:
    assert violations(data, 10.0, OWNED, MEDIA) == []
    sources = {
        name: Source(blob=BlobRef(key=name, sha256="0" * 64, size=1, content_type="x/y"), media=info)
        for name, info in MEDIA.items()
    }
    timeline = compile_timeline(data, "a", sources, OWNED, rate)
    assert broken_invariants(timeline) == []
    return timeline


def keys_of(overlay: Overlay) -> tuple[Keyframe, ...]:
    assert isinstance(overlay.x, tuple)
    return overlay.x


OVERLAYS: list[dict[str, Any]] = [
    {"text": {"text": "Hello"}, "start": 0.5, "end": 2.0, "x": [{"at": 0.0, "value": 0.1}, {"at": 1.0, "value": 0.9}]},
    {"asset_id": "logo", "start": 0.0, "end": 99.0, "x": 0.9, "y": 0.1, "width": 0.1, "opacity": 0.5},
    {"asset_id": "b", "start": 1.0, "end": 5.0, "from_time": 0.5, "width": 0.3, "chroma_key": "#00ff00"},
    {"shape": {"kind": "arrow"}, "start": 1.0, "end": 2.0, "width": 0.2, "height": 0.1},
]  # fmt: skip


def test_overlays_lie_on_the_grid_and_are_cut_to_the_edit() -> None:
    timeline = compiled(data_of(overlays=OVERLAYS))
    text, logo, film, shape = timeline.overlays
    assert (text.start, text.frames, [key.frame for key in keys_of(text)]) == (12, 38, [0, 25])
    assert (logo.start, logo.frames, logo.clip.frames) == (0, 125, 125)
    assert (film.clip.frames, float(film.clip.source_end)) == (38, 2.0), "the film ends before its overlay does"
    assert [effect.name for effect in film.clip.effects] == ["chroma_key"] and shape.shape.kind == "arrow"
    finer = retime(timeline, "50/1")
    assert (
        broken_invariants(finer) == [] and finer.overlays[0].start == 24 and keys_of(finer.overlays[0])[1].frame == 50
    )


def test_music_and_sounds_are_laid_under_the_edit() -> None:
    segments = [
        {"start": 0.0, "end": 2.0},
        {"start": 4.0, "end": 6.0, "sounds": [{"name": "ding", "at": 0.5}, {"name": "pop"}]},
    ]
    voice = {"name": "voice over", "asset_id": "song", "at": 1.0, "track": "voice", "from_time": 3.0}
    timeline = compiled(data_of(segments=segments, music=[{"asset_id": "song", "gain_db": -9.0}], sounds=[voice]))
    spoken, ding, pop, music = timeline.sounds
    assert (spoken.track, spoken.at, spoken.start) == ("voice", 25, 3.0)
    assert (ding.at, pop.at) == (62, 50)
    assert (music.source, music.gain_db, music.loop, music.duck_db) == ("song", -9.0, True, 10.0)


def test_sounds_follow_the_beats_through_slow_motion() -> None:
    sounds = [{"name": "click", "on": "beats", "every": 2}]
    segment = {"start": 1.0, "end": 4.0, "beats": [1.5, 2.0, 2.5, 3.0], "sounds": sounds, "effects": ["slowmo"]}
    timeline = compiled(data_of(segments=[{"start": 0.0, "end": 1.0}, segment]))
    assert [sound.at for sound in timeline.sounds] == [25 + 25, 25 + 75]


def test_a_watermark_lies_over_everything_to_the_end() -> None:
    timeline = compiled(data_of(overlays=OVERLAYS))
    source = Source(blob=BlobRef(key="w", sha256="1" * 64, size=1, content_type="image/png"), media=MEDIA["logo"])
    made = marked(timeline, "w", source)
    assert broken_invariants(made) == []
    assert (made.overlays[-1].start, made.overlays[-1].frames) == (0, made.frames) and made.sources["w"] == source


def test_a_still_picture_lasts_as_long_as_it_is_wanted_and_a_screen_is_split() -> None:
    segments = [
        {"start": 0.0, "end": 3.0, "asset_id": "logo", "effects": ["ken_burns"]},
        {"start": 0.0, "end": 1.5, "split": [{"asset_id": "b"}, {"asset_id": "logo"}]},
    ]
    timeline = compiled(data_of(segments=segments))
    assert [clip.source for clip in timeline.video] == ["logo", "a"] and timeline.video[0].frames == 75
    assert [(o.clip.source, round(o.x, 3), o.start) for o in timeline.overlays] == [
        ("a", 0.167, 75), ("b", 0.5, 75), ("logo", 0.833, 75),
    ]  # fmt: skip


def test_what_was_written_is_shown_again_and_nothing_else() -> None:
    data = data_of(overlays=OVERLAYS, music=[{"asset_id": "song"}])
    shown = view(data)
    overlays = shown["overlays"]
    assert isinstance(overlays, list) and [set(o) for o in overlays] == [set(o) for o in OVERLAYS]
    assert overlays[1:3] == OVERLAYS[1:3] and shown["music"] == [{"asset_id": "song"}]
    again = read(shown)
    assert isinstance(again, tuple) and view(again[0]) == shown
    assert {"overlays", "sounds", "music", "look"} & set(view(data_of())) == set()
    assert references(data) == {"logo", "b", "song"}


@pytest.mark.parametrize(
    ("members", "field", "code"),
    [
        ({"overlays": [{"start": 0.0, "end": 1.0}]}, "overlays[0]", "overlay_content"),
        ({"overlays": [{"start": 1.0, "end": 1.0, "text": {"text": "x"}}]}, "overlays[0].end", "end_before_start"),
        ({"overlays": [{"start": 0.0, "end": 1.0, "asset_id": "z"}]}, "overlays[0].asset_id", FOREIGN),
        ({"overlays": [{"start": 0.0, "end": 1.0, "path": "/etc/passwd"}]}, "overlays[0].path", FOREIGN),
        ({"overlays": [{"start": 0.0, "end": 1.0, "asset_id": "song"}]}, "overlays[0]", "media_kind_wrong"),
        ({"overlays": [{"start": 0.0, "end": 1.0, "shape": {}, "width": 1.0, "height": 1.0, "x": 9.0}]},
         "overlays[0].x", "parameter_range"),
        ({"overlays": [{"start": 0.0, "end": 1.0, "shape": {}}]}, "overlays[0].width", "overlay_size"),
        ({"overlays": [{"start": 0.0, "end": 1.0, "asset_id": "logo"}] * 51}, "overlays", "overlays_at_once"),
        ({"music": [{"asset_id": "logo"}]}, "music[0]", "media_kind_wrong"),
        ({"music": [{"asset_id": "song", "start": 30.0}]}, "music[0].start", "outside_media"),
        ({"overlays": [{"start": 0.0, "end": 1.0, "asset_id": "b", "from_time": 2.0}]},
         "overlays[0].from_time", "outside_media"),
        ({"sounds": [{"name": "x", "asset_id": "song", "from_time": 99.0}]}, "sounds[0].from_time", "outside_media"),
        ({"segments": [{"start": 0.0, "end": 1.0, "split": [{"asset_id": "b", "from_time": 5.0}]}]},
         "segments[0].split[0].from_time", "outside_media"),
        ({"music": [{}]}, "music[0]", "media_missing"),
        ({"sounds": [{"name": "boom"}]}, "sounds[0].name", "sfx_unknown"),
        ({"segments": [{"start": 0.0, "end": 1.0, "asset_id": "z"}]}, "segments[0].asset_id", FOREIGN),
        ({"segments": [{"start": 0.0, "end": 3.0, "asset_id": "b"}]}, "segments[0].end", "outside_media"),
        ({"segments": [{"start": 0.0, "end": 1.0, "split": [{}]}]}, "segments[0].split[0]", "media_missing"),
    ],
)  # fmt: skip
def test_what_breaks_a_rule_is_named(members: dict[str, Any], field: str, code: str) -> None:
    found = {v.field: v.code for v in violations(data_of(**members), 10.0, OWNED, MEDIA)}
    assert found == {f"timeline.{field}": code}


def test_pictures_one_after_the_other_are_as_many_as_are_wanted() -> None:
    laid = [{"start": i / 100, "end": (i + 40) / 100, "asset_id": "logo"} for i in range(150)]
    timeline = compiled(data_of(overlays=laid))
    assert len(timeline.overlays) == 150
    crowd = timeline.model_copy(
        update={"overlays": tuple(o.model_copy(update={"start": 0}) for o in timeline.overlays)}
    )
    assert [v.code for v in broken_invariants(crowd)] == ["overlays_at_once"]
