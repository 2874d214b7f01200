"""SubRip and WebVTT as they are found in the world: numbers missing, hours left out, commas for dots, tags, notes."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from services.analyzer.domain.text.refusing import MAX_SECONDS
from services.analyzer.domain.text.timed import Piece, words_of
from shared.contracts.speech import Caption

_CLOCK = r"(?:(-?\d{1,4})\s*:\s*)?(-?\d{1,2})\s*:\s*(-?\d{1,2})(?:\s*[.,:]\s*(-?\d{1,6}))?"
"""A minus sign anywhere is one of the whole time: programs that shift subtitles write them before the film."""
_TIMING = re.compile(rf"^\s*{_CLOCK}\s*(?:(?:-{{1,3}}|[\u2013\u2014])\s*>\s*|,(?=\d+:\d\d:\d\d\.\d{{3}}\s*$)){_CLOCK}")
_NUMBER = re.compile(r"^\s*\d{1,9}\s*$")
_BLOCK = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s|$)")
_TIME_TAG = re.compile(rf"<{_CLOCK}>")
_VTT_TAG = re.compile(r"<[^<>]{0,200}>")
_SRT_TAG = re.compile(r"<(?=[A-Za-z/0-9])[^<>]{0,200}>")
_RUBY = re.compile(r"<rt>[^<]{0,200}</rt>")
_ENTITY = re.compile(r"&(?:amp|quot|apos|nbsp|lrm|rlm|#\d{1,6}|#x[0-9a-fA-F]{1,5});")
"""What pages write into SubRip; ``&lt;`` is none of them, as tags would come of it."""
_OVERRIDE = re.compile(r"\{\\[^{}]{0,200}\}")
_TOUCHING_S = 0.1
_ROLLS = 3


@dataclass(frozen=True, slots=True)
class _Cue:
    start: float
    end: float
    rows: tuple[str, ...]


def read_srt(text: str) -> Iterator[Caption]:
    """Yield the lines of a SubRip file; blank lines inside a cue are part of it."""
    return _captions(list(_cues(text.split("\n"))), vtt=False)


def read_vtt(text: str) -> Iterator[Caption]:
    """Yield the lines of a WebVTT file, without its notes, styles and regions."""
    blocks = (block.split("\n") for block in re.split(r"\n\n+", text) if not _BLOCK.match(block))
    return _captions([cue for rows in blocks for cue in _cues(rows)], vtt=True)


def _cues(rows: Sequence[str]) -> Iterator[_Cue]:
    """Yield the cues in ``rows``; a number just before a time is the cue's where the first one has a number too."""
    timings = [(number, found) for number, row in enumerate(rows) if (found := _timing(row))]
    if not timings:
        return
    first = timings[0][0]
    numbered = first > 0 and bool(_NUMBER.match(rows[first - 1]))
    behind = [number for number, _ in timings[1:]]
    for (number, (start, end)), last in zip(timings, [*behind, len(rows)], strict=True):
        body = rows[number + 1 : last]
        if numbered and last < len(rows) and body and _NUMBER.match(body[-1]):
            body = body[:-1]
        yield _Cue(start, end, tuple(body))


def _timing(row: str) -> tuple[float, float] | None:
    if (">" not in row and "," not in row) or (found := _TIMING.match(row)) is None:
        return None
    start, end = _seconds(*found.groups()[:4]), _seconds(*found.groups()[4:])
    return (start, end) if start < MAX_SECONDS else None


def _seconds(hours: str | None, minutes: str, seconds: str, fraction: str | None) -> float:
    told = [part or "0" for part in (hours, minutes, seconds, fraction)]
    whole, tens, ones, rest = (part.removeprefix("-") for part in told)
    at = int(whole) * 3600 + int(tens) * 60 + int(ones) + float(f"0.{rest}")
    return round(-at if any(part.startswith("-") for part in told) else at, 6)


def _captions(cues: Sequence[_Cue], *, vtt: bool) -> Iterator[Caption]:
    for cue in _without_rolled(cues, vtt=vtt):
        pieces = _pieces(cue, vtt=vtt)
        text = "".join(piece.text for piece in pieces)
        if text.strip():
            words = words_of(pieces) if len(pieces) > 1 else ()
            yield Caption(text=text.strip(), start=cue.start, end=cue.end, words=words)


def _plain(row: str, *, vtt: bool) -> str:
    if vtt:
        return html.unescape(_VTT_TAG.sub("", _RUBY.sub("", row)))
    row = _ENTITY.sub(lambda found: html.unescape(found[0]), row)
    return _OVERRIDE.sub("", _SRT_TAG.sub("", re.sub(r"<br\s*/?>", " ", row, flags=re.IGNORECASE)))


def _pieces(cue: _Cue, *, vtt: bool) -> list[Piece]:
    """Part the text where a time stands in it. Times out of order or outside the cue are no times."""
    text = "\n".join(row.strip() for row in cue.rows if row.strip())
    marks = [(cue.start, 0, 0)]
    for found in _TIME_TAG.finditer(text):
        at = _seconds(*found.groups())
        if marks[-1][0] <= at <= cue.end:
            marks.append((at, found.start(), found.end()))
    ends = [*((at, start) for at, start, _ in marks[1:]), (cue.end, len(text))]
    return [
        Piece(_plain(text[begin:stop], vtt=vtt), at, end)
        for (at, _, begin), (end, stop) in zip(marks, ends, strict=True)
    ]


def _without_rolled(cues: Sequence[_Cue], *, vtt: bool) -> Iterable[_Cue]:
    """Leave out rows that only moved up: live captions show the line before once more above each new one."""
    shown = [[p for row in cue.rows if (p := _plain(row, vtt=vtt).strip())] for cue in cues]
    rolled = [
        number
        for number in range(1, len(cues))
        if shown[number]
        and shown[number - 1]
        and shown[number][0] == shown[number - 1][-1]
        and abs(cues[number].start - cues[number - 1].end) < _TOUCHING_S
    ]
    if sum(len(shown[number]) > 1 for number in rolled) < _ROLLS:
        return cues
    moved = set(rolled)
    kept = []
    for number, cue in enumerate(cues):
        rows = [row for row in cue.rows if row.strip()]
        kept.append(_Cue(cue.start, cue.end, tuple(rows[1:] if number in moved else rows)))
    return kept
