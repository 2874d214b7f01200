"""What expressions are made of: brackets, names, colons, texts and numbers, each with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

_TOKEN = re.compile(r'\s*(?:([()])|([A-Za-z_]+)|(:)|"((?:[^"\\]|\\.)*)"|(-?\d+(?:\.\d+)?)\s*(dB|%)?)', re.IGNORECASE)


class ExpressionError(ValueError):
    """What is wrong, where (``at`` counts characters from 0), and what to write instead."""

    def __init__(self, message: str, at: int, remedy: str) -> None:
        super().__init__(f"{message} at character {at + 1}; {remedy}")
        self.at, self.remedy = at, remedy


@dataclass(frozen=True, slots=True)
class Token:
    """One piece; ``at`` counts characters from 0, ``unit`` is what stands behind a number."""

    kind: Literal["bracket", "name", "colon", "text", "number", "end"]
    text: str
    at: int
    unit: str = ""


def tokens(text: str) -> list[Token]:
    """Return the pieces of ``text`` and an end. Raises ``ExpressionError``."""
    found: list[Token] = []
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            start = at + len(text[at:]) - len(text[at:].lstrip())
            raise ExpressionError(f"{text[start]!r} is not understood", start, 'write such as audio:-30dB or word:"um"')
        for kind, group in (("bracket", 1), ("name", 2), ("colon", 3), ("text", 4), ("number", 5)):
            if match[group] is not None:
                found.append(Token(kind, match[group], match.start(group), match[6] or ""))  # type: ignore[arg-type]
        at = match.end()
    return [*found, Token("end", "the end", len(text))]
