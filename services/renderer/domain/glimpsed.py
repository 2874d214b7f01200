"""What was glimpsed of copied pictures: some of their key frames, told as notes. Pure.

They are the source's own, so that black or frozen spans are the source's too: nothing went wrong where they show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

from services.renderer.domain.check import BLACK_LUMA, FROZEN_SECONDS
from shared.contracts.timeline import Finding


@dataclass(frozen=True, slots=True)
class Glimpse:
    """Frame ``at`` of the film: the level that nine tenths of it stay below; whether the one before was the same."""

    at: int
    luma: float
    still: bool


def notes(seen: Sequence[Glimpse], rate: str) -> list[Finding]:
    """Return a note for each span of the film that is black, or stands still for 2 s, in all that was seen of it."""
    found = [_note("black", "is black", first, last) for first, last in _spans(seen, rate, _is_black)]
    still = ((first, last) for first, last in _spans(seen, rate, _is_still) if last - first >= FROZEN_SECONDS)
    return found + [_note("frozen", "stands still", first, last) for first, last in still]


def _is_black(seen: Sequence[Glimpse], place: int) -> bool:
    return seen[place].luma <= BLACK_LUMA


def _is_still(seen: Sequence[Glimpse], place: int) -> bool:
    return seen[place].still or (place + 1 < len(seen) and seen[place + 1].still)


def _spans(
    seen: Sequence[Glimpse], rate: str, wanted: Callable[[Sequence[Glimpse], int], bool]
) -> Iterator[tuple[float, float]]:
    for held, places in groupby(range(len(seen)), lambda place: wanted(seen, place)):
        if held:
            times = [float(seen[place].at / Fraction(rate)) for place in places]
            yield times[0], times[-1]


def _note(code: str, what: str, first: float, last: float) -> Finding:
    where = f"at {first:.2f} s" if first == last else f"from about {first:.2f} to {last:.2f} s"
    message = f"The copied picture {what} {where}, as its source is there."
    return Finding(code=code, severity="note", message=message, figure=last - first, at=first)
