"""A growing choice of units under a length that must not be passed."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor, lcm

from services.planner.domain.dead import trimmed_slivers
from services.planner.domain.footage import Footage
from services.planner.domain.scoring import Score
from services.planner.domain.spans import Frames
from services.planner.domain.units import Unit


@dataclass(slots=True)
class Selection:
    """``picks`` maps a unit's index to the frames taken of it; ``wanted`` is the most that may be shown, in seconds.

    Lengths are added up exactly, as whole numbers of a fraction of a second that every source's frame is a multiple of.
    """

    footages: Sequence[Footage]
    units: Sequence[Unit]
    scores: Sequence[Score]
    wanted: Fraction
    picks: dict[int, Frames] = field(default_factory=dict)
    _order: list[tuple[int, int, int]] = field(default_factory=list)
    _second: int = 1
    _left: int = 0
    _frame: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        self._second = 1000 * lcm(*(f.grid.rate.numerator for f in self.footages))
        self._frame = tuple(int(self._second / f.grid.rate) for f in self.footages)
        self._left = floor(self.wanted * self._second)

    @property
    def left(self) -> float:
        """Seconds that are still free."""
        return self._left / self._second

    @property
    def ranked(self) -> list[int]:
        """Indices of the units that are not picked, the best first; those about as good far apart from each other."""
        free = (i for i in range(len(self.units)) if i not in self.picks)
        return sorted(free, key=lambda i: (-round(self.scores[i].value, 2), _scattered(i), i))

    def room(self, index: int) -> int:
        """Return how many frames of the unit's source still fit."""
        return max(0, self._left // self._frame[self.units[index].source])

    def share(self, index: int, among: int) -> int:
        """Return how many frames of the unit's source are an even share of what is left."""
        return max(0, self._left // among // self._frame[self.units[index].source])

    def take(self, index: int, frames: Frames, *, whole: bool = False) -> bool:
        """Pick ``frames`` of a unit, less slivers at their ends unless ``whole``; False when nothing would be left."""
        clean = frames if whole else trimmed_slivers(self.footages[self.units[index].source], frames)
        if clean is None:
            return False
        self.picks[index] = clean
        insort(self._order, (self.units[index].source, clean[0], index))
        self._left -= (clean[1] - clean[0]) * self._frame[self.units[index].source]
        return True

    def stretch(self, index: int, before: int, after: int) -> None:
        """Move a pick's ends outwards by so many frames (inwards when negative)."""
        start, end = self.picks[index]
        self._order.remove((self.units[index].source, start, index))
        self.picks[index] = (start - before, end + after)
        insort(self._order, (self.units[index].source, start - before, index))
        self._left -= (before + after) * self._frame[self.units[index].source]

    def in_order(self) -> Iterator[tuple[int, Frames]]:
        """Yield ``(index, frames)`` by source and time."""
        for _, _, index in self._order:
            yield index, self.picks[index]

    def neighbours(self, index: int) -> Frames:
        """Return where the pick before ends and the pick after starts in the same source, else the source's ends."""
        source = self.units[index].source
        at = bisect_left(self._order, (source, self.picks[index][0], index))
        before = self._order[at - 1] if at and self._order[at - 1][0] == source else None
        after = self._order[at + 1] if at + 1 < len(self._order) and self._order[at + 1][0] == source else None
        end = self.footages[source].grid.frames
        return self.picks[before[2]][1] if before else 0, self.picks[after[2]][0] if after else end

    def seconds(self, index: int, frames: int) -> float:
        """Return the length of so many frames of the unit's source."""
        return frames * self._frame[self.units[index].source] / self._second


def _scattered(index: int, bits: int = 20) -> int:
    """The index with its bits in reverse: counting up, it jumps across the whole range instead of creeping."""
    return int(f"{index:0{bits}b}"[::-1], 2)
