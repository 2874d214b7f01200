"""Choosing the best units for a wished length: greedy by score, then pieces that fill what is left."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from math import ceil

from services.planner.domain.dead import SLIVER, trimmed_slivers
from services.planner.domain.footage import Footage
from services.planner.domain.grid import Grid
from services.planner.domain.scoring import Score
from services.planner.domain.selection import Selection
from services.planner.domain.spans import Frames
from services.planner.domain.template import Pace
from services.planner.domain.units import Unit
from services.planner.domain.window import clean_window, window

SHORTEST_PIECE = 0.6
"""Seconds below which a wordless piece is not worth two cuts."""
SHORTEST_WORDS = 0.8


def choose(
    footages: Sequence[Footage], units: Sequence[Unit], scores: Sequence[Score], seconds: Fraction, pace: Pace
) -> Selection:
    """Pick units of at most ``seconds`` in all; never none: then the shortest harmless piece is taken."""
    selection = Selection(footages, units, scores, seconds)
    _one_of_each(selection, pace)
    for crowding in (False, True):
        for index in selection.ranked:
            if crowding or not _crowded(selection, index, pace):
                _take(selection, index, pace.shortest)
    for least in (SHORTEST_PIECE, SLIVER):
        for index in selection.ranked:
            _take(selection, index, least)
        _make_room(selection, least)
    _fill_with_words(selection)
    if not selection.picks:
        _shortest(selection)
    return selection


def _one_of_each(selection: Selection, pace: Pace) -> None:
    """Give each of several sources its best unit first, where an even share of the length has room for it."""
    several = len(selection.footages)
    share = selection.left / several
    seen: set[int] = set()
    for index in selection.ranked if several > 1 else ():
        unit = selection.units[index]
        if unit.source not in seen and selection.seconds(index, unit.length) <= share:
            seen.add(unit.source)
            _take(selection, index, pace.shortest)


def _crowded(selection: Selection, index: int, pace: Pace) -> bool:
    """Tell whether picking the unit would make one uncut clip much longer than the pace wants."""
    unit = selection.units[index]
    length = unit.length
    for step in (-1, 1):
        at, edge = index + step, unit.frames[min(step + 1, 1)]
        while 0 <= at < len(selection.units) and at in selection.picks:
            low, high = selection.picks[at]
            if selection.units[at].source != unit.source or edge != (high if step < 0 else low):
                break
            length, edge, at = length + high - low, low if step < 0 else high, at + step
    if length == unit.length:
        return False
    return selection.seconds(index, length) > pace.longest * (2 if unit.core else 1)


def _take(selection: Selection, index: int, shortest: float) -> bool:
    unit, room = selection.units[index], selection.room(index)
    if unit.core is None and selection.seconds(index, min(unit.length, room)) < shortest:
        return False
    if unit.length <= room:
        return selection.take(index, unit.frames)
    if unit.core is None:
        piece = window(selection, index, room)
        return piece is not None and selection.take(index, piece)
    start, end = unit.core
    spare = room - (end - start)
    if spare < 0:
        return False
    before, after = (_continued(selection, index, side) for side in (0, 1))
    early = 0 if after and not before else spare if before and not after else spare // 2
    start -= min(early, start - unit.frames[0])
    return selection.take(index, (start, min(unit.frames[1], start + room)))


def _continued(selection: Selection, index: int, side: int) -> bool:
    """Tell whether the pick before (side 0) or after (side 1) touches the unit: then nothing is to be lost there."""
    other, edge = index + (1 if side else -1), selection.units[index].frames[side]
    same = 0 <= other < len(selection.units) and selection.units[other].source == selection.units[index].source
    return same and other in selection.picks and selection.picks[other][1 - side] == edge


def _make_room(selection: Selection, least: float) -> None:
    """Where less is left than a piece of ``least`` seconds needs, take the rest of it off the longest wordless pick."""
    index = next((i for i in selection.ranked if _offers(selection, i, least)), None)
    if index is None or not 0 < selection.left < least:
        return
    missing = selection.seconds(index, _grid(selection, index).count(least)) - selection.left
    donors = [
        i for i, frames in selection.in_order() if missing > 0 and _can_give(selection, i, frames, missing, least)
    ]
    if donors:
        donor = max(donors, key=lambda i: (selection.seconds(i, _length(selection, i)), -i))
        given = _given(selection, donor, missing)
        selection.stretch(donor, 0, -given)
        piece = window(selection, index, min(selection.room(index), selection.units[index].length))
        if piece is None:
            selection.stretch(donor, 0, given)
        else:
            selection.take(index, piece)


def _can_give(selection: Selection, index: int, frames: Frames, seconds: float, least: float) -> bool:
    unit, given = selection.units[index], _given(selection, index, seconds)
    rest = (frames[0], frames[1] - given)
    if unit.core is not None or selection.seconds(index, rest[1] - rest[0]) < 2 * least:
        return False
    return trimmed_slivers(selection.footages[unit.source], rest) == rest


def _given(selection: Selection, index: int, seconds: float) -> int:
    """Return by how many frames a pick gets shorter that gives so many seconds: to a beat where they are sure."""
    high = selection.picks[index][1]
    end = high - ceil(seconds * _grid(selection, index).fps)
    beats = selection.footages[selection.units[index].source].beats
    before = bisect_right(beats, end)
    return high - (beats[before - 1] if before else end)


def _offers(selection: Selection, index: int, seconds: float) -> bool:
    unit = selection.units[index]
    return unit.core is None and unit.length >= _grid(selection, index).count(seconds)


def _grid(selection: Selection, index: int) -> Grid:
    return selection.footages[selection.units[index].source].grid


def _length(selection: Selection, index: int) -> int:
    start, end = selection.picks[index]
    return end - start


def _fill_with_words(selection: Selection) -> None:
    for index in selection.ranked:
        if selection.left < SHORTEST_WORDS:
            return
        piece = _words_within(selection, index, selection.room(index))
        if piece and selection.seconds(index, piece[1] - piece[0]) >= SHORTEST_WORDS:
            selection.take(index, piece)


def _words_within(selection: Selection, index: int, room: int) -> Frames | None:
    """Return the longest span of a spoken unit that is no longer than ``room`` frames and cuts no word."""
    unit = selection.units[index]
    speech = selection.footages[unit.source].speech
    best: Frames | None = None
    for start in (edge for slot in speech.slots_between(*unit.frames) for edge in slot):
        ends = speech.slots_between(start, min(start + room, unit.frames[1]))
        if ends and ends[-1][1] - start > (best[1] - best[0] if best else 0):
            best = (start, ends[-1][1])
    return best


def _shortest(selection: Selection) -> None:
    """The wish is shorter than every unit: take a piece of it, or the shortest thing that cuts no word."""
    for index in selection.ranked:
        unit, room = selection.units[index], max(1, selection.room(index))
        piece = clean_window(selection, index, min(room, unit.length)) if unit.core is None else None
        piece = piece or _words_within(selection, index, room)
        if piece:
            selection.take(index, piece, whole=True)
            return
    blocks = [
        (selection.seconds(i, high - low), i, (low, high))
        for i, unit in enumerate(selection.units)
        for low, high in _blocks(selection, unit)
    ]
    _, index, block = min(blocks)
    selection.take(index, block, whole=True)


def _blocks(selection: Selection, unit: Unit) -> Iterator[Frames]:
    slots = selection.footages[unit.source].speech.slots_between(*unit.frames)
    for (_, low), (high, _) in pairwise(slots):
        yield low, high
    if len(slots) < 2:
        yield unit.frames
