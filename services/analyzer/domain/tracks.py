"""From faces on single pictures to faces over time. Pure.

Faces are matched from look to look by overlap with where the track would be if it went on as before. A track ends at
every cut and after a gap; what flickers up once is dropped; boxes that lie on the way between their neighbours are left
out.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from services.analyzer.domain.looks import Box, Look, overlap
from shared.contracts.sight import FaceBox, FaceTrack

GAP_S = 1.3
"""How long a face may be lost, behind a hand or turned away, and still be the same."""
CLEAR = 0.6
"""The score that some box of a track must reach."""
FEWEST = 3
_ALIKE = 0.15
_NEAR = 0.9
_STRAIGHT = 0.008
"""How far, as a fraction of the picture, a box may lie from the line between its neighbours to be left out."""
_TALK = 0.04
"""What talking counts beside that: a fifth of it more or less keeps a box."""

_GIVEN = set(FaceBox.model_fields)

Places = npt.NDArray[np.float64]
"""x, y, width and height, one row a box."""


@dataclass(slots=True)
class _Track:
    shot: int
    times: list[float] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)

    def expected(self, at: float) -> Box:
        """Where it would be at ``at`` if it went on as in its last step; no further than its own width."""
        last = self.boxes[-1]
        if len(self.boxes) < 2:
            return last
        before, step = self.boxes[-2], self.times[-1] - self.times[-2]
        ahead = min((at - self.times[-1]) / step, 2.0) if step > 0 else 0.0
        reach = max(last.width, last.height)
        moved = [min(max(ahead * (b - a), -reach), reach) for a, b in ((before.x, last.x), (before.y, last.y))]
        return replace(last, x=last.x + moved[0], y=last.y + moved[1])

    def add(self, at: float, box: Box) -> None:
        """Go on with ``box``."""
        self.times.append(at)
        self.boxes.append(box)


def face_tracks(looks: Sequence[Look], cuts: Sequence[float]) -> tuple[FaceTrack, ...]:
    """Return the tracks in the order in which they begin. ``looks`` ascend in time; ``cuts``: first frames of shots."""
    ended: list[_Track] = []
    alive: list[_Track] = []
    for look in looks:
        shot = bisect_right(cuts, look.time + 1e-6)
        still = [t for t in alive if t.shot == shot and look.time - t.times[-1] <= GAP_S]
        ended += [t for t in alive if t not in still]
        alive = still + _matched(still, look, look.faces, shot)
    kept = [t for t in (*ended, *alive) if _real(t)]
    kept.sort(key=lambda t: (t.times[0], t.boxes[0].x))
    return tuple(FaceTrack(id=f"f{n}", boxes=_faces(t)) for n, t in enumerate(kept, 1))


def _matched(tracks: Sequence[_Track], look: Look, found: Sequence[Box], shot: int) -> list[_Track]:
    """Give each track its nearest box, best pairs first; return new tracks for the boxes that are left."""
    pairs = sorted(
        ((_likeness(track.expected(look.time), box), -i, -j)
         for i, track in enumerate(tracks) for j, box in enumerate(found)),
        reverse=True,
    )  # fmt: skip
    taken: set[int] = set()
    given: set[int] = set()
    for likeness, minus_i, minus_j in pairs:
        i, j = -minus_i, -minus_j
        if likeness <= 0 or i in given or j in taken:
            continue
        tracks[i].add(look.time, found[j])
        given.add(i)
        taken.add(j)
    # What a face that has just come into view differs from is another picture.
    return [_Track(shot, [look.time], [replace(box, stir=0.0)]) for j, box in enumerate(found) if j not in taken]


def _likeness(expected: Box, box: Box) -> float:
    """Above 0 for boxes that may be the same face: they overlap, or are near each other and of like size."""
    shared = overlap(expected, box)
    if shared >= _ALIKE:
        return 1 + shared
    sizes = sorted((expected.area, box.area))
    (ax, ay), (bx, by) = expected.middle, box.middle
    reach = _NEAR * max(expected.width, expected.height, box.width, box.height)
    away = math.hypot(ax - bx, ay - by) / reach
    return 1 - away if away < 1 and sizes[0] > 0.4 * sizes[1] else 0.0


def _real(track: _Track) -> bool:
    """Seen clearly at least once and a few times at all; a very clear one may be short."""
    best = max(box.score for box in track.boxes)
    return best >= CLEAR and (len(track.boxes) >= FEWEST or (best >= 0.8 and len(track.boxes) == FEWEST - 1))


def _faces(track: _Track) -> tuple[FaceBox, ...]:
    """Return the track's boxes but for those that lie on the way between others."""
    places = _smoothed(np.array([(box.x, box.y, box.width, box.height) for box in track.boxes]))
    talking = np.array([_talking(track.boxes[max(0, n - 2) : n + 3]) for n in range(len(track.boxes))])
    told = np.column_stack([places, _TALK * talking])
    return tuple(_face(track, places, n, float(talking[n])) for n in _kept(track.times, told))


def _face(track: _Track, places: Places, n: int, talking: float) -> FaceBox:
    x, y, width, height = (float(value) for value in places[n])
    score = track.boxes[n].score
    # A set of its own for each box, of which fields were given, would be most of what hours of film take.
    return FaceBox.model_construct(
        _GIVEN, time=track.times[n], x=x, y=y, width=width, height=height, score=score, talking=talking
    )


def _smoothed(places: Places) -> Places:
    """The detector's boxes breathe a little: each is averaged with its neighbours."""
    even = places.copy()
    even[1:-1] = (places[:-2] + 2 * places[1:-1] + places[2:]) / 4
    return np.round(even, 4)


def _talking(around: Sequence[Box]) -> float:
    known = [box.stir for box in around if box.stir > 0]
    return round(min(max((sum(known) / len(known) - 0.8) / 1.2, 0.0), 1.0), 2) if known else 0.0


def _kept(times: Sequence[float], places: Places) -> list[int]:
    """Return which boxes are not on the way between others (Douglas and Peucker over time), one every 2 s at least."""
    at = np.array(times)
    kept = {0, len(at) - 1}
    stack = [(0, len(at) - 1)]
    while stack:
        first, last = stack.pop()
        if last - first < 2:
            continue
        errors = _off(at, places, first, last)
        worst = int(errors.argmax())
        long = at[last] - at[first] > 2.0
        if errors[worst] <= _STRAIGHT and not long:
            continue
        middle = first + 1 + worst if errors[worst] > _STRAIGHT else (first + last) // 2
        kept.add(middle)
        stack += [(first, middle), (middle, last)]
    return sorted(kept)


def _off(at: npt.NDArray[np.float64], places: Places, first: int, last: int) -> npt.NDArray[np.float64]:
    """How far, at most, a side of each box between two lies from the line between these."""
    share = (at[first + 1 : last] - at[first]) / max(at[last] - at[first], 1e-9)
    line = places[first] + share[:, None] * (places[last] - places[first])
    far: npt.NDArray[np.float64] = np.abs(line - places[first + 1 : last]).max(axis=1)
    return far
