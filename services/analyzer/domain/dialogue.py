"""ASS and SSA scripts: what is said, with karaoke as word times; nothing of how it is drawn."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pysubs2

from services.analyzer.domain.refusing import MAX_SECONDS
from services.analyzer.domain.timed_text import Piece, words_of
from shared.contracts.speech import Caption

_TOKEN = re.compile(r"\\[{}Nnh]|\{[^{}]*\}|[^\\{]+|.", re.DOTALL)
_SYLLABLE = re.compile(r"\\[kK][fo]?(\d{1,6})")
_BREAKS = {"\\N": "\n", "\\n": "\n", "\\h": " ", "\\{": "{", "\\}": "}"}


def read_ass(text: str) -> Iterator[Caption]:
    """Yield the lines of a script. Raises what pysubs2 raises for text that is none."""
    for event in pysubs2.SSAFile.from_string(text, format_="ass"):
        start, end = event.start / 1000, event.end / 1000
        if event.is_comment or event.is_drawing or not 0 <= start < MAX_SECONDS:
            continue
        pieces = _pieces(event.text, start, end)
        said = "".join(piece.text for piece in pieces)
        if said.strip():
            words = words_of(pieces) if _SYLLABLE.search(event.text) else ()
            yield Caption(text=said.strip(), start=start, end=end, words=words)


def _pieces(text: str, start: float, end: float) -> list[Piece]:
    """Part the text at its syllables; each lasts so many hundredths of a second behind the one before."""
    parts: list[tuple[str, int | None]] = [("", None)]
    for token in _TOKEN.findall(text):
        if token.startswith("{") and token.endswith("}"):
            parts.extend(("", int(length)) for length in _SYLLABLE.findall(token))
        else:
            parts[-1] = (parts[-1][0] + _BREAKS.get(token, token), parts[-1][1])
    if len(parts) == 1:
        return [Piece(parts[0][0], start, end)]
    pieces, at = [], round(start * 100)
    for said, length in parts:
        behind = at + (length or 0)
        pieces.append(Piece(said, at / 100, min(behind / 100, max(end, start))))
        at = behind
    return [piece for piece in pieces if piece.text]
