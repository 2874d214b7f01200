"""Aspect ratios of outputs and the sizes that belong to them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from fractions import Fraction

from shared.errors import BadRequest

SHORT_SIDE = 1080
DRAFT_SHORT_SIDE = 480
MAX_RATIOS = 8
DEFAULT_RENDER = "9:16"
DEFAULT_AI_EDIT = "16:9"

_RATIO = re.compile(r"([1-9][0-9]{0,2}):([1-9][0-9]{0,2})", re.ASCII)
_WIDEST = 4
_REMEDY = "Give a ratio W:H of whole numbers from 1 to 100, between 1:4 and 4:1, such as 16:9."


def parse(text: str) -> Fraction:
    """Return width by height of ``"W:H"``.

    Raises ``BadRequest`` with code ``aspect_ratio_invalid`` unless both are whole numbers of 1..100 and the ratio lies
    between 1:4 and 4:1.
    """
    match = _RATIO.fullmatch(text)
    if match is None:
        raise _invalid(text)
    width, height = int(match[1]), int(match[2])
    ratio = Fraction(width, height)
    if max(width, height) > 100 or not Fraction(1, _WIDEST) <= ratio <= _WIDEST:
        raise _invalid(text)
    return ratio


def size(text: str, *, draft: bool = False) -> tuple[int, int]:
    """Return (width, height) in pixels, both even: the short side is 1080, of a draft 480."""
    ratio = parse(text)
    short = DRAFT_SHORT_SIDE if draft else SHORT_SIDE
    long = 2 * round(short * max(ratio, 1 / ratio) / 2)
    return (long, short) if ratio >= 1 else (short, long)


def name(text: str) -> str:
    """Return the ratio as part of a file name: ``16_9`` for ``16:9``."""
    return text.replace(":", "_")


def parse_list(values: Sequence[str]) -> tuple[str, ...]:
    """Return the ratios of a query parameter: repeated, or once as a JSON array; without any, 16:9.

    Raises ``BadRequest`` unless there are 1 to 8 ratios, all valid and no two of the same shape.
    """
    if not values:
        return (DEFAULT_AI_EDIT,)
    ratios = _from_json(values[0]) if len(values) == 1 and values[0].lstrip().startswith("[") else tuple(values)
    if not 1 <= len(ratios) <= MAX_RATIOS:
        raise _invalid(f"{len(ratios)} ratios")
    if len({parse(text) for text in ratios}) < len(ratios):
        raise _invalid("the same shape twice")
    return ratios


def _from_json(text: str) -> tuple[str, ...]:
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as bad:
        raise _invalid(text) from bad
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise _invalid(text)
    return tuple(values)


def _invalid(text: str) -> BadRequest:
    return BadRequest(
        f"Not an aspect ratio: {text[:40]!r}.",
        code="aspect_ratio_invalid",
        remedy=_REMEDY,
        details={"max_ratios": MAX_RATIOS},
    )
