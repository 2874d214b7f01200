"""Stretches of film that may be a change of shot, and by what they are judged. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Rules:
    """Thresholds, found on generated clips. ``off``: distance from the line; ``uneven``: and from an even pace.

    Ends that are more ``like`` each other, up to ``like_most``, need a way as ``straight``. ``burnt``: how much less is
    to be explained by light in a picture that is all white; ``plain``: the spread of one with nothing on it beside
    the other's.
    """

    least: float = 1.5
    apart: float = 1.1
    like: float = 0.5
    like_most: float = 0.6
    straight: float = 0.75
    off: float = 0.3
    worst: float = 0.75
    uneven: float = 0.22
    leap: float = 0.22
    moved: float = 0.5
    relit: float = 0.5
    burnt: float = 0.4
    plain: float = 0.2
    drift: float = 0.8
    drift_most: float = 0.86


RULES = Rules()


@dataclass(frozen=True, slots=True)
class Window:
    """Frames ``start`` to ``end`` look like a transition; ``weight`` ranks windows, ``score`` is 0..1."""

    start: int
    end: int
    weight: float
    score: float
    wiped: bool = False


PackedWindows = npt.NDArray[np.void]
_PACKED = np.dtype([("start", "i4"), ("end", "i4"), ("weight", "f4"), ("score", "f4"), ("wiped", "?")])


def packed(windows: Iterable[Window]) -> PackedWindows:
    """Return windows as rows of an array: an hour has a hundred thousand of them, most for nothing."""
    rows = ((w.start, w.end, w.weight, w.score, w.wiped) for w in windows)
    return np.fromiter(rows, _PACKED)


def unpacked(row: np.void) -> Window:
    """Return a window of an array."""
    return Window(int(row["start"]), int(row["end"]), float(row["weight"]), float(row["score"]), bool(row["wiped"]))
