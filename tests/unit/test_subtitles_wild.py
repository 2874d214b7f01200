"""Subtitles and transcripts as they are found in the world, each read as it was meant."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.analyzer.domain.text.refusing import BadSubtitles
from services.analyzer.domain.text.subtitles import parse
from services.analyzer.domain.text.words import clean, mend_captions

Line = tuple[str, float, float]
ONE: list[Line] = [("One", 1.0, 2.0)]
TWO: list[Line] = [("One", 1.0, 2.0), ("Two", 3.0, 4.0)]


def srt(*texts: str) -> str:
    """A SubRip file whose lines begin at 1, 3, 5 ... seconds and last one."""
    cues = (f"{n}\n00:00:{2 * n - 1:02d},000 --> 00:00:{2 * n:02d},000\n{text}\n" for n, text in enumerate(texts, 1))
    return "\n".join(cues)


def ass(*events: str, fields: str = "Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text") -> str:
    """A script with these events; each without its first fields."""
    head = (
        "[Script Info]\n; made by hand\nScriptType: v4.00+\n\n[V4+ Styles]\nFormat: Name\nStyle: Default\n\n[Events]\n"
    )
    return f"{head}Format: {fields}\n" + "\n".join(events) + "\n"


def dialogue(text: str, start: str = "0:00:01.00", end: str = "0:00:02.00") -> str:
    return f"Dialogue: 0,{start},{end},Default,,0,0,0,,{text}"


SUBRIP: dict[str, tuple[str, list[Line]]] = {
    "carriage returns": (srt("One", "Two").replace("\n", "\r\n"), TWO),
    "old Mac line ends": (srt("One", "Two").replace("\n", "\r"), TWO),
    "no numbers": ("00:00:01,000 --> 00:00:02,000\nOne\n\n00:00:03,000 --> 00:00:04,000\nTwo\n", TWO),
    "no blank lines": (srt("One", "Two").replace("\n\n", "\n"), TWO),
    "numbers that are said": (srt("42", "1984"), [("42", 1.0, 2.0), ("1984", 3.0, 4.0)]),
    "blank lines inside": (srt("One\n\nmore"), [("One more", 1.0, 2.0)]),
    "reversed": ("\n".join(reversed(srt("One\n", "Two\n").split("\n\n"))), TWO),
    "all numbered 1": (srt("One", "Two").replace("2\n00", "1\n00"), TWO),
    "overlapping": (srt("One", "Two").replace("02,000", "03,500"), [("One", 1.0, 3.0), ("Two", 3.0, 4.0)]),
    "ends before it begins": ("1\n00:00:05,000 --> 00:00:02,000\nOne\n", [("One", 5.0, 5.5)]),
    "twice": (srt("One") + "\n" + srt("One"), ONE),
    "an empty one": ("1\n00:00:01,000 --> 00:00:02,000\n\n2\n00:00:03,000 --> 00:00:04,000\nTwo\n", TWO[1:]),
    "advertising before": ("Subtitles by someone\nhttp://example.org/\n\n" + srt("One"), ONE),
    "coordinates": (srt("One").replace("02,000", "02,000 X1:201 X2:516 Y1:397 Y2:423"), ONE),
    "dots and no hours": ("1\n00:01.0 --> 00:02.000\nOne\n", ONE),
    "a short arrow": ("1\n00:00:01,000->00:00:02,000\nOne\n", ONE),
    "a long dash": ("1\n00:00:01,000 \u2013> 00:00:02,000\nOne\n", ONE),
    "tags": (
        srt('<font color="#ff0" size=99>One</font> <b><i>two</i></b><br>{\\an8}three'),
        [("One two three", 1.0, 2.0)],
    ),
    "entities": (srt("Fish &amp; chips&nbsp;&#39;n peas"), [("Fish & chips 'n peas", 1.0, 2.0)]),
    "signs that are no tags": (srt("1 < 2 > 0 &lt;3 AT&T;"), [("1 < 2 > 0 &lt;3 AT&T;", 1.0, 2.0)]),
    "right to left": (srt("\u202b\u05e9\u05dc\u05d5\u05dd\u202c"), [("\u05e9\u05dc\u05d5\u05dd", 1.0, 2.0)]),
    "YouTube's own": ("0:00:01.000,0:00:02.000\nOne\n\n0:00:03.000,0:00:04.000\nTwo\n", TWO),
}
WEBVTT: dict[str, tuple[str, list[Line]]] = {
    "everything": (
        "WEBVTT - Kind: captions; Language: en\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:900000\n\n"
        'STYLE\n::cue(v[voice="Bob"]) { color: red }\n\nREGION\nid:fred\nwidth:40%\n\n'
        "NOTE\n00:00:09.000 --> 00:00:10.000\na cue that is commented out\n\n"
        "1 - intro\n00:01.000 --> 00:02.000 region:fred align:left position:10%,line-left line:0 size:80%\n"
        "<v.loud Bob>Hello &amp; <c.yellow.bg_blue>welcome</c></v>\n",
        [("Hello & welcome", 1.0, 2.0)],
    ),
    "readings over signs": ("WEBVTT\n\n00:01.000 --> 00:02.000\n<ruby>\u6f22<rt>kan</rt></ruby> <lang en>x</lang>\n",
                            [("\u6f22 x", 1.0, 2.0)]),
    "no blank line behind its head": ("WEBVTT\r\n00:01.000 --> 00:02.000\r\nOne\r\n", ONE),
    "a head in small letters": ("webvtt\n\n00:01.000 --> 00:02.000\nOne\n", ONE),
    "a note with an arrow": ("WEBVTT\n\nNOTE one --> two\n\n00:01.000 --> 00:02.000\nNOTES\n", [("NOTES", 1.0, 2.0)]),
    "live captions that roll up": (
        "WEBVTT\n\n" + "\n\n".join(
            f"00:{n:02d}.000 --> 00:{n + 1:02d}.000 align:start\nline {n - 1}\nline {n}" for n in range(1, 7)
        ),
        [("line 0 line 1", 1.0, 2.0), *((f"line {n}", float(n), n + 1.0) for n in range(2, 7))],
    ),
}  # fmt: skip
SCRIPTS: dict[str, tuple[str, list[Line]]] = {
    "overrides": (ass(dialogue("{\\pos(10,20)\\c&H0000FF&}Hi, there{\\r}\\Nyou\\hall")), [("Hi, there you all", 1, 2)]),
    "a drawing and text": (ass(dialogue("{\\p1}m 0 0 l 100 0{\\p0}One"), dialogue("{\\an7\\p4}m 0 0 l 5 5")), ONE),
    "a place is no drawing": (ass(dialogue("{\\pos(1,1)\\pbo3}One")), ONE),
    "text and its shadow": (ass(dialogue("{\\blur4}One"), dialogue("One")), ONE),
    "comments": (ass("Comment: 0,0:00:00.00,0:00:09.00,Default,,0,0,0,,no", dialogue("One")), ONE),
    "other fields": (ass("Dialogue: 0:00:01.00,0:00:02.00,One, two", fields="Start, End, Text"), [("One, two", 1, 2)]),
    "a clock that is none": (ass(dialogue("no", "soon"), dialogue("One")), ONE),
}  # fmt: skip
ALL = {**SUBRIP, **WEBVTT, **SCRIPTS}


def read(data: bytes) -> list[Line]:
    """The lines of a file, mended for a film of a minute."""
    mended, _ = mend_captions(parse(data), 60.0)
    return [(line.text, line.start, line.end) for line in mended]


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_files_are_read_as_they_were_meant(name: str, encoding: str) -> None:
    text, lines = ALL[name]
    assert read(text.encode(encoding)) == lines


SAID = {
    "cp1251": "Привет, как дела? Это всё.", "koi8_r": "Привет, как дела? Мы идём домой.",
    "cp932": "こんにちは、世界。今日はいい天気ですね。", "gb18030": "你好，世界。今天天气很好，我们去公园。",
    "big5": "你好，世界。今天天氣很好。", "cp949": "안녕하세요 세계. 오늘 날씨가 좋네요.",
    "cp1250": "Zażółć gęślą jaźń. Nie wiem, co powiedzieć.", "iso8859_2": "Příliš žluťoučký kůň úpěl ďábelské ódy",
    "cp1252": "Café noir — “Yes”. Où êtes-vous? ¿Qué, señor? Größe", "cp1254": "Şimdi nereye gidiyoruz? Günaydın, ışık",
    "cp1253": "Καλημέρα κόσμε, τι κάνεις σήμερα;", "cp1255": "שלום עולם, מה שלומך היום? אני כאן.",
    "cp1256": "مرحبا بالعالم كيف حالك اليوم", "cp874": "สวัสดีชาวโลก วันนี้อากาศดี",
}  # fmt: skip


@pytest.mark.parametrize("encoding", SAID)
def test_encodings_of_before_unicode_are_told_apart(encoding: str) -> None:
    said = SAID[encoding]
    found = read(srt(*[said] * 5).encode(encoding))
    assert [text for text, _, _ in found] == [said] * 5


WORDS = [("Hello", 0.1, 0.5), ("world.", 0.6, 0.9)]


def timed(text: str, start: str, end: str, scale: float = 1, **beside: Any) -> list[dict[str, Any]]:
    """``WORDS`` under the given names."""
    return [{text: said, start: round(a * scale, 3), end: round(b * scale, 3), **beside} for said, a, b in WORDS]


def whole(word: dict[str, Any]) -> dict[str, Any]:
    return {name: int(value) if isinstance(value, float) else value for name, value in word.items()}


def google(seconds: float) -> str:
    return f"{seconds:.3f}s"


JSON: dict[str, Any] = {
    "Whisper": {"text": "", "language": "en", "segments": [
        {"id": 0, "seek": 0, "start": 0.1, "end": 0.9, "text": " Hello world.", "tokens": [1], "avg_logprob": -0.2,
         "words": timed("word", "start", "end", probability=0.9)}]},
    "WhisperX": {"segments": [{"start": 0.1, "end": 0.9, "text": " Hello world.", "speaker": "SPEAKER_00",
                               "words": timed("word", "start", "end", score=0.9, speaker="SPEAKER_00")}],
                 "word_segments": []},
    "Deepgram": {"metadata": {}, "results": {"channels": [{"alternatives": [{"transcript": "hello world", "words": [
        {**word, "word": "x"} for word in timed("punctuated_word", "start", "end")
    ]}]}]}},
    "Deepgram, utterances": {"results": {"channels": [], "utterances": [
        {"start": 0.1, "end": 0.9, "transcript": "Hello world.", "words": timed("punctuated_word", "start", "end")}]}},
    "AssemblyAI": {"id": "x", "status": "completed", "audio_duration": 2,
                   "words": [whole(word) for word in timed("text", "start", "end", 1000, speaker=None)]},
    "AssemblyAI, speakers": {"utterances": [
        {"speaker": "A", "start": 100, "end": 900, "text": "Hello world.",
         "words": [whole(word) for word in timed("text", "start", "end", 1000)]}], "words": []},
    "Amazon": {"jobName": "j", "results": {"transcripts": [], "items": [
        {"start_time": "0.1", "end_time": "0.5", "type": "pronunciation", "alternatives": [{"content": "Hello"}]},
        {"start_time": "0.6", "end_time": "0.9", "type": "pronunciation", "alternatives": [{"content": "world"}]},
        {"type": "punctuation", "alternatives": [{"confidence": "0.0", "content": "."}]}]}},
    "Google": {"results": [{"alternatives": [{"transcript": "Hello world.", "words": [
        {"startTime": google(a), "endTime": google(b), "word": said} for said, a, b in WORDS]}]}]},
    "Google, older": {"results": [{"alternatives": [{"words": [
        {"startTime": {"nanos": int(a * 1e9)}, "endTime": {"seconds": "0", "nanos": int(b * 1e9)}, "word": said}
        for said, a, b in WORDS]}]}]},
    "Google, second version": {"results": {"gs://a/b.wav": {"transcript": {"results": [{"alternatives": [{"words": [
        {"startOffset": google(a), "endOffset": google(b), "word": said} for said, a, b in WORDS]}]}]}}}},
    "Google, an operation": {"name": "1", "done": True, "response": {"results": [{"alternatives": [{"words": [
        {"startTime": google(a), "endTime": google(b), "word": said} for said, a, b in WORDS]}]}]}},
    "Deepgram, two channels": {"results": {"channels": [
        {"alternatives": [{"words": [word]}]} for word in reversed(timed("punctuated_word", "start", "end"))]}},
    "WhisperX, words": {"word_segments": timed("word", "start", "end", score=0.9)},
    "Vosk": {"result": timed("word", "start", "end", conf=1.0), "text": "Hello world."},
    "IBM": {"results": [{"final": True, "alternatives": [{"timestamps": [list(word) for word in WORDS]}]}]},
    "Rev AI": {"monologues": [{"speaker": 0, "elements": [
        {"type": "text", "value": "Hello", "ts": 0.1, "end_ts": 0.5}, {"type": "punct", "value": " "},
        {"type": "text", "value": "world", "ts": 0.6, "end_ts": 0.9}, {"type": "punct", "value": "."}]}]},
    "Speechmatics": {"results": [
        *({"type": "word", "start_time": a, "end_time": b, "alternatives": [{"content": said.rstrip(".")}]}
          for said, a, b in WORDS),
        {"type": "punctuation", "start_time": 0.9, "end_time": 0.9, "alternatives": [{"content": "."}]}]},
    "words alone": timed("word", "start", "end"),
}  # fmt: skip


@pytest.mark.parametrize("name", JSON)
def test_json_of_speech_services_has_its_words_with_their_times(name: str) -> None:
    (line,), _ = mend_captions(parse(json.dumps(JSON[name]).encode("utf-8-sig")), 60.0)
    assert clean(line.text) == "Hello world."
    assert [(word.text, word.start, word.end) for word in line.words] == WORDS


@pytest.mark.parametrize(
    "found",
    [
        {"chunks": [{"timestamp": [1.0, 2.0], "text": " One"}, {"timestamp": [3.0, None], "text": " Two"}]},
        {"transcription": [{"offsets": {"from": 1000, "to": 2000}, "text": " One"},
                           {"offsets": {"from": 3000, "to": 3500}, "text": " Two"}]},
        {"body": [{"from": 1, "to": 2, "content": "One"}, {"from": 3, "to": 3.5, "content": "Two"}]},
        {"segments": [{"start": "1.0", "end": "2.0", "text": "One"}, {"start": 2, "end": 3, "text": None},
                      {"start": "3", "end": "3.5", "text": "Two"}]},
        [{"start": "00:00:01,000", "end": "00:00:02.000", "text": "One"},
         {"start": "0:03", "end": "0:03.5", "text": "Two"}],
        {"wireMagic": "pb3", "events": [{"tStartMs": 1000, "dDurationMs": 1000, "segs": [{"utf8": "One"}]},
                                        {"tStartMs": 2000, "segs": [{"utf8": "\n"}]},
                                        {"tStartMs": 3000, "dDurationMs": 500, "segs": [{"utf8": "Two"}]}]},
    ],
)  # fmt: skip
def test_json_of_lines(found: Any) -> None:
    assert read(json.dumps(found).encode()) == [("One", 1.0, 2.0), ("Two", 3.0, 3.5)]


def test_a_document_a_line() -> None:
    rows = [{"start": 1, "end": 2, "text": "One"}, {"start": 3, "end": 4, "text": "Two"}]
    assert read("\n".join(map(json.dumps, rows)).encode()) == TWO


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b'<?xml version="1.0"?><tt><body><p begin="1s">x</p></body></tt>', "it is TTML"),
        (b'<?xml version="1.0"?><opml/>', "it is XML"),
        (b"<SAMI><BODY><SYNC Start=100>x", "it is SAMI"),
        (b"<!DOCTYPE html><p>1", "a web page"),
        (b"[INFORMATION]\n[TITLE]x\n00:00:01.00,00:00:02.00\nHello\n", "SubViewer"),
        (b"[10][25] Hello\n", "MPL2"),
        (b"[12:01.00]la\n", "lyrics"),
        (b"[length:03:20]\n[00:01.00]la\n", "lyrics"),
        (b"{DEFAULT}{}{y:i}\n{30}{60}x\n", "counts frames"),
        (b"Scenarist_SCC V1.0\n\n00:00:01:00\t9420 9420\n", "SCC"),
        (b"00:00:01:Hello\n00:00:03:World\n", "TMPlayer"),
        (b'{"id": "x", "status": "processing", "words": null}', "its status is processing"),
        (b"[ti:song]\n[00:01.00]la\n", "lyrics"),
        (b"[00:01.00]la\n", "lyrics"),
        (b"{25}{50}Hello|you\n", "counts frames"),
        (b"{\\rtf1 hello}", "rich text"),
        (b"start\tend\ttext\n0\t1000\tHello\n", "a table, and neither SRT"),
        (b"PK\x03\x04 zipped words", "an archive"),
        (b'[{"start": 1, "end": NaN, "text": "a"}]', "line 0.end"),
        (b'{"results": {"channels": "none"}}', "neither a list"),
        (b'{"results": [], "words": 5}', "no line with a time"),
        (b"[Script Info]\n\n[Events]\nFormat: Start, End, Text\n", "no line of dialogue"),
    ],
)
def test_what_is_something_else_is_said_to_be(data: bytes, why: str) -> None:
    with pytest.raises(BadSubtitles, match=why):
        parse(data)


BEFORE = [("Hello", 0.0, 2.0), ("World", 3.0, 4.0)]


@pytest.mark.parametrize(
    "text",
    [
        "1\n-00:00:01,000 --> 00:00:02,000\nHello\n\n2\n00:00:03,000 --> 00:00:04,000\nWorld\n",
        "1\n00:00:-1,-500 --> 00:00:02,000\nHello\n\n2\n00:00:03,000 --> 00:00:04,000\nWorld\n",
        "1\n-00:00:05,000 --> -00:00:02,000\nGone\n\n2\n-00:00:01,000 --> 00:00:02,000\nHello\n\n"
        "3\n00:00:03,000 --> 00:00:04,000\nWorld\n",
        "WEBVTT\n\n-00:01.000 --> 00:02.000\nHello\n\n00:03.000 --> 00:04.000\nWorld\n",
        json.dumps([{"start": s, "end": e, "text": t} for t, s, e in [("x", -3, -1), ("Hello", -1, 2), BEFORE[1]]]),
    ],
)
def test_lines_before_the_film_are_cut_off_and_never_text(text: str) -> None:
    lines, _ = mend_captions(parse(text.encode()), 60.0)
    assert [(line.text, line.start, line.end) for line in lines] == BEFORE


def test_line_ends_that_were_doubled() -> None:
    rows = "1\n00:00:01,000 --> 00:00:02,000\nOne\n\n2\n00:00:03,000 --> 00:00:03,500\nTwo\n"
    assert read(rows.replace("\n", "\r\r\n").encode()) == [("One", 1.0, 2.0), ("Two", 3.0, 3.5)]
