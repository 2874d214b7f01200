"""Subtitle files as they are found in the world, and anything else that is given as one."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.analyzer.domain.text.refusing import BadSubtitles
from services.analyzer.domain.text.subtitles import parse
from services.analyzer.domain.text.words import mend_captions

LIVE = """WEBVTT
Kind: captions

00:00:00.160 --> 00:00:02.389 align:start position:0%
{blank}
hello<00:00:00.480><c> and</c><00:00:00.640><c> welcome</c>

00:00:02.389 --> 00:00:02.399 align:start position:0%
hello and welcome
{blank}

00:00:02.399 --> 00:00:04.000 align:start position:0%
hello and welcome
to<00:00:02.600><c> the</c>

00:00:04.000 --> 00:00:06.000
to the
show

00:00:06.000 --> 00:00:08.000
show
of today
""".replace("{blank}", " ")


def _told(text: str, encoding: str = "utf-8") -> list[tuple[str, float, float]]:
    return [(line.text, line.start, line.end) for line in parse(text.encode(encoding))]


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff1\n00:00:01,000 --> 00:00:02,000\nHi there\n",
        "00:00:01,000 --> 00:00:02,000\nHi there\n",
        "1\n0:0:1,0 --> 0:0:2,0\nHi there",
        "1\n00:00:01.000->00:00:02.000\nHi there\n",
        "1\n00:01 --> 00:02\nHi there\n",
        "1\n00: 00: 01, 000 --> 00: 00: 02, 000\nHi there\n",
        "1\n00:00:01,000 --> 00:00:02,000 X1:201 X2:516 Y1:397 Y2:423\n{\\an8}<font color='red'>Hi</font> there\n",
        "1\r\n00:00:01,000 --> 00:00:02,000\r\nHi there\r\n",
        "WEBVTT FILE\n\n1\n00:01.000 --> 00:02.000 line:0\n<v Fred><b>Hi</b> there\n",
    ],
)
def test_one_cue_in_many_hands(text: str) -> None:
    assert _told(text) == [("Hi there", 1.0, 2.0)]


def test_cues_without_blank_lines_numbers_or_order() -> None:
    text = "1\n00:00:05,000 --> 00:00:06,000\nb\n2\n00:00:01,000 --> 00:00:02,000\na\n\n\n3\n00:07 --> 00:08\nc\n"
    assert sorted(told[0] for told in _told(text)) == ["a", "b", "c"]
    unnumbered = "00:00:01,000 --> 00:00:02,000\n42\n\n00:00:03,000 --> 00:00:04,000\nb\n"
    assert [told[0] for told in _told(unnumbered)] == ["42", "b"]


def test_a_blank_line_inside_a_cue_ends_nothing() -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\na\n\nb\n\n2\n00:00:03,000 --> 00:00:04,000\nc\n"
    assert [told[0].split() for told in _told(text)] == [["a", "b"], ["c"]]


def test_windows_text_is_read() -> None:
    assert _told("1\n00:00:01,000 --> 00:00:02,000\nÜber “alles”\n", "cp1252")[0][0] == "Über “alles”"


def test_live_captions_that_roll_up_are_said_once() -> None:
    lines = parse(LIVE.encode())
    assert [line.text for line in lines] == ["hello and welcome", "to the", "show", "of today"]
    assert [(w.text, w.start) for w in lines[0].words] == [("hello", 0.16), ("and", 0.48), ("welcome", 0.64)]


def test_somebody_who_says_no_twice_says_it_twice() -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\nNo.\n\n2\n00:00:02,000 --> 00:00:03,000\nNo.\n"
    assert len(_told(text)) == 2


def test_syllables_of_karaoke_are_words() -> None:
    text = "[Script Info]\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    text += "Dialogue: 0,0:00:01.00,0:00:03.00,Default,,0,0,0,,{\\k50}ka{\\kf50}ra {\\b1\\ko100}\\{oke\\}\n"
    (line,) = parse(text.encode())
    assert [(w.text, w.start, w.end) for w in line.words] == [("kara", 1.0, 2.0), ("{oke}", 2.0, 3.0)]


_SEGMENT = {"id": 0, "start": 1.0, "end": 3.0, "text": " Hello big world.", "avg_logprob": -0.2}
_WORDS = [{"word": " Hello", "start": 1.0, "end": 1.5}, {"word": " big"}, {"word": " world.", "start": 2.0, "end": 3.0}]


@pytest.mark.parametrize(
    "document",
    [
        {"text": "x", "language": "en", "segments": [{**_SEGMENT, "words": _WORDS}]},
        {"task": "transcribe", "duration": 3.0, "segments": [_SEGMENT], "words": [_WORDS[0], _WORDS[2]]},
        {"words": [_WORDS[0], {"word": "big", "start": 1.5, "end": 2.0}, _WORDS[2]], "text": "x"},
        {"transcription": [{"offsets": {"from": 1000, "to": 3000}, "text": " Hello big world."}]},
        {"text": "x", "chunks": [{"timestamp": [1.0, 3.0], "text": " Hello big world."}]},
        {"transcript": {"status": "completed", "captions": [{"text": "Hello big world.", "start": 1.0, "end": 3.0}]}},
    ],
)
def test_json_in_the_shapes_of_other_programs(document: dict[str, Any]) -> None:
    (line,), _ = mend_captions(parse(json.dumps(document).encode()), 10.0)
    assert (line.text, line.start, line.end) == ("Hello big world.", 1.0, 3.0)
    assert line.words[0].start == 1.0 and line.words[-1].end == 3.0


_CLOCK = st.tuples(st.integers(0, 120), st.integers(0, 99), st.integers(0, 99), st.integers(0, 9999)).map(
    lambda t: f"{t[0]:02d}:{t[1]:02d}:{t[2]:02d},{t[3]:03d}"
)
_ROWS = ["1", "", " ", "WEBVTT", "NOTE x", "[Script Info]", "[Events]", "{", "}", "<i>", "<00:00:01.000>", "a", "-->"]
_ROWS += [
    "Dialogue: 0,0:00:01.00,0:00:02.00,D,,0,0,0,,{\\k9999}x{\\k}",
    "Format: Start, End, Text",
    "\ufeff",
    "\x00&#0;é",
]
_ROW = st.sampled_from(_ROWS)
_CUE = st.tuples(_CLOCK, st.sampled_from([" --> ", "->", "-->"]), _CLOCK).map("".join)
_FILE = st.lists(_ROW | _CUE | st.text(max_size=12), max_size=30).map("\n".join)
_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.floats() | st.integers(-5, 400_000) | st.text(max_size=4) | st.booleans(),
    lambda one: (
        st.lists(one, max_size=4)
        | st.dictionaries(st.sampled_from(["segments", "words", "text", "word", "start", "end", "captions"]), one)
    ),
    max_leaves=20,
)


def _is_read_or_refused(data: bytes) -> None:
    try:
        lines = parse(data)
    except BadSubtitles:
        return
    mended, _ = mend_captions(lines, 20.0)
    at = 0.0
    for word in (word for line in mended for word in line.words):
        assert at - 1e-6 <= word.start < word.end <= 20.0
        at = word.start


@given(_FILE, st.sampled_from(["utf-8", "utf-16", "cp1252"]))
def test_anything_is_read_or_refused(text: str, encoding: str) -> None:
    _is_read_or_refused(text.encode(encoding, "replace"))


@given(_FILE)
def test_anything_in_webvtt_is_read_or_refused(text: str) -> None:
    _is_read_or_refused(("WEBVTT\n\n00:01.000 --> 00:02.000\n" + text).encode("utf-8", "replace"))


@given(_JSON)
def test_any_json_is_read_or_refused(document: Any) -> None:
    _is_read_or_refused(json.dumps(document).encode())


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    _is_read_or_refused(data)
