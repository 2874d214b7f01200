"""What the formats say, what they cannot say, and what hostile files do not do."""

from __future__ import annotations

import json
from fractions import Fraction
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.planner.domain.cutlist import cut_list, named
from services.planner.tools.interchange.reading import read
from services.planner.tools.interchange.text_out import captions_of, chapters
from services.planner.tools.interchange.writing import export
from shared.contracts.interchange import EXPORTS
from shared.contracts.media import Span
from shared.contracts.plan import Dropped
from shared.contracts.timeline import SoundClip, Timeline
from shared.errors import BadRequest
from shared.timecode import frame_of, rate_near, timecode
from tests.unit.interchange_material import ZOOM, clip, source, spoken, timeline

FILM = source("film.mp4", "25/1")
NTSC = Fraction(30000, 1001)


def rich() -> Timeline:
    made = timeline(
        "25/1", {"a": FILM},
        clip(FILM, "a", 100, 50, effects=(ZOOM,), captions=(spoken(4.0),)),
        clip(FILM, "a", 500, 50, number=2, overlap=10, speed="1/2"),
    )  # fmt: skip
    return made.model_copy(update={"sounds": (SoundClip(id="s", name="whoosh", at=20),)})


def codes(made: Timeline, form: str, **how: object) -> set[str]:
    return {loss.code for loss in export(made, form, **how)[1]}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("frame", "text"),
    [(0, "00:00:00;00"), (1799, "00:00:59;29"), (1800, "00:01:00;02"), (17981, "00:09:59;29"), (17982, "00:10:00;00")],
)
def test_drop_frame_leaves_out_two_numbers_a_minute_but_each_tenth(frame: int, text: str) -> None:
    assert timecode(frame, NTSC, drop=True) == text
    assert frame_of(text, NTSC, drop=True) == frame


def test_drop_frame_keeps_step_with_the_clock() -> None:
    assert timecode(round(3600 * NTSC), NTSC, drop=True) == "01:00:00;00"
    assert timecode(round(3600 * 2 * NTSC), 2 * NTSC, drop=True) == "01:00:00;00"
    assert timecode(round(3600 * NTSC), NTSC, drop=False) == "00:59:56:12"


@given(st.integers(0, 2_500_000), st.sampled_from([NTSC, 2 * NTSC]))
@settings(max_examples=300, deadline=None)
def test_drop_frame_timecode_names_every_frame_once(frame: int, rate: Fraction) -> None:
    assert frame_of(timecode(frame, rate, drop=True), rate, drop=True) == frame


@pytest.mark.parametrize("bad", ["", "00:00:00", "00:61:00:00", "00:00:00:30", "aa:00:00:00", "00:00:00:000000"])
def test_what_is_no_timecode_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="timecode"):
        frame_of(bad, NTSC, drop=True)


def test_rates_as_people_write_them() -> None:
    assert [rate_near(f) for f in (23.98, 23.976, 29.97, 59.94, 25.0, 12.5)] == [
        Fraction(24000, 1001), Fraction(24000, 1001), NTSC, 2 * NTSC, 25, Fraction(25, 2),
    ]  # fmt: skip


def test_every_format_names_what_it_cannot_carry() -> None:
    made = rich()
    assert codes(made, "json") == set()
    assert codes(made, "otio") == {"private_metadata", "built_in_sounds"}
    assert codes(made, "fcpxml") == codes(made, "fcp7xml") == codes(made, "edl") == {"effects", "captions", "sounds"}
    assert codes(made, "kdenlive") == {"effects", "captions", "sounds", "speed", "transitions"}
    assert codes(made, "srt") == {"pictures"}
    assert all(loss.message for form in EXPORTS for loss in export(made, form)[1])


