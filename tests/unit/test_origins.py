"""Where the times of other editors' lists begin: at the camera's timecode, at whole hours, or at the first picture."""

from __future__ import annotations

from fractions import Fraction

import pytest

from services.planner.tools.interchange.reading import read
from shared.contracts.interchange import ImportedEdit
from shared.contracts.media import MediaInfo
from shared.origins import origin
from tests.unit.interchange_material import source

HEAD = "TITLE: from a camera\nFCM: NON-DROP FRAME\n\n"


def info(timecode: str, rate: str = "25/1", seconds: float = 60.0) -> MediaInfo:
    media = source("a.mov", rate).media
    assert media.video
    video = media.video.model_copy(update={"timecode": timecode})
    return media.model_copy(update={"duration": seconds, "video": video})


def edl(first: str, last: str, *, note: str = "", head: str = HEAD, rate: Fraction = Fraction(25)) -> ImportedEdit:
    text = f"{head}001  A001     V     C        {first} {last} 01:00:00:00 01:00:02:00\n{note}"
    return read(text.encode(), rate)


@pytest.mark.parametrize(
    ("timecode", "first", "last", "begins"),
    [
        ("14:23:10:05", "14:23:12:05", "14:23:14:05", Fraction(14 * 3600 + 23 * 60 + 10) + Fraction(5, 25)),
        ("00:00:20:00", "00:00:30:00", "00:00:32:00", Fraction(20)),
        ("00:00:20:00", "00:00:02:00", "00:00:04:00", Fraction(0)),
        ("", "10:00:02:00", "10:00:04:00", Fraction(36000)),
        ("", "00:00:02:00", "00:00:04:00", Fraction(0)),
        ("14:23:10:05", "00:00:02:00", "00:00:04:00", Fraction(0)),
        ("14:23:10:05", "10:00:02:00", "10:00:04:00", Fraction(36000)),
    ],
)
def test_a_list_counts_as_the_camera_did(timecode: str, first: str, last: str, begins: Fraction) -> None:
    edit = edl(first, last)
    assert origin(edit, edit.clips[0].media, info(timecode)) == begins


def test_lists_of_ours_count_from_the_first_picture() -> None:
    edit = edl("00:00:30:00", "00:00:32:00", note=f"* SHA256: {'a' * 64}\n")
    assert origin(edit, edit.clips[0].media, info("00:00:20:00")) == 0


def test_drop_frame_is_counted_as_the_list_counts() -> None:
    head = "TITLE: from a camera\nFCM: DROP FRAME\n\n"
    edit = edl("10:00:02;00", "10:00:04;00", head=head, rate=Fraction(30000, 1001))
    begins = origin(edit, edit.clips[0].media, info("10:00:00;00", "30000/1001"))
    assert edit.seconds(edit.clips[0])[0] - begins == 60 * Fraction(1001, 30000)


def test_a_camera_with_twice_the_frames_counts_them_itself() -> None:
    edit = edl("10:00:02:00", "10:00:04:00")
    assert origin(edit, edit.clips[0].media, info("10:00:00:24", "50/1")) == 36000 + Fraction(24, 50)
