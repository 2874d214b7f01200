"""A person's subtitle file as lines of speech: SubRip, WebVTT, ASS or JSON, in whatever encoding, within limits.

Such files are as bad as playlists to those who draw them; here they are only read, as words and times, and nothing of
their styling is kept.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator

import pysubs2
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from shared.contracts.media import Caption, Word

MAX_BYTES = 5 * 1024 * 1024
MAX_EVENTS = 20_000
MAX_LINE = 20_000
MAX_SECONDS = 99 * 3600.0
_TAGS = re.compile(r"<[^<>]{0,200}>")
_BLOCKS = re.compile(r"^(?:NOTE|STYLE|REGION)\b.*?(?:\n[ \t]*\n|\Z)", re.DOTALL | re.MULTILINE)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class BadSubtitles(ValueError):
    """The file is no subtitle file, or beyond the limits; the text says why."""


def decode(data: bytes) -> str:
    """Return the text: by its byte order mark, as UTF-16 by its zero bytes, as UTF-8, else as Windows-1252."""
    for bom, name in _BOMS:
        if data.startswith(bom):
            return data.decode(name, "replace")
    zeros = data[:4096].count(0)
    if zeros > len(data[:4096]) / 4:
        return data.decode("utf-16-le" if data[1:2] == b"\0" else "utf-16-be", "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def parse(data: bytes) -> list[Caption]:
    """Return the lines as they stand in the file. Raises BadSubtitles."""
    if len(data) > MAX_BYTES:
        raise BadSubtitles(f"it has {len(data)} bytes; at most {MAX_BYTES} are read")
    text = decode(data).replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    if not text.strip():
        raise BadSubtitles("it is empty")
    if text.lstrip()[0] in "[{" and not text.lstrip().startswith("[Script Info]"):
        lines = list(_from_json(text))
    else:
        lines = list(_from_subtitles(text))
    if not lines:
        raise BadSubtitles("no line with a time was found in it")
    return lines


def _from_subtitles(text: str) -> Iterator[Caption]:
    if max(map(len, text.split("\n"))) > MAX_LINE:
        raise BadSubtitles(f"it has a line of more than {MAX_LINE} letters")
    kind = _kind(text)
    if text.count("-->") > MAX_EVENTS or text.count("\nDialogue:") > MAX_EVENTS:
        raise BadSubtitles(f"it has more than {MAX_EVENTS} lines of speech")
    if kind == "vtt":
        text = _BLOCKS.sub("", text)
    try:
        events = pysubs2.SSAFile.from_string(text, format_=kind)
    except (pysubs2.exceptions.Pysubs2Error, ValueError, KeyError, IndexError, OverflowError) as bad:
        raise BadSubtitles(f"it cannot be read as {kind.upper()}: {type(bad).__name__}") from bad
    for event in events:
        if event.is_comment or event.is_drawing:
            continue
        start, end = event.start / 1000, event.end / 1000
        if 0 <= start < MAX_SECONDS:
            yield Caption(text=_TAGS.sub("", event.plaintext), start=start, end=end)


def _kind(text: str) -> str:
    head = text.lstrip()[:4096]
    if head.startswith("WEBVTT"):
        return "vtt"
    if "[Script Info]" in head or "[Events]" in head:
        return "ass"
    if "-->" in text:
        return "srt"
    raise BadSubtitles("it is neither SRT, VTT, ASS nor JSON")


class _Loose(BaseModel):
    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)


class _Spoken(_Loose):
    text: str = Field(max_length=MAX_LINE, validation_alias="text")
    start: float = Field(ge=0, lt=MAX_SECONDS)
    end: float = Field(ge=0, lt=MAX_SECONDS)
    confidence: float | None = None


class _Line(_Spoken):
    words: list[_Spoken] = Field(default_factory=list, max_length=MAX_LINE)


_LINES: TypeAdapter[list[_Line]] = TypeAdapter(list[_Line])


def _from_json(text: str) -> Iterator[Caption]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as bad:
        raise BadSubtitles("it is not valid JSON") from bad
    if isinstance(found, dict):
        found = found.get("captions", found.get("segments"))
    if not isinstance(found, list):
        raise BadSubtitles('its JSON is neither a list of lines nor has it "captions" or "segments"')
    if len(found) > MAX_EVENTS:
        raise BadSubtitles(f"it has more than {MAX_EVENTS} lines of speech")
    try:
        lines = _LINES.validate_python(found)
    except ValidationError as bad:
        first = bad.errors(include_input=False, include_url=False)[0]
        raise BadSubtitles(f"line {'.'.join(map(str, first['loc']))}: {first['msg']}") from bad
    for line in lines:
        words = tuple(Word(text=w.text, start=w.start, end=w.end, confidence=w.confidence) for w in line.words)
        yield Caption(text=line.text, start=line.start, end=line.end, words=words)
