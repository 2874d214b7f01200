"""Hard cuts from frame features: exact to the frame, not taken in by flashes, light changes, pans and shake.

A cut is a lone peak of the distance to the frame before, compared with the frames around it. It is none when the old
picture comes back (a flash, a dropped-in frame, something that passes the lens), nor when only the light changed, nor
when the shot goes on behind a title or around a screen. A peak that is small, as in dark film or where people hardly
moved, must stand out of what little goes on there, and be another picture or a leap of what moves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.analyzer.domain.shots.frames import Features, Floats
from services.analyzer.domain.shots.partly import changed_part
from services.analyzer.domain.shots.returning import RULES, Rules, harmless
from services.analyzer.domain.shots.trace import Trace

Mask = npt.NDArray[np.bool_]
_AT_ONCE = 4096


@dataclass(frozen=True, slots=True)
class Cut:
    """``frame`` begins a new shot; ``score`` 0..1 tells how clearly."""

    frame: int
    score: float


def hard_cuts(found: Features, trace: Trace, rules: Rules = RULES) -> list[Cut]:
    """Return the cuts, ascending; frame 0 is none."""
    if len(found) < 2:
        return []
    step = found.step
    usual, high = _around(step, rules.window)
    lone = step / (usual + rules.calm)
    colours_lone = found.colours / (_around(found.colours, rules.window)[0] + 0.02)
    by_change = (step >= rules.least) & (lone >= rules.lone)
    by_colours = (step >= rules.least) & (found.colours >= rules.colours) & (colours_lone >= rules.colours_lone)
    in_the_dark = (step >= rules.least_dark) & (lone >= rules.lone) & (found.luma < 50) & (found.likeness < 0.6)
    first = step >= _neighbours_most(step)
    clear = (by_change | by_colours | in_the_dark) & first & (step >= rules.above * (high + rules.calm))
    clear &= found.likeness < rules.like
    faint = first & (step >= rules.faint) & (step >= rules.faint_range * found.spread) & ~clear
    faint &= step >= rules.faint_lone * (usual + rules.faint_calm)
    faint &= step >= rules.faint_above * (high + rules.faint_calm)
    tinged = (found.colours >= rules.tinged) & (colours_lone >= rules.colours_lone)
    clear[0] = faint[0] = False
    frames = [int(i) for i in np.flatnonzero(clear | faint) if not harmless(trace, int(i), step, rules)]
    frames = [i for i in frames if clear[i] or _leaps(trace, i, bool(tinged[i]), rules)]
    return [Cut(i, round(float(1 - rules.lone / max(rules.lone, lone[i]) / 2), 3)) for i in frames]


def _leaps(trace: Trace, frame: int, tinged: bool, rules: Rules) -> bool:
    """Whether a small change is one to another picture, in likeness or colours, or a leap of what moves anyway."""
    like = float(trace.alike(*(trace.signed(np.array([at])) for at in (frame - 1, frame)))[0])
    return tinged or like < rules.other or changed_part(trace, frame).moving >= rules.leaps


def _around(values: Floats, window: int) -> tuple[Floats, Floats]:
    """Return for each frame the median and the third largest of its neighbours, itself left out.

    The median knows what is usual, also beside other cuts and flashes. The third largest knows motion in films whose
    frames are shown two or three times each, where most steps are none.
    """
    padded = np.pad(values, window, mode="reflect" if len(values) > window else "edge")
    views = np.lib.stride_tricks.sliding_window_view(padded, 2 * window + 1)
    middle, high = np.empty_like(values), np.empty_like(values)
    for first in range(0, len(values), _AT_ONCE):
        part = slice(first, first + _AT_ONCE)
        ordered = np.sort(np.delete(views[part], window, axis=1), axis=1)
        middle[part], high[part] = ordered[:, window - 1 : window + 1].mean(axis=1), ordered[:, -3]
    return middle, high


def _neighbours_most(values: Floats) -> Floats:
    padded = np.pad(values, 1)
    most: Floats = np.maximum(padded[:-2], padded[2:])
    return most
