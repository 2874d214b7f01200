"""Captions written as subtitle files: what stands in them, and that it is read back as it was."""

import json

import pytest

from shared.contracts.speech import Caption, Word
from shared.subtitles import FORMATS, MEDIA_TYPES, Format, write

HELLO = Caption(
    text="Hello & <b>bold</b>\n\nworld",
    start=1.0,
    end=2.5,
    words=(Word(text="Hello", start=1.0, end=1.25), Word(text="world", start=1.5, end=2.5)),
)


def test_every_format_has_a_media_type() -> None:
    assert set(MEDIA_TYPES) == set(FORMATS)


def test_subrip_has_numbers_commas_and_no_blank_line_in_a_cue() -> None:
    written = write([HELLO, HELLO], "srt")
    assert written.split("\n\n")[0].split("\n") == [
        "1",
        "00:00:01,000 --> 00:00:02,500",
        "Hello & <\u200bb>bold<\u200b/b>",
        "world",
    ]
    assert written.split("\n\n")[1].startswith("2\n")


def test_webvtt_has_entities_and_word_times_where_asked() -> None:
    assert "Hello &amp; &lt;b&gt;bold&lt;/b&gt;\nworld\n" in write([HELLO], "vtt")
    assert "\nHello<00:00:01.250> <00:00:01.500>world\n" in write([HELLO], "vtt", karaoke=True)


def test_ass_has_hundredths_and_syllables_where_asked() -> None:
    assert write([HELLO], "ass").endswith(
        "Dialogue: 0,0:00:01.00,0:00:02.50,Default,,0,0,0,,Hello & <b>bold</b>\\Nworld\n"
    )
    assert write([HELLO], "ass", karaoke=True).endswith(",,{\\k25}Hello{\\k25} {\\k100}world\n")
    assert "\\{\\\u200ban8\\}" in write([HELLO.model_copy(update={"text": "{\\an8}"})], "ass")


def test_plain_text_has_a_line_a_caption_and_paragraphs() -> None:
    later = HELLO.model_copy(update={"text": "Later", "start": 4.5, "end": 5.0})
    assert write([HELLO, HELLO, later], "txt") == "Hello & <b>bold</b> world\n" * 2 + "\nLater\n"


def test_json_has_everything() -> None:
    told = json.loads(write([HELLO], "json", language="en"))
    assert told["language"] == "en" and Caption.model_validate(told["captions"][0]) == HELLO


@pytest.mark.parametrize("form", FORMATS)
def test_captions_without_text_are_left_out(form: Format) -> None:
    assert "00:00:09" not in write([HELLO, Caption(text=" \n\x00", start=9, end=10)], form)
