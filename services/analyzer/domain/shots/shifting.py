"""Whether a shift lays one small picture over another: a moving camera leaves that, a change of shot does not."""

from __future__ import annotations

import functools

import numpy as np

from services.analyzer.domain.shots.frames import Floats


def moved(a: Floats, b: Floats, across: int = 6) -> float:
    """Return the mean luma difference that is left when ``b`` is shifted onto ``a`` as well as it can be, in levels.

    ``across``: how many of the 32 columns it may be shifted at most, and half as many rows; to half a level's width.
    """
    down, right = min(across // 2, a.shape[0] // 3), min(across, a.shape[1] // 2)
    coarse = _coarsely(a, b, down, right)
    near = [(coarse[0] + y, coarse[1] + x) for y in (-1, 0, 1) for x in (-1, 0, 1)]
    whole, y, x = min((_shifted(a, b, y, x), y, x) for y, x in near if abs(y) <= down and abs(x) <= right)
    between = (_shifted(a[:-1, :-1], _half(b, *way), y, x) for way in ((0, 1), (1, 0), (1, 1)))
    other = (_shifted(_half(a, *way), b[:-1, :-1], y, x) for way in ((0, 1), (1, 0), (1, 1)))
    return float(min(whole, *between, *other))


def _coarsely(a: Floats, b: Floats, down: int, right: int) -> tuple[int, int]:
    """Return which shift of ``b``, of every other one, lays it best onto ``a``: rows and columns."""
    inside, size = _overlaps(*a.shape, down, right)
    over = np.einsum("yxij,yxij->yx", np.abs(a - _shifts(b, down, right)), inside) / size
    row, column = divmod(int(over.argmin()), over.shape[1])
    return 2 * row - down, 2 * column - right


@functools.lru_cache(64)
def _overlaps(rows: int, columns: int, down: int, right: int) -> tuple[Floats, Floats]:
    """Return where a shifted picture lies over one that is not, and on how many levels, for every other shift."""
    inside = _shifts(np.ones((rows, columns), np.float32), down, right)
    return inside, inside.sum(axis=(2, 3))


def _shifts(plane: Floats, down: int, right: int) -> Floats:
    """Return a picture at every other shift (rows, columns), as (shifts, shifts, rows, columns); 0 around it."""
    rows, columns = plane.shape
    wide = np.zeros((rows + 2 * down, columns + 2 * right), np.float32)
    wide[down : down + rows, right : right + columns] = plane
    return np.lib.stride_tricks.sliding_window_view(wide, plane.shape)[::-2, ::-2]


def _half(plane: Floats, down: int, right: int) -> Floats:
    """Return a picture shifted by half a level's width, one row and column smaller."""
    rows, columns = plane.shape[0] - 1, plane.shape[1] - 1
    halved: Floats = (plane[:-1, :-1] + plane[down : rows + down, right : columns + right]) * np.float32(0.5)
    return halved


def _shifted(a: Floats, b: Floats, down: int, right: int) -> float:
    rows, columns = a.shape
    top, left = max(0, down), max(0, right)
    bottom, end = rows + min(0, down), columns + min(0, right)
    over = np.abs(a[top:bottom, left:end] - b[top - down : bottom - down, left - right : end - right])
    return float(over.sum() / over.size)
