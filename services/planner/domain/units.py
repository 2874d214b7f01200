"""Cutting live footage into units: the pieces that are chosen or left out as a whole, each with what makes it whole."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from services.planner.domain.dead import SLIVER
from services.planner.domain.footage import Footage
from services.planner.domain.spans import Frames
from services.planner.domain.speech import Token
from services.planner.domain.template import Pace

LEAD, TAIL = 0.1, 0.2
"""Seconds kept before the first and after the last word of a sentence, where there is room."""


@dataclass(frozen=True, slots=True)
class Unit:
    """``frames`` of source number ``source``; ``core`` is what the words need of it, None when nothing is said.

    ``tokens`` are the indices of what is said.
    """

    source: int
    frames: Frames
    core: Frames | None
    tokens: range

    @property
    def length(self) -> int:
        """Length in source frames."""
        return self.frames[1] - self.frames[0]


def units_of(footage: Footage, source: int, live: Sequence[Frames], pace: Pace, *, on_beat: bool) -> list[Unit]:
    """Return the units of the live spans in order. They touch no word's inside and do not overlap."""
    found: list[Unit] = []
    for run in live:
        points = sorted(_points(footage, run, pace, on_beat=on_beat))
        found += [_unit(footage, source, piece) for piece in _joined(footage, list(pairwise(points)), pace)]
    return found


def _unit(footage: Footage, source: int, frames: Frames) -> Unit:
    said = footage.spoken(*frames)
    if not said:
        return Unit(source, frames, None, said)
    tokens = [footage.speech.tokens[i] for i in said]
    core = _core(footage, frames, tokens[0].start, max(t.end for t in tokens))
    return Unit(source, frames, core, said)


def _core(footage: Footage, frames: Frames, start: float, end: float) -> Frames:
    """Words with half the usual lead and tail: as near as a cut may come. Both ends are harmless cuts."""
    grid, speech = footage.grid, footage.speech
    before, after = speech.slot(grid.at_or_before(start)), speech.slot(grid.at_or_after(end))
    low = max(frames[0], before[0], grid.at_or_before(start - LEAD / 2)) if before else frames[0]
    high = min(frames[1], after[1], grid.at_or_after(end + TAIL / 2)) if after else frames[1]
    return low, high


def _points(footage: Footage, run: Frames, pace: Pace, *, on_beat: bool) -> set[int]:
    points = {*run}
    for pause in _pauses(footage, run):
        marks = [pause.low, *footage.cuts_within(pause.low, pause.high), pause.high]
        points.update(marks[1:-1])
        for start, end in pairwise(marks):
            low, high = _beside_words(footage, start, end, pause, pace, on_beat=on_beat)
            points.update((low, high))
            points.update(_divided(footage, low, high, pace, on_beat=on_beat))
    points.update(list(_breaths(footage, sorted(points), pace)))
    return points


@dataclass(frozen=True, slots=True)
class _Pause:
    """A wordless stretch outside sentences, ``low`` to ``high`` inclusive; whether words lie before and after it."""

    low: int
    high: int
    before: bool
    after: bool


def _pauses(footage: Footage, run: Frames) -> Iterator[_Pause]:
    grid, speech = footage.grid, footage.speech
    low, before = run[0], None
    for tokens in _phrases(footage, run):
        first = tokens[0]
        high = grid.at_or_before(first.start)
        if before is not None and low > high:
            low = high = grid.nearest((before + first.start) / 2)
        slot = speech.slot(low)
        if run[0] <= low <= high <= run[1] and slot and high <= slot[1]:
            yield _Pause(low, high, before is not None, after=True)
        before = max(t.end for t in tokens)
        low = max(low, grid.at_or_after(before))
    if low < run[1]:
        yield _Pause(low, run[1], before is not None, after=False)


def _beside_words(footage: Footage, start: int, end: int, pause: _Pause, pace: Pace, *, on_beat: bool) -> Frames:
    """Give the words beside a wordless piece their lead and tail of it, or a little more up to a beat.

    They get all of it when too little for a clip would remain.
    """
    before, after = pause.before and start == pause.low, pause.after and end == pause.high
    low = start + footage.grid.count(TAIL) if before else start
    high = end - footage.grid.count(LEAD) if after else end
    if footage.grid.length(high - low) >= pace.shortest:
        return _beat_near(footage, low, start, end) if on_beat and before else low, high
    middle = (start + end) // 2 if before and after else end if before else start
    middle = _beat_near(footage, middle, start, end) if on_beat and before and after else middle
    return middle, middle


def _beat_near(footage: Footage, frame: int, low: int, high: int) -> int:
    """Return the beat within ``TAIL`` of ``frame`` and inside the closed range that is nearest, else ``frame``."""
    reach = footage.grid.count(TAIL)
    low, high = max(low, frame - reach), min(high, frame + reach)
    beats = footage.beats[bisect_left(footage.beats, low) : bisect_right(footage.beats, high)]
    return min(beats, key=lambda b: (abs(b - frame), b), default=frame)


def _phrases(footage: Footage, run: Frames) -> Iterator[list[Token]]:
    speech = footage.speech
    for _, indices in groupby(footage.spoken(*run), key=lambda i: speech.sentence[i]):
        yield [speech.tokens[i] for i in indices]


def _divided(footage: Footage, start: int, end: int, pace: Pace, *, on_beat: bool) -> list[int]:
    """Split a long wordless stretch: on every so manieth beat, else evenly."""
    grid = footage.grid
    if grid.length(end - start) <= pace.longest:
        return []
    wanted = (pace.shortest + pace.longest) / 2
    beats = footage.beats[bisect_left(footage.beats, start) : bisect_right(footage.beats, end)] if on_beat else ()
    if len(beats) > 2:
        period = grid.length(beats[-1] - beats[0]) / (len(beats) - 1)
        step = next((n for n in (16, 8, 4, 2) if n * period <= pace.longest and n * period >= pace.shortest), 1)
        return list(beats[::step])
    parts = max(2, round(grid.length(end - start) / wanted))
    return [start + (end - start) * i // parts for i in range(1, parts)]


def _breaths(footage: Footage, points: list[int], pace: Pace) -> Iterator[int]:
    """Split spoken pieces much longer than a clip at their widest gaps between words."""
    limit = 2 * pace.longest
    for start, end in pairwise(points):
        at = start
        while footage.grid.length(end - at) > limit:
            room = (at + footage.grid.count(pace.longest), at + footage.grid.count(limit))
            slots = [s for s in footage.speech.slots_between(*room) if s[1] < end]
            if not slots:
                break
            widest = max(slots, key=lambda s: (s[1] - s[0], -s[0]))
            at = (widest[0] + widest[1]) // 2
            yield at


def _joined(footage: Footage, pieces: list[Frames], pace: Pace) -> Iterator[Frames]:
    """Join pieces that are too short to a neighbour of the same shot; shots too short to be seen alone to any."""
    short, sliver = footage.grid.count(pace.shortest), footage.grid.count(SLIVER)
    longest = round(1.25 * pace.longest * footage.grid.fps)
    held: Frames | None = None
    for piece in pieces:
        if held is None:
            held = piece
            continue
        least = min(held[1] - held[0], piece[1] - piece[0])
        fits = piece[1] - held[0] <= longest or least < sliver
        if least < short and fits and (least < sliver or not footage.is_cut(held[1])):
            held = (held[0], piece[1])
        else:
            yield held
            held = piece
    if held is not None:
        yield held
