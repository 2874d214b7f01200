"""Reading a person's subtitles."""

import json

import pytest

from services.analyzer.domain.text.decoding import decode
from services.analyzer.domain.text.refusing import MAX_BYTES, BadSubtitles
from services.analyzer.domain.text.subtitles import parse

SRT = "1\n00:00:00,500 --> 00:00:02,000\nCafé <i>noir</i>\n\n2\n00:00:02,500 --> 00:00:03,000\n“Yes”\n"
VTT = """WEBVTT - a title

NOTE made by hand
over two lines

STYLE
::cue { color: red }

intro
00:01.000 --> 00:02.000 align:start position:10%
<v Anna>Hello <c.yellow>there</c>
"""
ASS = """[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize
Style: Default,Arial,9999

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Comment: 0,0:00:00.00,0:00:09.00,Default,,0,0,0,,not spoken
Dialogue: 0,0:00:01.00,0:00:02.50,Default,,0,0,0,,{\\b1\\fs9999}Bold\\Nmove
Dialogue: 0,0:00:03.00,0:00:04.00,Default,,0,0,0,,{\\p1}m 0 0 l 100 0{\\p0}
"""


def _texts(data: bytes) -> list[str]:
    return [line.text for line in parse(data)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "utf-32"])
def test_subrip_in_any_usual_encoding(encoding: str) -> None:
    assert _texts(SRT.encode(encoding)) == ["Café noir", "“Yes”"]


def test_line_ends_of_all_systems() -> None:
    assert decode(SRT.encode()) == SRT
    for end in ("\r\n", "\r"):
        assert len(parse(SRT.replace("\n", end).encode())) == 2


def test_webvtt_without_its_notes_styles_and_tags() -> None:
    (line,) = parse(VTT.encode())
    assert (line.text, line.start, line.end) == ("Hello there", 1.0, 2.0)


def test_ass_without_comments_styling_and_drawings() -> None:
    (line,) = parse(ASS.encode())
    assert (line.text.split(), line.start, line.end) == (["Bold", "move"], 1.0, 2.5)


@pytest.mark.parametrize("wrap", [lambda x: x, lambda x: {"captions": x}, lambda x: {"segments": x, "language": "en"}])
def test_json_with_and_without_words(wrap: object) -> None:
    lines = [{"text": "a b", "start": 1, "end": 2, "words": [{"text": "a", "start": 1, "end": 1.5}]}]
    lines.append({"text": "c", "start": 3, "end": 4, "speaker": "x"})
    first, second = parse(json.dumps(wrap(lines)).encode())  # type: ignore[operator]
    assert (first.text, first.words[0].text, first.words[0].end) == ("a b", "a", 1.5)
    assert (second.text, second.words) == ("c", ())


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b"  \n ", "empty"),
        (b"hello, this is no subtitle file", "neither"),
        (b'{"a": 1}', "captions"),
        (b'[{"text": "x", "start": "soon", "end": 2}]', "start"),
        (b'[{"text": "x", "start": NaN, "end": 2}]', "start"),
        (b"[1, 2", "JSON"),
        (b"[" * 100_000, "JSON"),
        (b"x" * (MAX_BYTES + 1), "bytes"),
        (b"1\n00:00:00,500 --> 00:00:02,000\n" + b"y" * 30_000, "letters"),
        (b"1\n00:00:00,500 --> 00:00:02,000\nx\n\n" * 20_001, "lines of speech"),
        (b"WEBVTT\n\nNOTE nothing else\n", "no line"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_reason(data: bytes, why: str) -> None:
    with pytest.raises(BadSubtitles, match=why):
        parse(data)


def test_times_beyond_reason_are_left_out() -> None:
    assert len(parse(b"1\n9999:00:00,000 --> 9999:00:01,000\nx\n\n2\n00:00:01,000 --> 00:00:02,000\ny\n")) == 1
