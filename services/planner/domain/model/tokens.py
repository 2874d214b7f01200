"""How many tokens a text costs a language model, estimated from above without anybody's tokenizer."""

from __future__ import annotations

import re
from collections.abc import Callable

MESSAGE = 8
"""Tokens around a message."""
_LETTERS = re.compile(r"[A-Za-z]+")
_MARKS = re.compile(r"[!-@\[-`{-\x7f\x00-\x1f]| (?=[ \d])")
_TWO_BYTES = re.compile("[\x80-\u07ff]")
_THREE_BYTES = re.compile("[\u0800-\uffff]")
_FOUR_BYTES = re.compile("[\U00010000-\U0010ffff]")


def tokens(text: str) -> int:
    """Return an upper estimate: three letters a token, a token for each digit and mark, two for a CJK character.

    Byte-pair vocabularies need about four letters a token in English, and one token for up to three digits. The
    estimates of two texts add up to that of their concatenation where one of them has a mark at the seam.
    """
    letters = sum((len(run) + 2) // 3 for run in _LETTERS.findall(text))
    wide = len(_TWO_BYTES.findall(text)) + 2 * len(_THREE_BYTES.findall(text)) + 4 * len(_FOUR_BYTES.findall(text))
    return letters + len(_MARKS.findall(text)) + wide


def image_tokens(width: int, height: int) -> int:
    """Return an upper estimate for a picture: tiles of 512 pixels at 170 tokens, or patches of 32, what is more."""
    tiles = -(-width // 512) * -(-height // 512) * 170 + 85
    patches = -(-width // 32) * -(-height // 32)
    return max(tiles, min(patches, 6000))


def cut_to(text: str, most: int, written: Callable[[str], str] = str) -> str:
    """Return the beginning of ``text`` that costs at most ``most`` tokens, with an ellipsis where it was cut.

    ``written`` is how it will stand in the request: marks that are escaped there cost more.
    """
    if tokens(written(text)) <= most:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if tokens(written(text[:middle])) + 2 <= most else (low, middle - 1)
    return text[:low].rstrip() + "…" if low else ""
