"""Text out of bytes of which nobody says how they were written: subtitles come in all encodings that there were."""

from __future__ import annotations

import codecs

from charset_normalizer import from_bytes

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LATIN = ("cp1252", "cp1250", "iso8859_2")
"""Of the Latin script, the likeliest first; where they are equally good the first one is taken."""
_OTHERS = [
    "cp1251", "koi8_r", "cp1253", "cp1255", "cp1256", "cp874", "cp932", "euc_jp", "gb18030", "big5", "cp949",
]  # fmt: skip
_TURKISH = "cp1254"
_NO_HEBREW = frozenset(range(0xC0, 0xE0)) | frozenset(range(0xFB, 0x100))
"""Where Cyrillic has its capitals and its last letters, and Hebrew nothing."""
_ENOUGH = 20
_SEEN = 65_536
_MOSTLY = 0.45


def decode(data: bytes) -> str:
    """Return the text: by its byte order mark, as UTF-16 by its zero bytes, as UTF-8, else by what it looks like."""
    for bom, name in _BOMS:
        if data.startswith(bom):
            return data.decode(name, "replace")
    zeros = data[:4096].count(0)
    if zeros > len(data[:4096]) / 4:
        return data.decode("utf-16-le" if data[1:2] == b"\0" else "utf-16-be", "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode(_looks_like(data), "replace")


def _looks_like(data: bytes) -> str:
    """Return the encoding of bytes that are no UTF-8; only lines with letters beyond ASCII tell anything.

    Where most letters are ASCII the text is in the Latin script, and the wrong encoding shows as signs inside words.
    """
    telling = [line for line in data.splitlines() if not line.isascii()]
    sample = b"\n".join(telling)[:_SEEN]
    high = sum(byte > 127 for byte in sample)
    letters = high + sum(chr(byte).isalpha() for byte in sample if byte < 128)
    if high > _MOSTLY * letters:
        if high > _ENOUGH and not any(byte in _NO_HEBREW for byte in sample):
            return "cp1255"
        best = from_bytes(sample, cp_isolation=_OTHERS).best()
        if best:
            return best.encoding
    best = from_bytes(sample, cp_isolation=[*_LATIN, _TURKISH]).best()
    if best and best.encoding == _TURKISH:
        return _TURKISH
    return min(_LATIN, key=lambda name: _odd(sample.decode(name, "replace")))


def _odd(text: str) -> int:
    """Count the signs that stand inside words, and the letters that grow in the midst of one."""
    odd = 0
    for before, char, after in zip(text, text[1:], text[2:], strict=False):
        if ord(char) > 127 and before.isalpha() and after.isalpha():
            odd += (not char.isalpha() and char not in "’·\u00ad") or (char.isupper() and before.islower())
        elif (char in "¹³¾¼£¥¢»" and after.isalpha()) or (char in "¹³¾¼£¥¢¿¡«" and before.isalpha()):
            odd += 1
    return odd
