"""Exact time: rational rates and time bases as ``"num/den"`` text, positions as integers.

A cut at frame n of the output lies at sample ``round(n * sample_rate / rate)``, computed from n each time: rounded
lengths are never added up, so nothing drifts.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated

from pydantic import AfterValidator

MICROSECONDS = "1/1000000"


def fraction(text: str) -> Fraction:
    """Return the number that ``text`` writes. Raises ValueError, also for powers of ten, which may take for ever."""
    if "e" in text.casefold():
        raise ValueError(f"not a fraction: {text[:20]!r}")
    return Fraction(text)


def _positive_fraction(text: str) -> str:
    try:
        value = fraction(text)
    except (ValueError, ZeroDivisionError) as bad:
        raise ValueError("not a fraction such as 30000/1001") from bad
    if value <= 0:
        raise ValueError("must be positive")
    return f"{value.numerator}/{value.denominator}"


Ratio = Annotated[str, AfterValidator(_positive_fraction)]
"""A positive rational in lowest terms, written ``num/den``."""


def fraction_text(value: Fraction) -> str:
    """Return ``value`` as ``num/den``."""
    return f"{value.numerator}/{value.denominator}"


def to_ticks(seconds: float | Fraction, time_base: str) -> int:
    """Return the tick of ``time_base`` (seconds per tick) nearest to ``seconds``."""
    exact = seconds if isinstance(seconds, Fraction) else Fraction(repr(float(seconds)))
    return round(exact / Fraction(time_base))


def to_seconds(ticks: int, time_base: str) -> Fraction:
    """Return the exact time of ``ticks`` in seconds."""
    return ticks * Fraction(time_base)


def frame_at(seconds: Fraction, rate: str) -> int:
    """Return the output frame whose start lies nearest to ``seconds``."""
    return round(seconds * Fraction(rate))


def sample_at(frame: int, rate: str, sample_rate: int) -> int:
    """Return the audio sample at which output frame ``frame`` begins."""
    return round(Fraction(frame * sample_rate) / Fraction(rate))