def test_other_kinds_of_transition_are_kept_where_there_is_room_and_else_named() -> None:
    wiped = clip(FILM, "a", 500, 50, number=2, overlap=10, kind="wipe_left")
    made = timeline("25/1", {"a": FILM}, clip(FILM, "a", 100, 50), wiped)
    for form in ("otio", "json"):
        assert read(export(made, form)[0].encode()).clips[1].transition == "wipe_left"  # type: ignore[arg-type]
    assert "transition_kinds" not in codes(made, "json") | codes(made, "kdenlive")
    for form in ("edl", "fcpxml", "fcp7xml"):
        assert "transition_kinds" in codes(made, form)


def test_references_are_names_and_never_paths() -> None:
    film = source("/home/me/secret/film.mp4", "25/1")
    made = timeline("25/1", {"a": film}, clip(film, "a", 0, 50))
    for form in EXPORTS:
        text = export(made, form)[0] if form != "json" else ""
        assert "secret" not in text and "/home" not in text and "ingest/" not in text
    assert named(source("..\\..\\a\x00b<c>.mp4", "25/1"), "k") == "a_b_c_.mp4"
    assert named(source("", "25/1"), "k") == "k.mp4"


def test_two_media_of_one_name_are_told_apart() -> None:
    other = source("film.mp4", "25/1", digest="b")
    made = timeline("25/1", {"a": FILM, "b": other}, clip(FILM, "a", 0, 50), clip(other, "b", 0, 50, number=2))
    names = [c.medium.name for c in cut_list(made, "", "edit").cuts]
    assert names[0] == "film.mp4" and names[1].startswith("film-bbbbbbbb") and names[1].endswith(".mp4")


def test_slices_keep_the_whole_source_cut_at_the_edit_points() -> None:
    made = timeline("25/1", {"a": FILM}, clip(FILM, "a", 500, 50), clip(FILM, "a", 100, 50, number=2))
    dropped = [Dropped(source="a", start=6.0, end=20.0, reason="silence")]
    cuts = cut_list(made, "", "slices", dropped).cuts
    assert [(round(c.start * 25), c.frames, c.enabled) for c in cuts] == [
        (0, 100, False), (100, 50, True), (150, 350, False), (500, 50, True), (550, 39450, False),
    ]  # fmt: skip
    assert [c.note for c in cuts] == ["left out", "", "silence", "", "left out"]
    text, losses = export(made, "fcpxml", mode="slices", dropped=dropped)
    assert text.count('enabled="0"') == 3 and losses == ()
    assert codes(made, "edl", mode="slices") == {"disabled"}
    assert [c.frames for c in read(export(made, "otio", mode="slices")[0].encode()).clips] == [50, 50]


def test_mark_silence_leaves_the_source_uncut() -> None:
    made = timeline("25/1", {"a": FILM}, clip(FILM, "a", 500, 50))
    silences = {"a": [Span(start=2.0, end=3.0), Span(start=10.0, end=10.5)]}
    cuts = cut_list(made, "", "mark_silence", (), silences)
    assert [(c.frames, c.enabled) for c in cuts.cuts] == [(40_000, True)]
    assert [(m.at, m.frames) for m in cuts.marks] == [(50, 25), (250, 12)]
    for form in ("otio", "fcpxml", "fcp7xml", "edl", "kdenlive"):
        text, losses = export(made, form, mode="mark_silence", silences=silences)  # type: ignore[arg-type]
        assert text.count("silence") >= 2 and losses == ()


def test_captions_are_moved_through_cuts_and_speeds() -> None:
    made = timeline(
        "25/1", {"a": FILM},
        clip(FILM, "a", 100, 50, captions=(spoken(4.5),)),
        clip(FILM, "a", 500, 100, number=2, speed="1/2", captions=(spoken(20.5),)),
    )  # fmt: skip
    assert [(c.start, c.end) for c in captions_of(made)] == [(0.5, 1.5), (3.0, 5.0)]
    assert [w.end for w in captions_of(made)[1].words] == [3.8, 5.0]
    assert "00:00:03,000 --> 00:00:05,000" in export(made, "srt")[0]


def test_chapters_begin_at_zero_and_are_long_enough() -> None:
    names = ("Intro", "Too soon", "The engine", "The end")
    lengths = (200, 100, 500, 500)
    clips = [clip(FILM, "a", 600 * n, frames, number=n, name=names[n]) for n, frames in enumerate(lengths)]
    assert chapters(timeline("25/1", {"a": FILM}, *clips)) == "0:00 Intro\n0:12 The engine\n0:32 The end\n"


