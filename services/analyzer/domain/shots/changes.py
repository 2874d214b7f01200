"""All changes of a film's shots, and where its shots begin."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from services.analyzer.domain.shots.cuts import hard_cuts
from services.analyzer.domain.shots.frames import Features
from services.analyzer.domain.shots.gradual import confirmed, slow_windows
from services.analyzer.domain.shots.shifting import moved
from services.analyzer.domain.shots.trace import Trace
from services.analyzer.domain.shots.windows import PackedWindows, Window, packed, unpacked
from services.analyzer.domain.shots.wipes import confirmed_wipe, wipe_windows

_LASTING_S = 0.3
_APART_S = 0.3
Kind = Literal["cut", "dissolve", "fade", "fade_in", "fade_out", "wipe"]


@dataclass(frozen=True, slots=True)
class Change:
    """``start``: the first frame that shows it, ``end``: the first that is all new; a cut has both the same."""

    kind: Kind
    start: int
    end: int
    score: float

    @property
    def boundary(self) -> int | None:
        """The frame that begins the new shot; None where a film begins or ends."""
        return None if self.kind in {"fade_in", "fade_out"} else (self.start + self.end) // 2


def find_changes(found: Features, trace: Trace) -> list[Change]:
    """Return all changes, ascending, none over another."""
    hard = hard_cuts(found, trace)
    frames = [cut.frame for cut in hard]
    slow = _picked(trace, np.concatenate([packed(slow_windows(trace)), packed(wipe_windows(trace))]), frames)
    changes = [*_named(trace, slow), *(Change("cut", cut.frame, cut.frame, cut.score) for cut in hard)]
    return sorted(changes, key=lambda change: (change.start, change.end))


def boundaries(changes: Iterable[Change]) -> list[int]:
    """Return the frames that begin a new shot, ascending."""
    return sorted({change.boundary for change in changes if change.boundary})


def _picked(trace: Trace, windows: PackedWindows, hard: Sequence[int]) -> list[Window]:
    """Return the windows that hold up, the clearest first come, none over another nor over a hard cut."""
    free, uncut = np.ones(len(trace), np.bool_), np.ones(len(trace) + 1, np.bool_)
    uncut[list(hard)] = False
    taken: list[Window] = []
    for number in np.argsort(-windows["weight"], kind="stable"):
        window = unpacked(windows[number])
        if not free[window.start : window.end].all() or not uncut[window.start + 1 : window.end + 1].all():
            continue
        sure = confirmed_wipe(trace, window) if window.wiped else confirmed(trace, window)
        if sure and free[sure.start : sure.end].all():
            free[sure.start : sure.end] = False
            taken.append(sure)
    return _merged(trace, sorted(taken, key=lambda w: w.start))


def _merged(trace: Trace, windows: Sequence[Window]) -> list[Window]:
    """Join what is hardly apart: one transition was seen as two. Not where a fade turns in the black."""
    merged: list[Window] = []
    for window in windows:
        last = merged[-1] if merged else None
        if last and trace.times[window.start] - trace.times[last.end] < _APART_S and not _flat(trace, last.end, 1):
            best = max(last, window, key=lambda w: w.weight)
            merged[-1] = replace(best, start=last.start, end=window.end)
        else:
            merged.append(window)
    return merged


def _named(trace: Trace, windows: Sequence[Window]) -> list[Change]:
    """Name each window; one into black or white and the next one out of it are one fade."""
    named: list[Change] = []
    number = 0
    while number < len(windows):
        window = windows[number]
        number += 1
        opens, closes = _flat(trace, window.start, -1), _flat(trace, window.end, 1)
        if closes and not opens:
            after = windows[number] if number < len(windows) else None
            if after is not None and _all_flat(trace, window.end, after.start):
                number += 1
                if not _same_again(trace, window, after):
                    score = min(window.score, after.score)
                    named.append(Change("fade", window.start, after.end, round(score, 3)))
                continue
        if (opens and not _lasting(trace, window.start, -1)) or (closes and not _lasting(trace, window.end, 1)):
            continue
        kind: Kind = "wipe" if window.wiped else "fade_in" if opens else "fade_out" if closes else "dissolve"
        named.append(Change(kind, window.start, window.end, round(window.score, 3)))
    return named


def _lasting(trace: Trace, edge: int, way: int) -> bool:
    """Whether black or white goes on from ``edge`` for a while, or to the film's end; a flash of light does not."""
    last = trace.first_at(trace.times[edge] + way * _LASTING_S)
    frames = np.arange(edge + 3 * way, np.clip(last, 0, len(trace) - 1), way)
    return bool(trace.blank[np.clip(frames, 0, len(trace) - 1)].all())


def _flat(trace: Trace, frame: int, way: int) -> bool:
    """Whether the frame at an edge, or one right beyond it, is all black or white."""
    return bool(trace.blank[np.clip(np.arange(frame, frame + 3 * way, way), 0, len(trace) - 1)].any())


def _all_flat(trace: Trace, first: int, last: int) -> bool:
    """Whether between two fades there is nothing to see; neither edge is that exact."""
    if last - first <= 6:
        return _flat(trace, first, 1) or _flat(trace, last, -1)
    return bool(trace.blank[first + 3 : last - 2].mean() > 0.9)


def _same_again(trace: Trace, out: Window, back: Window) -> bool:
    """Whether a short blink shows the same picture behind it as before."""
    if trace.times[back.end] - trace.times[out.start] > 0.8:
        return False
    before, after = trace.luma(out.start), trace.luma(back.end)
    return moved(before, after) <= 0.25 * float(before.std() + after.std())
