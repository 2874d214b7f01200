"""Reading .cube files of people: three-dimensional tables of colours, red running fastest. Pure.

Format: Adobe, "Cube LUT Specification" 1.0 (2013).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

SMALLEST, LARGEST = 2, 65
FARTHEST = 16.0
Row = tuple[float, ...]
WHOLE: dict[str, Row] = {"DOMAIN_MIN": (0.0, 0.0, 0.0), "DOMAIN_MAX": (1.0, 1.0, 1.0)}


@dataclass(slots=True)
class _Read:
    size: int = 0
    domain: dict[str, Row] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)

    def take(self, words: list[str]) -> None:
        """Take a line in. Raises ValueError or IndexError for what is none of a table's."""
        if words[0] == "LUT_3D_SIZE":
            self.size = int(words[1])
            if not SMALLEST <= self.size <= LARGEST:
                raise ValueError
        elif words[0] in ("DOMAIN_MIN", "DOMAIN_MAX"):
            self.domain[words[0]] = tuple(float(word) for word in words[1:4])
        else:
            self.rows.append(tuple(float(word) for word in words))


def text_of(data: bytes) -> str:
    """Return a file as text: the format is ASCII, but titles and comments are of all scripts, behind a mark of them.

    Raises ValueError for what is no text.
    """
    if b"\0" in data:
        raise ValueError("it is no text of single bytes")
    return data.decode("utf-8-sig", errors="replace")


def rows_of(text: str) -> tuple[int, list[Row]]:
    """Return the size of a table and its size^3 colours of three numbers. Raises ValueError that says what is wrong."""
    table = _Read()
    for number, raw in enumerate(text.splitlines(), 1):
        words = raw.split("#", 1)[0].split()
        if not words or words[0] == "TITLE":
            continue
        try:
            table.take(words)
        except (ValueError, IndexError):
            raise ValueError(f"line {number} is none of a 3D table of {SMALLEST} to {LARGEST}") from None
        if len(table.rows) > max(table.size, SMALLEST) ** 3:
            raise ValueError(f"line {number}: there are more colours than LUT_3D_SIZE says")
    _judge(table)
    return table.size, table.rows


def _judge(table: _Read) -> None:
    size, rows = table.size, table.rows
    if not size:
        raise ValueError("it does not say LUT_3D_SIZE")
    if len(rows) != size**3 or any(len(row) != 3 for row in rows):
        raise ValueError(f"it has {len(rows)} colours; a table of {size} needs {size**3} of three numbers")
    if not all(math.isfinite(value) and abs(value) <= FARTHEST for row in rows for value in row):
        raise ValueError(f"a colour is not a number between -{FARTHEST:g} and {FARTHEST:g}")
    if any(ends != WHOLE[name] for name, ends in table.domain.items()):
        raise ValueError("its domain is not 0 to 1")
