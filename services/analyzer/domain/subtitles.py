"""A person's subtitle file as lines of speech: SubRip, WebVTT, ASS or JSON, in whatever encoding, within limits.

Such files are as bad as playlists to those who draw them; here they are only read, as words and times, and nothing of
their styling is kept.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator

import pysubs2

from services.analyzer.domain.cues import read_srt, read_vtt
from services.analyzer.domain.dialogue import read_ass
from services.analyzer.domain.listed import read_json
from services.analyzer.domain.refusing import MAX_BYTES, MAX_EVENTS, MAX_LINE, MAX_SECONDS, BadSubtitles
from shared.contracts.speech import Caption

__all__ = ["MAX_BYTES", "MAX_EVENTS", "MAX_LINE", "MAX_SECONDS", "BadSubtitles", "decode", "parse"]

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_READERS = {"srt": read_srt, "vtt": read_vtt, "ass": read_ass}


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
    text = decode(data).replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").replace("\ufeff", "")
    if not text.strip():
        raise BadSubtitles("it is empty")
    if text.lstrip()[0] in "[{" and not text.lstrip().startswith("[Script Info]"):
        lines = read_json(text)
    else:
        lines = list(_from_subtitles(text))
    if not lines:
        raise BadSubtitles("no line with a time was found in it")
    return lines


def _from_subtitles(text: str) -> Iterator[Caption]:
    if max(map(len, text.split("\n"))) > MAX_LINE:
        raise BadSubtitles(f"it has a line of more than {MAX_LINE} letters")
    kind = _kind(text)
    if text.count("->") > MAX_EVENTS or text.count("\nDialogue:") > MAX_EVENTS:
        raise BadSubtitles(f"it has more than {MAX_EVENTS} lines of speech")
    try:
        yield from _READERS[kind](text)
    except (pysubs2.exceptions.Pysubs2Error, ValueError, KeyError, IndexError, OverflowError) as bad:
        raise BadSubtitles(f"it cannot be read as {kind.upper()}: {type(bad).__name__}") from bad


def _kind(text: str) -> str:
    head = text.lstrip()[:4096]
    if head.startswith("WEBVTT"):
        return "vtt"
    if "[Script Info]" in head or "[Events]" in head:
        return "ass"
    if "->" in text:
        return "srt"
    raise BadSubtitles("it is neither SRT, VTT, ASS nor JSON")
