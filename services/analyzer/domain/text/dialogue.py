"""ASS and SSA scripts: what is said, with karaoke as word times; nothing of how it is drawn."""

from __future__ import annotations

import re
from collections.abc import Iterator

from services.analyzer.domain.text.refusing import MAX_SECONDS, BadSubtitles
from services.analyzer.domain.text.timed import Piece, words_of
from shared.contracts.speech import Caption

_TOKEN = re.compile(r"\\[{}Nnh]|\{[^{}]*\}|[^\\{]+|.", re.DOTALL)
_SYLLABLE = re.compile(r"\\[kK][fo]?(\d{1,6})")
_DRAWING = re.compile(r"\\p(\d{1,4})")
_BREAKS = {"\\N": "\n", "\\n": "\n", "\\h": " ", "\\{": "{", "\\}": "}"}
_CLOCK = re.compile(r"\s*(\d{1,4}):(\d{1,2}):(\d{1,2})(?:[.,:](\d{1,6}))?\s*")
_USUAL: tuple[str, ...] = ("layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text")


def read_ass(text: str) -> Iterator[Caption]:
    """Yield the lines of a script, whatever the order of their fields. Raises BadSubtitles for one without any."""
    fields, section, events = _USUAL, "", 0
    for row in text.split("\n"):
        name, _, value = row.partition(":")
        if row.lstrip().startswith("["):
            section = row.strip().casefold()
        elif section == "[events]" and name.strip() == "Format":
            fields = tuple(field.strip().casefold() for field in value.split(","))
        elif section == "[events]" and name.strip() == "Dialogue":
            events += 1
            yield from _line(dict(zip(fields, value.split(",", len(fields) - 1), strict=False)))
    if section and not events:
        raise BadSubtitles("its section [Events] has no line of dialogue")


def _line(found: dict[str, str]) -> Iterator[Caption]:
    start, end = _seconds(found.get("start", "")), _seconds(found.get("end", ""))
    if start is None or end is None or start >= MAX_SECONDS:
        return
    text = found.get("text", "")
    pieces = _pieces(text, start, end)
    said = "".join(piece.text for piece in pieces)
    if said.strip():
        words = words_of(pieces) if _SYLLABLE.search(text) else ()
        yield Caption(text=said.strip(), start=start, end=end, words=words)


def _seconds(clock: str) -> float | None:
    found = _CLOCK.fullmatch(clock)
    if found is None:
        return None
    hours, minutes, seconds, part = found.groups()
    return round(int(hours) * 3600 + int(minutes) * 60 + int(seconds) + (int(part) / 10 ** len(part) if part else 0), 6)


def _pieces(text: str, start: float, end: float) -> list[Piece]:
    """Part the text at its syllables; each lasts so many hundredths of a second behind the one before.

    What stands behind ``\\p1`` is a drawing and no text, up to ``\\p0``.
    """
    parts: list[tuple[str, int | None]] = [("", None)]
    drawing = False
    for token in _TOKEN.findall(text):
        if token.startswith("{") and token.endswith("}"):
            parts.extend(("", int(length)) for length in _SYLLABLE.findall(token))
            for scale in _DRAWING.findall(token):
                drawing = int(scale) > 0
        elif not drawing:
            parts[-1] = (parts[-1][0] + _BREAKS.get(token, token), parts[-1][1])
    if len(parts) == 1:
        return [Piece(parts[0][0], start, end)]
    pieces, at = [], round(start * 100)
    for said, length in parts:
        behind = at + (length or 0)
        pieces.append(Piece(said, at / 100, min(behind / 100, max(end, start))))
        at = behind
    return [piece for piece in pieces if piece.text]
