"""A person's subtitle file as lines of speech: SubRip, WebVTT, ASS or JSON, in whatever encoding, within limits.

Such files are as bad as playlists to those who draw them; here they are only read, as words and times, and nothing of
their styling is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from services.analyzer.domain.text.cues import read_srt, read_vtt
from services.analyzer.domain.text.decoding import decode
from services.analyzer.domain.text.dialogue import read_ass
from services.analyzer.domain.text.listed import read_json
from services.analyzer.domain.text.refusing import MAX_BYTES, MAX_EVENTS, MAX_LINE, BadSubtitles
from shared.contracts.speech import Caption

_NO_JSON = re.compile(
    r"\s*(?:\[(?:Script Info|V4|Events|INFORMATION|[a-z]{2,6}:|\d+:\d|\d+\]\s*\[)|\{(?:\d+|DEFAULT)\}\s*\{|\{\\rtf)",
    re.IGNORECASE,
)
"""How scripts, lyrics and counts of frames begin, which look like JSON."""
_ELSE = {
    r"<\?xml(?=[^\0]*<tt[\s>:])|<tt[\s>:]": "it is TTML",
    r"<\?xml": "it is XML",
    r"<sami": "it is SAMI",
    r"<!doctype html|<html": "it is a web page",
    r"\[information\]": "it is SubViewer",
    r"\[\d+\]\s*\[\d+\]": "it counts tenths of seconds (MPL2)",
    r"\[\d+:\d|\[[a-z]{2,6}:": "it is a file of lyrics (LRC)",
    r"%PDF": "it is a PDF",
    r"PK": "it is an archive or an office document",
    r"\{\\rtf": "it is rich text (RTF)",
    r"\{": "it counts frames (MicroDVD) and tells no times",
    r"scenarist_scc": "it is closed captions of television (SCC)",
    r"\d\d:\d\d:\d\d[:=]\S": "it is TMPlayer",
    r"[^\t\n]+\t[^\n]*\n|start,end": "it is a table",
}
"""How other files begin, and what they are."""
_READERS = {"srt": read_srt, "vtt": read_vtt, "ass": read_ass}


_ARROW = re.compile("[-\u2013\u2014]\\s?>")
_SBV = re.compile(r"^\d+:\d\d:\d\d\.\d{3},\d+:\d\d:\d\d\.\d{3}$", re.MULTILINE)


def parse(data: bytes) -> list[Caption]:
    """Return the lines as they stand in the file. Raises BadSubtitles."""
    if len(data) > MAX_BYTES:
        raise BadSubtitles(f"it has {len(data)} bytes; at most {MAX_BYTES} are read")
    text = (
        decode(data)
        .replace("\r\r\n", "\n")
        .replace("\r\n", "\n")
        .replace("\r", "\n")
        .replace("\0", "")
        .replace("\ufeff", "")
    )
    if not text.strip():
        raise BadSubtitles("it is empty")
    json = text.lstrip()[0] in "[{" and not _NO_JSON.match(text)
    lines = read_json(text) if json else list(_from_subtitles(text))
    if not lines:
        raise BadSubtitles("no line with a time was found in it")
    return lines


def _from_subtitles(text: str) -> Iterator[Caption]:
    if max(map(len, text.split("\n"))) > MAX_LINE:
        raise BadSubtitles(f"it has a line of more than {MAX_LINE} letters")
    kind = _kind(text)
    if max(len(_ARROW.findall(text)), len(_SBV.findall(text)), text.count("\nDialogue:")) > MAX_EVENTS:
        raise BadSubtitles(f"it has more than {MAX_EVENTS} lines of speech")
    try:
        yield from _READERS[kind](text)
    except BadSubtitles:
        raise
    except (ValueError, KeyError, IndexError, OverflowError) as bad:
        raise BadSubtitles(f"it cannot be read as {kind.upper()}: {type(bad).__name__}") from bad


def _kind(text: str) -> str:
    head = text.lstrip()[:4096]
    if head[:6].upper() == "WEBVTT":
        return "vtt"
    if "[Script Info]" in head or "[Events]" in head:
        return "ass"
    if _ARROW.search(text) or _SBV.search(head):
        return "srt"
    what = next(
        (said for begins, said in _ELSE.items() if re.match(begins, head, re.IGNORECASE)), "it is something else"
    )
    raise BadSubtitles(f"{what}, and neither SRT, VTT, ASS nor JSON")
