"""How a clip runs through its source: at one speed, at speeds that change, standing still, backwards. Pure and exact.

Within a stretch the speed changes evenly over output time, so that ``t`` seconds into it ``a*t + (b-a)*t^2/(2*T)``
seconds of source are over, where ``T = 2*S/(a+b)`` is how long ``S`` seconds of source last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from typing import Annotated

from pydantic import AfterValidator

from shared.contracts.time import Ratio, fraction, fraction_text
from shared.contracts.value import Value


def _length(text: str) -> str:
    try:
        value = fraction(text)
    except (ValueError, ZeroDivisionError) as bad:
        raise ValueError("not a fraction such as 1/2") from bad
    if value < 0:
        raise ValueError("must not be negative")
    return fraction_text(value)


Length = Annotated[str, AfterValidator(_length)]
"""Exact seconds, zero among them, written ``num/den``."""


class Warp(Value):
    """``source`` seconds of source at a speed from ``begin`` to ``end``, then its last picture for ``hold`` seconds."""

    source: Length
    begin: Ratio = "1/1"
    end: Ratio = "1/1"
    hold: Length = "0/1"

    @property
    def running(self) -> Fraction:
        """Seconds of output for which it moves."""
        return 2 * Fraction(self.source) / (Fraction(self.begin) + Fraction(self.end))


def length(warps: Sequence[Warp]) -> Fraction:
    """Return how many seconds of output the stretches fill."""
    return sum((warp.running + Fraction(warp.hold) for warp in warps), Fraction(0))


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch laid out: ``source`` and ``output`` are where it begins, in seconds after the clip's own start."""

    source: Fraction
    output: Fraction
    span: Fraction
    running: Fraction
    hold: Fraction
    begin: Fraction
    end: Fraction

    def source_after(self, seconds: Fraction) -> Fraction:
        """Return the source time, after the clip's start, that is shown ``seconds`` after the stretch's."""
        t = min(max(seconds, Fraction(0)), self.running)
        bend = (self.end - self.begin) / (2 * self.running) if self.running else Fraction(0)
        return self.source + self.begin * t + bend * t * t

    def output_after(self, seconds: Fraction) -> Fraction:
        """Return the output time, after the clip's start, at which ``seconds`` of the stretch's source are over."""
        s = min(max(seconds, Fraction(0)), self.span)
        if self.begin == self.end or not self.span:
            return self.output + s / self.begin
        square = self.begin**2 + (self.end**2 - self.begin**2) * s / self.span
        return self.output + 2 * s / (self.begin + Fraction(sqrt(square)))


def stretches(span: Fraction, speed: Fraction, warps: Sequence[Warp]) -> tuple[Stretch, ...]:
    """Lay out the way through ``span`` seconds of source; without ``warps`` all of it runs at ``speed``."""
    if not warps:
        return (Stretch(Fraction(0), Fraction(0), span, span / speed, Fraction(0), speed, speed),)
    found: list[Stretch] = []
    source = output = Fraction(0)
    for warp in warps:
        hold = Fraction(warp.hold)
        part = Fraction(warp.source)
        found.append(Stretch(source, output, part, warp.running, hold, Fraction(warp.begin), Fraction(warp.end)))
        source, output = source + part, output + warp.running + hold
    return tuple(found)


def source_at(way: Sequence[Stretch], seconds: Fraction) -> Fraction:
    """Return the source time after the clip's start that is shown ``seconds`` after the clip's start."""
    here = next((part for part in reversed(way) if part.output <= seconds), way[0])
    return here.source_after(seconds - here.output)


def output_at(way: Sequence[Stretch], seconds: Fraction) -> Fraction:
    """Return when, after the clip's start, the source time ``seconds`` after it is shown first."""
    here = next((part for part in way if seconds <= part.source + part.span), way[-1])
    return here.output_after(seconds - here.source)