def test_kdenlive_files_add_up() -> None:
    root = ElementTree.fromstring(export(rich(), "kdenlive")[0])
    entries = root.findall("playlist[@id='playlist2']/entry")
    assert [(e.get("in"), e.get("out")) for e in entries] == [("100", "139"), ("500", "549")]
    assert root.find("profile").attrib["frame_rate_num"] == "25"  # type: ignore[union-attr]


BOMB = b"""<?xml version="1.0"?><!DOCTYPE xmeml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<xmeml version="5"><sequence><name>&b;</name></sequence></xmeml>"""
FILES = b"""<?xml version="1.0"?><!DOCTYPE xmeml [<!ENTITY a SYSTEM "file:///etc/passwd">]>
<xmeml version="5"><sequence><name>&a;</name></sequence></xmeml>"""
HOSTILE = {
    "bomb": BOMB,
    "files": FILES,
    "parameter entities": BOMB.replace(b'ENTITY a "aaaaaaaaaa"', b'ENTITY % a SYSTEM "http://127.0.0.1/x"'),
    "cut off": b"<?xml version='1.0'?><fcpxml version='1.9'><resources>",
    "no sequence": b"<fcpxml version='1.9'/>",
    "zero": b"<fcpxml><sequence><spine><asset-clip duration='1/0s'/></spine></sequence></fcpxml>",
    "long number": b"<fcpxml><sequence><spine><asset-clip duration='"
    + b"9" * 400
    + b"s'/></spine></sequence></fcpxml>",
    "no otio": b'{"OTIO_SCHEMA": "Timeline.1", "tracks": 3}',
    "unknown schema": b'{"OTIO_SCHEMA": "Shell.1", "command": "true"}',
    "not a number": b'{"OTIO_SCHEMA": "RationalTime.1", "rate": NaN, "value": 1}',
    "ours, broken": b'{"rate": "25/1", "sources": {}, "video": [{"id": 1}]}',
    "edl without events": b"TITLE: nothing\r\nFCM: DROP FRAME\r\n",
    "edl with a bad timecode": b"TITLE: x\n001 AX V C 00:99:00:00 00:00:01:00 00:00:00:00 00:00:01:00\n",
    "nothing": b"",
    "a film": b"\x00\x00\x00\x18ftypisom" + bytes(200),
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_or_broken_file_is_refused_with_a_remedy(name: str) -> None:
    with pytest.raises(BadRequest) as refused:
        read(HOSTILE[name])
    assert refused.value.code == "interchange_invalid" and refused.value.remedy


def test_too_large_a_file_is_not_parsed() -> None:
    with pytest.raises(BadRequest, match="bytes"):
        read(b"TITLE: x\n" * 4_000_000)


@given(st.binary(max_size=400), st.sampled_from(["fcpxml", "fcp7xml", "edl", "json"]), st.data())
@settings(max_examples=150, deadline=None)
def test_damaged_files_are_read_or_refused_and_never_crash(junk: bytes, form: str, data: st.DataObject) -> None:
    whole = export(rich(), form)[0].encode()  # type: ignore[arg-type]
    at = data.draw(st.integers(0, len(whole)))
    damaged = whole[:at] + junk + whole[at + data.draw(st.integers(0, 60)) :]
    try:
        found = read(damaged)
    except BadRequest as refused:
        assert refused.remedy
    else:
        assert found.clips and all(c.frames >= 1 for c in found.clips)


def test_foreign_names_lose_their_folders() -> None:
    otio = json.loads(export(rich(), "otio")[0])
    otio["tracks"]["children"][0]["children"][0]["media_references"]["DEFAULT_MEDIA"]["target_url"] = (
        "file:///C:/Users/me/My%20films/day%201.mov"
    )
    assert read(json.dumps(otio).encode()).media["m1"].name == "day 1.mov"
