from __future__ import annotations

from pathlib import Path

import pytest

from cutroom.exits import Exit, Stopped
from cutroom.ratios import checked, files

FILM = Path("/nowhere/film.mp4")


def test_the_default_stands_in_for_none() -> None:
    assert checked([]) == ["16:9"]


def test_a_repeated_ratio_counts_once() -> None:
    assert checked(["9:16", "1:1", "9:16"]) == ["9:16", "1:1"]


@pytest.mark.parametrize("wrong", ["16x9", "0:1", "1:5", "9:2", "101:100", "16:9:4", "", "-1:1", "16 : 9", "١:١"])
def test_what_is_no_ratio_is_refused(wrong: str) -> None:
    with pytest.raises(Stopped) as stopped:
        checked([wrong])
    assert stopped.value.exit_code == Exit.USAGE


def test_nine_ratios_are_too_many() -> None:
    with pytest.raises(Stopped):
        checked([f"{n}:10" for n in range(5, 14)])


@pytest.mark.parametrize(
    ("out", "ratios", "expected"),
    [
        ("film.mp4", ["16:9"], ["film.mp4"]),
        ("made/", ["16:9"], ["made/edited_16_9.mp4"]),
        ("made/", ["16:9", "9:16"], ["made/edited_16_9.mp4", "made/edited_9_16.mp4"]),
        ("made", ["16:9", "9:16"], ["made/edited_16_9.mp4", "made/edited_9_16.mp4"]),
        ("film.mp4", ["16:9", "9:16"], ["film_16_9.mp4", "film_9_16.mp4"]),
        ("{ratio}/film.mp4", ["16:9"], ["16_9/film.mp4"]),
        ("a-{ratio}.MP4", ["1:1", "4:5"], ["a-1_1.MP4", "a-4_5.MP4"]),
    ],
)
def test_every_ratio_has_its_file(out: str, ratios: list[str], expected: list[str]) -> None:
    made = files(out, ratios, [FILM])
    assert [str(path) for path in made.values()] == expected
    assert list(made) == ratios


@pytest.mark.parametrize("out", ["film.avi", "film", "film.mp4.part", "film."])
def test_only_mp4_is_written(out: str) -> None:
    with pytest.raises(Stopped):
        files(out, ["16:9"], [FILM])


def test_an_input_is_never_written_over() -> None:
    with pytest.raises(Stopped, match="one of the inputs"):
        files("/nowhere/../nowhere/film.mp4", ["16:9"], [FILM])
