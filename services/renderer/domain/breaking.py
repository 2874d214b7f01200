"""How wide text is, and where it may be broken that has no spaces. Pure.

libass breaks lines at spaces alone: what is written without them (Chinese, Japanese, Thai, addresses) is broken here.
"""

from __future__ import annotations

import unicodedata

_STAYS = frozenset("、。，．！？：；）」』】》〉ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ,.!?:;)]}’”…")
"""What does not begin a line."""
_JOINER = "\u200d"


def width(text: str) -> float:
    """Estimate the width of a bold text in ems: 1 for wide East Asian characters, 0.6 for others, 0 for marks."""
    return sum(
        0.0 if unicodedata.combining(c) else 1.0 if unicodedata.east_asian_width(c) in "WF" else 0.6 for c in text
    )


def drawn(text: str) -> bool:
    """Tell whether anything of a text is drawn: marks without a letter, spaces and what steers writing are not."""
    return any(unicodedata.category(c)[0] not in "CMZ" for c in text)


def pieces(text: str, room: float) -> list[str]:
    """Cut a word that is wider than ``room`` ems into pieces of about one width, none wider than 0.9 of it.

    Marks stay with their letters, and joined emoji together, unless one of them alone fills a line.
    """
    whole = width(text)
    if whole <= room:
        return [text]
    most = room * 0.9
    even = whole / -(-whole // most)
    found = [""]
    for part in _clusters(text):
        size = width(part)
        done = width(found[-1])
        if found[-1] and (done + size > most or done + size / 2 > even):
            found.append("")
        found[-1] += part
    return found


def wrapped(line: str, room: float) -> str:
    """Return a line in which words that are wider than ``room`` ems are broken with line ends; spaces are left."""
    return " ".join("\n".join(pieces(word, room)) for word in line.split(" "))


def _clusters(text: str) -> list[str]:
    found: list[str] = []
    for character in text:
        if found and (_stays(character) or found[-1].endswith(_JOINER)) and len(found[-1]) < 16:
            found[-1] += character
        else:
            found.append(character)
    return found


def _stays(character: str) -> bool:
    return (
        unicodedata.category(character) in ("Mn", "Mc", "Me", "Cf")
        or character in _STAYS
        or "\U0001f3fb" <= character <= "\U0001f3ff"
    )
