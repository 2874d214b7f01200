"""Which characters a font file has: its ``cmap`` tables, formats 4 and 12 (OpenType 1.9, cmap). Pure over bytes."""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Iterable, Iterator


def characters(font: bytes) -> frozenset[int]:
    """Return the code points of a TrueType or OpenType font, or of all fonts of a collection.

    Raises ValueError for bytes that are no font.
    """
    try:
        starts = [0]
        if font[:4] == b"ttcf":
            starts = list(struct.unpack_from(f">{struct.unpack_from('>I', font, 8)[0]}I", font, 12))
        return frozenset(code for start in starts for code in _font(font, start))
    except (struct.error, IndexError) as bad:
        raise ValueError("not a font") from bad


def missing(text: str, known: frozenset[int]) -> str:
    """Return the visible characters of ``text`` that are not in ``known``, each once, in order."""
    return "".join(dict.fromkeys(c for c in text if ord(c) not in known and _visible(c)))


def _visible(character: str) -> bool:
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp", "Mn"}


def _font(font: bytes, start: int) -> Iterator[int]:
    if font[start : start + 4] not in (b"\x00\x01\x00\x00", b"OTTO", b"true"):
        raise ValueError("not a font")
    (tables,) = struct.unpack_from(">H", font, start + 4)
    for i in range(tables):
        name, _, offset, _ = struct.unpack_from(">4sIII", font, start + 12 + 16 * i)
        if name == b"cmap":
            yield from _cmap(font, offset)


def _cmap(font: bytes, table: int) -> Iterator[int]:
    (count,) = struct.unpack_from(">H", font, table + 2)
    offsets: Iterable[int] = {struct.unpack_from(">I", font, table + 8 + 8 * i)[0] for i in range(count)}
    for offset in offsets:
        (kind,) = struct.unpack_from(">H", font, table + offset)
        if kind == 4:
            yield from _segments(font, table + offset)
        elif kind == 12:
            yield from _groups(font, table + offset)


def _segments(font: bytes, at: int) -> Iterator[int]:
    count = struct.unpack_from(">H", font, at + 6)[0] // 2
    ends = struct.unpack_from(f">{count}H", font, at + 14)
    starts = struct.unpack_from(f">{count}H", font, at + 16 + 2 * count)
    for start, end in zip(starts, ends, strict=True):
        yield from range(start, min(end, 0xFFFE) + 1)


def _groups(font: bytes, at: int) -> Iterator[int]:
    (count,) = struct.unpack_from(">I", font, at + 12)
    for i in range(count):
        start, end, _ = struct.unpack_from(">III", font, at + 16 + 12 * i)
        yield from range(start, min(end, 0x10FFFF) + 1)
