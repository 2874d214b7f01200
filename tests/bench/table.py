"""A row of a measured table, and how it is printed."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One figure; ``target`` is text, empty where there is none."""

    what: str
    value: float
    unit: str
    target: str = ""

    def line(self) -> str:
        return f"| {self.what} | {self.value:,.3g} {self.unit} | {self.target} |"


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` (0..1) of the sorted ``values`` lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def median(values: Sequence[float]) -> float:
    """The median."""
    return statistics.median(values)
