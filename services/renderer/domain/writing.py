"""The words of a page as one line of a script, from left to right or from right to left. Pure.

libass looks at every run of one colour by itself: in a line that is read from the right, marks on both sides of each
word give its full stops and brackets the direction of the line.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from services.renderer.domain.look import Look
from services.renderer.domain.page import Token

WORD_JOINER = "\u2060"
RIGHT_MARK = "\u200f"
_KEYCAP = re.compile("([0-9#*])\ufe0f?\u20e3")
"""A digit on a key: the digit and the key come from two fonts, and would stand side by side."""


def escaped(text: str) -> str:
    """Return ``text`` so that libass draws it letter by letter: no override, no line break, no control character."""
    text = _KEYCAP.sub(r"\1", text)
    kept = "".join(
        " " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c) not in ("Cc", "Cs", "Co")
    )
    return kept.replace("\\", "\\" + WORD_JOINER).replace("{", "\\{").replace("}", "\\}")


def bgr(colour: str) -> str:
    """Return ``#rrggbb`` as a script writes it, without opacity."""
    return f"{colour[5:7]}{colour[3:5]}{colour[1:3]}".upper()


def from_right(tokens: Sequence[Token]) -> bool:
    """Tell whether the first letter that has a direction is written from right to left."""
    letters = (unicodedata.bidirectional(c) for token in tokens for c in token.text)
    return next((kind in ("R", "AL") for kind in letters if kind in ("L", "R", "AL")), False)


def line(tokens: Sequence[Token], look: Look, active: int | None) -> str:
    """Return the text of an event; word number ``active`` is spoken now, None where no word is coloured."""
    right = from_right(tokens)
    parts: list[str] = []
    for i, token in enumerate(tokens):
        lit = active is not None and (i <= active if look.spoken == "until" else i == active)
        text = _text(token, look)
        if right and from_right([token]):
            text = f"{RIGHT_MARK}{text}{RIGHT_MARK}"
        parts.append("\\N" if token.below else "" if i == 0 or token.glued else " ")
        parts.append(_coloured(text, look) if lit else text)
    return "".join(parts)


def _text(token: Token, look: Look) -> str:
    return escaped(token.text.upper() if look.uppercase else token.text)


def _coloured(text: str, look: Look) -> str:
    return f"{{\\c&H{bgr(look.accent)}&}}{text}{{\\c&H{bgr(look.colour)}&}}"
