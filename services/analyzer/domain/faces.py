"""From the maps of the face detector CenterFace to boxes. Pure.

Method: Y. Xu, W. Yan, G. Yang et al., "CenterFace: joint face detection and alignment using face as point" (2019,
arXiv 1911.03599), section 3: one cell of the maps is 4x4 pixels of the picture; the heat map holds the score of a
face's centre, the others the logarithm of its height and width in cells and the offset of its centre within the cell.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.analyzer.domain.looks import Box, overlap

FAINT = 0.35
"""Score from which a box is kept; a track needs better ones as well."""
MOST = 24
_SAME = 0.3
_SWAY = 0.12
"""How far, as a share of its height, a face may move from one look to the next and still be compared."""

Map = npt.NDArray[np.float32]
Grey = npt.NDArray[np.float32]


def grid_size(width: int, height: int, side: int) -> tuple[int, int]:
    """Return the size, multiples of 32, at which a picture is shown to the detector: the longer side is ``side``."""
    scale = side / max(width, height)
    return max(32, 32 * round(width * scale / 32)), max(32, 32 * round(height * scale / 32))


def boxes(heat: Map, size: Map, offset: Map) -> tuple[Box, ...]:
    """Return at most MOST faces, best first. Shapes: heat (rows, columns), size and offset (2, rows, columns)."""
    rows, columns = np.nonzero(heat > FAINT)
    order = np.argsort(-heat[rows, columns])[: 40 * MOST]
    kept: list[Box] = []
    for row, column in zip(rows[order], columns[order], strict=True):
        box = _box(heat, size, offset, int(row), int(column))
        if all(overlap(box, other) < _SAME for other in kept):
            kept.append(box)
            if len(kept) == MOST:
                break
    return tuple(kept)


def _box(heat: Map, size: Map, offset: Map, row: int, column: int) -> Box:
    down, across = heat.shape
    height, width = (float(np.exp(min(size[i, row, column], 7.0))) for i in (0, 1))
    y, x = row + float(offset[0, row, column]) + 0.5, column + float(offset[1, row, column]) + 0.5
    return Box(
        x=round((x - width / 2) / across, 4),
        y=round((y - height / 2) / down, 4),
        width=round(width / across, 4),
        height=round(height / down, 4),
        score=round(float(heat[row, column]), 3),
    )


def around(known: Sequence[Box], width: int, height: int) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom in pixels, multiples of 32, of what holds the faces and as much around them.

    ``width`` and ``height``: the canvas's, multiples of 32 too.
    """
    sides = (
        (min(box.x - box.width for box in known) * width, max(box.x + 2 * box.width for box in known) * width, width),
        (
            min(box.y - box.height for box in known) * height,
            max(box.y + 2 * box.height for box in known) * height,
            height,
        ),
    )
    (left, right), (top, bottom) = (
        (max(0, 32 * math.floor(low / 32)), min(most, 32 * math.ceil(high / 32))) for low, high, most in sides
    )
    return left, top, right, bottom


def placed(box: Box, place: tuple[float, float, float, float]) -> Box:
    """Return a box of a cut-out as one of the picture; ``place``: left, top, width and height of the cut-out in it."""
    x, y, width, height = place
    return replace(
        box,
        x=round(x + box.x * width, 4),
        y=round(y + box.y * height, 4),
        width=round(box.width * width, 4),
        height=round(box.height * height, 4),
    )


def stir(before: Grey, now: Grey, box: Box) -> float:
    """Return how much more the mouth changed than the eyes between two grey pictures (rows, columns), 0 where unknown.

    The head may have moved: the picture before is laid over the other where the upper part of the face fits best. A
    head that turns stirs both parts alike; one that talks stirs the lower third.
    """
    rows, columns = now.shape
    left, right = (round(min(max(v, 0.0), 1.0) * columns) for v in (box.x + 0.2 * box.width, box.x + 0.8 * box.width))
    top, split, bottom = (round(min(max(box.y + share * box.height, 0.0), 1.0) * rows) for share in (0.15, 0.6, 1.0))
    if right - left < 6 or split - top < 4 or bottom - split < 4:
        return 0.0
    place = _Place(top, bottom, left, right)
    eyes = slice(0, split - top)
    down, across = _aligned(before, now, place, eyes, max(2, round(_SWAY * (bottom - top))))
    change = np.abs(_cut(now, place) - _cut(before, place, down, across))
    return round(float(change[split - top :].mean() / (change[eyes].mean() + 1.0)), 3)


class _Place(NamedTuple):
    top: int
    bottom: int
    left: int
    right: int


def _cut(grey: Grey, place: _Place, down: int = 0, across: int = 0) -> Grey:
    """Return the part of a picture at a place that is moved; beyond its edges these are repeated."""
    rows = np.clip(np.arange(place.top, place.bottom) + down, 0, grey.shape[0] - 1)
    columns = np.clip(np.arange(place.left, place.right) + across, 0, grey.shape[1] - 1)
    part: Grey = grey[rows[:, None], columns]
    return part


def _aligned(before: Grey, now: Grey, place: _Place, eyes: slice, reach: int) -> tuple[int, int]:
    """Return how far down and to the right the upper part of the face was before, in pixels, at most ``reach``."""
    fine = max(1, reach // 6)
    here = _cut(now, place)[eyes][::fine, ::fine]

    def off(shift: tuple[int, int]) -> float:
        return float(np.abs(here - _cut(before, place, *shift)[eyes][::fine, ::fine]).mean())

    best = (0, 0)
    step = max(1, reach // 2)
    while True:
        around = [(best[0] + y * step, best[1] + x * step) for y in (-1, 0, 1) for x in (-1, 0, 1)]
        best = min((shift for shift in around if max(map(abs, shift)) <= reach), key=off)
        if step == 1:
            return best
        step = max(1, step // 2)
