"""Who or what a moving window has to show, and within which places it then may stand. Pure.

Places are fractions of the source along the axis on which the window moves; times are seconds of the source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from shared.contracts.sight import FaceBox, FaceTrack, FocusPoint
from shared.framing.bystanders import clear_of
from shared.framing.steadying import Targets

Floats = npt.NDArray[np.float64]
HOLD_S = 0.6
"""A face counts as there so long before it is first and after it is last seen."""
LOOK_S = 0.4
"""How far apart looks at a film are."""
_AROUND = 0.18
"""Hair and ears: what is shown beside a face, in parts of it."""
_CALM = {"x": (0.35, 0.65), "y": (0.3, 0.55)}
"""Where in the window the middle of a face may be without the window moving."""
_IDEAL = {"x": 0.5, "y": 0.42}
_LESSER = 0.35
"""People of at least this weight, against the first, are shown with the first where there is room."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is known of one shot, and the axis and size of the window."""

    faces: Sequence[FaceTrack]
    focus: Sequence[FocusPoint]
    shot: tuple[float, float]
    axis: Literal["x", "y"]
    size: float


@dataclass(frozen=True, slots=True)
class _Person:
    """A face over the knots: where it begins and ends on the axis, and whether it is there."""

    low: Floats
    high: Floats
    there: npt.NDArray[np.bool_]
    weight: float


def faces_in_view(faces: Sequence[FaceTrack], span: tuple[float, float]) -> list[tuple[float, float]]:
    """Return when faces are seen within ``span``, one entry for each track that is."""
    seen = [(max(span[0], t.boxes[0].time - 0.2), min(span[1], t.boxes[-1].time + 0.2)) for t in faces if t.boxes]
    return [(start, stop) for start, stop in seen if stop > start]


def focus_in_view(focus: Sequence[FocusPoint], span: tuple[float, float]) -> list[FocusPoint]:
    """Return the points within ``span``."""
    return [point for point in focus if span[0] - 0.2 <= point.time <= span[1] + 0.2]


def _between(boxes: Sequence[FaceBox], time: float) -> FaceBox:
    times = [box.time for box in boxes]
    names = ("x", "y", "width", "height", "score", "talking")
    moved = {name: float(np.interp(time, times, [getattr(box, name) for box in boxes])) for name in names}
    return FaceBox(time=time, **moved)


def targets(subject: Subject, times: Sequence[float]) -> Targets | None:
    """Return what the window's edge has to keep to at each of ``times``; None where nothing is known of the shot."""
    at = np.asarray(times, np.float64)
    people = _people(subject, at)
    if people:
        return _around_people(people, subject)
    points = [p for p in focus_in_view(subject.focus, subject.shot) if p.weight > 0.15]
    return _around_focus(points, subject, at) if points else None


def _people(subject: Subject, at: Floats) -> list[_Person]:
    start, end = subject.shot
    found: list[_Person] = []
    for track in subject.faces:
        if not track.boxes or max(track.boxes[0].time, start) >= min(track.boxes[-1].time, end) - 1e-3:
            continue
        inside = [b for b in track.boxes if start <= b.time < end] or [_between(track.boxes, (start + end) / 2)]
        known = [b.time for b in track.boxes]
        side = "width" if subject.axis == "x" else "height"
        length = np.interp(at, known, [getattr(b, side) for b in track.boxes])
        begin = _going_on(at, known, [getattr(b, subject.axis) for b in track.boxes])
        hold = HOLD_S + 1e-6
        there = (at >= known[0] - hold) & (at <= known[-1] + hold)
        size = float(np.mean([b.width * b.height for b in inside])) ** 0.5
        score = float(np.mean([b.score for b in inside]))
        talk = float(np.mean([b.talking for b in inside]))
        share = max(float(there.mean()), 0.05)
        weight = size * score * (0.5 + talk) * share**0.5
        margin = _AROUND * length
        found.append(_Person(begin - margin, begin + length + margin, there, weight))
    return sorted((p for p in found if p.there.any()), key=lambda p: -p.weight)


def _going_on(at: Floats, known: Sequence[float], places: Sequence[float]) -> Floats:
    """Places over time; before the first and after the last look they go on as they did, for as long as one look."""
    times, values = list(known), list(places)
    if len(known) > 1:
        first, last = ((values[i + 1] - values[i]) / (times[i + 1] - times[i]) for i in (0, -2))
        times = [times[0] - LOOK_S, *times, times[-1] + LOOK_S]
        values = [values[0] - LOOK_S * first, *values, values[-1] + LOOK_S * last]
    going: Floats = np.interp(at, times, values)
    return going


def _around_people(people: Sequence[_Person], subject: Subject) -> Targets:
    """The first person who is there decides; others are shown too where all fit."""
    count, size = len(people[0].low), subject.size
    low, high = np.full(count, np.nan), np.full(count, np.nan)
    others: list[tuple[Floats, Floats, npt.NDArray[np.bool_]]] = []
    for person in people:
        counts = person.weight >= _LESSER * people[0].weight or not np.isfinite(low).any()
        joined_low, joined_high = np.fmin(low, person.low), np.fmax(high, person.high)
        fits = person.there & ((joined_high - joined_low <= 0.92 * size) | np.isnan(low)) & counts
        low, high = np.where(fits, joined_low, low), np.where(fits, joined_high, high)
        margin = (person.high - person.low) * _AROUND / (1 + 2 * _AROUND)
        others.append((person.low + margin, person.high - margin, person.there & ~fits))
    known = np.isfinite(low)
    knots = np.arange(count)
    low, high = (np.interp(knots, knots[known], side[known]) for side in (low, high))
    return clear_of(_standing(low, high, known.astype(np.float64), subject), others, size)


def _standing(low: Floats, high: Floats, care: Floats, subject: Subject) -> Targets:
    """From what is to be seen to where the window may stand; where nobody is there nothing is asked."""
    size, top = subject.size, 1 - subject.size
    middle = (low + high) / 2
    first, last = np.clip(high - size, 0, top), np.clip(low, 0, top)
    wide = first > last
    ideal = np.clip(middle - _IDEAL[subject.axis] * size, 0, top)
    first, last = np.where(wide, ideal, first), np.where(wide, ideal, last)
    near, far = _CALM[subject.axis]
    soft_low, soft_high = np.clip(middle - far * size, 0, top), np.clip(middle - near * size, 0, top)
    soft_low, soft_high = np.clip(soft_low, first, last), np.clip(soft_high, first, last)
    ideal = np.clip(ideal, first, last)
    asked = care > 0
    return Targets(np.where(asked, first, 0.0), np.where(asked, last, top), soft_low, soft_high, care, ideal)


def _around_focus(points: Sequence[FocusPoint], subject: Subject, at: Floats) -> Targets:
    """What draws the eye should be within the middle of the window; it must be nowhere."""
    size, top = subject.size, 1 - subject.size
    known = [p.time for p in points]
    place = np.interp(at, known, [getattr(p, subject.axis) for p in points])
    care = np.interp(at, known, [p.weight for p in points])
    low, high = np.clip(place - 0.75 * size, 0, top), np.clip(place - 0.25 * size, 0, top)
    nothing = np.zeros(len(at))
    return Targets(nothing, nothing + top, low, high, care, np.clip(place - size / 2, 0, top))
