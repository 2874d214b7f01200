"""Timecode of SMPTE ST 12-1, and frame rates as people write them."""

from __future__ import annotations

import re
from fractions import Fraction

DROPPING = frozenset({Fraction(30000, 1001), Fraction(60000, 1001)})
"""Rates whose timecode leaves out numbers, so that it keeps step with the clock."""
_TIMECODE = re.compile(r"(\d{1,2}):(\d{2}):(\d{2})([:;.,])(\d{2,3})")


def base_of(rate: Fraction) -> int:
    """Return how many numbers a second of timecode has: 30 at 30000/1001."""
    return max(1, round(rate))


def drops(rate: Fraction) -> bool:
    """Tell whether timecode of ``rate`` is written as drop-frame."""
    return rate in DROPPING


def timecode(frame: int, rate: Fraction, *, drop: bool) -> str:
    """Return ``frame`` as ``HH:MM:SS:FF``, ``HH:MM:SS;FF`` with ``drop``; after 24 hours it begins again."""
    base = base_of(rate)
    if drop:
        frame = _with_gaps(frame, base)
    hours, rest = divmod(frame, base * 3600)
    minutes, rest = divmod(rest, base * 60)
    seconds, frames = divmod(rest, base)
    return f"{hours % 24:02d}:{minutes:02d}:{seconds:02d}{';' if drop else ':'}{frames:02d}"


def frame_of(text: str, rate: Fraction, *, drop: bool) -> int:
    """Return the frame that a timecode names; a ``;`` in it says drop-frame by itself. Raises ``ValueError``."""
    found = _TIMECODE.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"not a timecode: {text[:20]!r}")
    hours, minutes, seconds, frames = (int(found[i]) for i in (1, 2, 3, 5))
    base = base_of(rate)
    if minutes > 59 or seconds > 59 or frames >= base:
        raise ValueError(f"not a timecode at {base} frames a second: {text[:20]!r}")
    number = ((hours * 60 + minutes) * 60 + seconds) * base + frames
    if not (drop or found[4] == ";") or rate not in DROPPING:
        return number
    each = base // 15
    whole = hours * 60 + minutes
    return number - each * (whole - whole // 10)


def rate_near(fps: float) -> Fraction:
    """Return the exact rate that is meant by ``fps``: 30000/1001 for 29.97. Raises ``ValueError`` unless 1..1000."""
    if not 1 <= fps <= 1000:
        raise ValueError(f"not a frame rate: {fps}")
    whole = round(fps)
    if abs(fps - whole) < 1e-4:
        return Fraction(whole)
    ntsc = Fraction(round(fps * 1001 / 1000) * 1000, 1001)
    return ntsc if abs(fps - float(ntsc)) < 0.006 else Fraction(fps).limit_denominator(1001)


def _with_gaps(frame: int, base: int) -> int:
    """Skip the first ``base / 15`` numbers of every minute but each tenth."""
    each = base // 15
    minute, ten = base * 60 - each, base * 600 - 9 * each
    tens, rest = divmod(frame, ten)
    gaps = 9 * each * tens
    if rest >= base * 60:
        gaps += each * ((rest - base * 60) // minute + 1)
    return frame + gaps
