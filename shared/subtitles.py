"""Captions as text in the formats that players and editors read: SubRip, WebVTT, ASS, plain text, JSON.

Whatever stands in a caption stays text: nothing in it can begin a cue, a tag, an override or a comment. Where a format
has no way to say a character literally, an invisible one (U+200B) is put beside it, which readers show as nothing.
Times are to the millisecond; ASS has hundredths and takes the nearest one.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Literal

from shared.contracts.speech import Caption, Word

Format = Literal["srt", "vtt", "ass", "txt", "json"]
FORMATS: Final[tuple[Format, ...]] = ("srt", "vtt", "ass", "txt", "json")
MEDIA_TYPES: Final[dict[Format, str]] = {
    "srt": "application/x-subrip",
    "vtt": "text/vtt",
    "ass": "text/x-ssa",
    "txt": "text/plain",
    "json": "application/json",
}
PARAGRAPH_S: Final = 2.0
"""Seconds without a caption behind which plain text begins a new paragraph."""
_NOTHING = "\u200b"
_SRT_TAG = re.compile(r"<(?=[A-Za-z/0-9])")
_SRT_ENTITY = re.compile(r"&(?=(?:[A-Za-z]{2,6}|#[0-9A-Fa-fx]{1,8});)")
_ASS_HEAD = """[Script Info]
ScriptType: v4.00+
PlayResX: 1280
PlayResY: 720
WrapStyle: 0
ScaledBorderAndShadow: yes

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, \
StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,Arial,48,&H00FFFFFF,&H0000E1FF,&H00101010,&H60000000,0,0,0,0,100,100,0,0,1,3,1,2,80,80,50,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


def write(captions: Iterable[Caption], format: Format, *, karaoke: bool = False, language: str | None = None) -> str:
    """Return ``captions`` as a file of ``format``; captions without text are left out.

    ``karaoke`` adds the times of words in WebVTT (``<00:00:01.000>``) and ASS (``\\k``); JSON has them always.
    ``language`` is told by JSON alone.
    """
    lines = [line for line in captions if _rows(line.text)]
    if format == "json":
        return _json(lines, language)
    writers: dict[str, Callable[[Sequence[Caption], bool], str]] = {"srt": _srt, "vtt": _vtt, "ass": _ass, "txt": _txt}
    return writers[format](lines, karaoke)


def _rows(text: str) -> list[str]:
    """Return the lines of a caption: none empty, none with a control character."""
    rows = ("".join(" " if unicodedata.category(c) == "Cc" else c for c in row).strip() for row in text.splitlines())
    return [row for row in rows if row]


def _milliseconds(seconds: float) -> int:
    return max(0, round(seconds * 1000))


def _clock(seconds: float, point: str) -> str:
    whole, rest = divmod(_milliseconds(seconds), 1000)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}{point}{rest:03d}"


def _srt(lines: Sequence[Caption], _karaoke: bool) -> str:
    cues = []
    for number, line in enumerate(lines, 1):
        text = _SRT_TAG.sub("<" + _NOTHING, "\n".join(_rows(line.text)))
        text = text.replace("-->", f"--{_NOTHING}>").replace("{\\", "{" + _NOTHING + "\\")
        text = _SRT_ENTITY.sub("&" + _NOTHING, text)
        cues.append(f"{number}\n{_clock(line.start, ',')} --> {_clock(line.end, ',')}\n{text}\n")
    return "\n".join(cues)


def _vtt(lines: Sequence[Caption], karaoke: bool) -> str:
    cues = ["WEBVTT\n"]
    for line in lines:
        words = _spoken(line) if karaoke else ()
        text = _vtt_words(line, words) if words else "\n".join(map(_vtt_text, _rows(line.text)))
        cues.append(f"{_clock(line.start, '.')} --> {_clock(line.end, '.')}\n{text}\n")
    return "\n".join(cues)


def _vtt_text(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _vtt_words(line: Caption, words: Sequence[Word]) -> str:
    """Return the words with the time at which each begins, and at which it ends where the next does not begin then."""
    parts: list[str] = []
    told = _milliseconds(line.start)
    for word, after in zip(words, [*words[1:], None], strict=True):
        parts.append(" " if parts else "")
        start, end = _milliseconds(word.start), _milliseconds(word.end)
        if start > told:
            parts.append(f"<{_clock(word.start, '.')}>")
            told = start
        parts.append(_vtt_text(" ".join(_rows(word.text))))
        if told < end < _milliseconds(after.start if after else line.end):
            parts.append(f"<{_clock(word.end, '.')}>")
            told = end
    return "".join(parts)


def _spoken(line: Caption) -> tuple[Word, ...]:
    return tuple(word for word in line.words if _rows(word.text))


def _ass(lines: Sequence[Caption], karaoke: bool) -> str:
    events = []
    for line in lines:
        words = _spoken(line) if karaoke else ()
        text = _ass_words(line, words) if words else "\\N".join(map(_ass_text, _rows(line.text)))
        start, end = _ass_clock(line.start), _ass_clock(line.end)
        events.append(f"Dialogue: 0,{start},{end},Default,,0,0,0,,{text}\n")
    return _ASS_HEAD + "".join(events)


def _ass_text(text: str) -> str:
    return text.replace("\\", "\\" + _NOTHING).replace("{", "\\{").replace("}", "\\}")


def _hundredths(seconds: float) -> int:
    return (_milliseconds(seconds) + 5) // 10


def _ass_clock(seconds: float) -> str:
    whole, rest = divmod(_hundredths(seconds), 100)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}.{rest:02d}"


def _ass_words(line: Caption, words: Sequence[Word]) -> str:
    """Return the words as karaoke syllables; each length is a difference of rounded times, so that none adds up."""
    parts: list[str] = []
    at = _hundredths(line.start)
    for word in words:
        start, end = _hundredths(word.start), _hundredths(word.end)
        space = " " if parts else ""
        parts.append(f"{{\\k{start - at}}}{space}" if start > at else space)
        at = max(at, start)
        parts.append(f"{{\\k{max(0, end - at)}}}{_ass_text(' '.join(_rows(word.text)))}")
        at = max(at, end)
    return "".join(parts)


def _txt(lines: Sequence[Caption], _karaoke: bool) -> str:
    rows: list[str] = []
    for number, line in enumerate(lines):
        if number and line.start - lines[number - 1].end >= PARAGRAPH_S:
            rows.append("")
        rows.append(" ".join(_rows(line.text)))
    return "".join(row + "\n" for row in rows)


def _json(lines: Sequence[Caption], language: str | None) -> str:
    told: dict[str, object] = {"language": language} if language else {}
    told["captions"] = [line.model_dump(exclude_none=True) for line in lines]
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"
