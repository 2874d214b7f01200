"""Conditional and partial requests for one object (RFC 9110, sections 13 and 14)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_RANGE = re.compile(r"bytes=\s*([0-9]{0,19})-([0-9]{0,19})\s*", re.ASCII | re.IGNORECASE)
_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes ``start`` up to but without ``end``."""

    start: int
    end: int


class Unsatisfiable(Exception):
    """The range lies wholly outside the object."""


def part_of(header: str | None, size: int) -> Part | None:
    """Return the asked part of an object of ``size`` bytes; None means all of it.

    What is not a single byte range is ignored, as the standard allows. Raises ``Unsatisfiable``.
    """
    match = _RANGE.fullmatch(header or "")
    if match is None or not (match[1] or match[2]):
        return None
    if not match[1]:
        length = int(match[2])
        if length == 0 or size == 0:
            raise Unsatisfiable
        return Part(max(0, size - length), size)
    start = int(match[1])
    last = int(match[2]) if match[2] else size - 1
    if match[2] and last < start:
        return None
    if start >= size:
        raise Unsatisfiable
    return Part(start, min(last + 1, size))


def matches(if_none_match: str | None, etag: str) -> bool:
    """Tell whether the client's copy is still good: weak comparison against a list of tags or ``*``."""
    if if_none_match is None:
        return False
    if if_none_match.strip() == "*":
        return True
    return etag.removeprefix("W/") in {tag.removeprefix("W/") for tag in _TAG.findall(if_none_match)}


def range_holds(if_range: str | None, etag: str) -> bool:
    """Tell whether a range may be answered in part: without ``If-Range``, or when it names this very object."""
    return if_range is None or (if_range.strip() == etag and not etag.startswith("W/"))


def if_match_holds(if_match: str | None, etag: str) -> bool:
    """Tell whether a change may be made to what has ``etag``: strong comparison against a list of tags or ``*``."""
    if if_match is None or if_match.strip() == "*":
        return True
    return etag in _TAG.findall(if_match)
