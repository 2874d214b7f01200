"""OpenTimelineIO's times and containers as exact and plain values."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import isfinite
from typing import Any

import opentimelineio as otio

from services.planner.tools.interchange.otio_out import OURS
from shared.timecode import rate_near


def exact(time: Any) -> Fraction:
    """Return a rational time in exact seconds: whole frames of a known rate, so that no rounding adds up."""
    rate = rate_near(time.rate)
    value = float(time.value)
    if not isfinite(value) or abs(value) > 1e12:
        raise ValueError("a time is out of bounds")
    near = Fraction(round(value)) if abs(value - round(value)) < 1e-6 else Fraction(value).limit_denominator(10**6)
    return near / rate


def exact_rate(clip: Any) -> Fraction:
    """Return the rate in which a clip tells its start; 30 where it tells none."""
    return rate_near(clip.source_range.start_time.rate) if clip.source_range is not None else Fraction(30)


def ours_in(metadata: Any) -> Mapping[str, Any]:
    """Return what stands under our name in somebody's metadata."""
    found = metadata.get(OURS) if metadata else None
    return found if isinstance(found, Mapping | otio._otio.AnyDictionary) else {}


def plain(value: Any) -> Any:
    """Return a copy of OTIO's containers as plain ones."""
    if isinstance(value, Mapping | otio._otio.AnyDictionary):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | otio._otio.AnyVector):
        return [plain(inner) for inner in value]
    return value
