"""A film's trace: every frame as 864 bytes, small enough to keep on disk for hours and to look back at any moment.

A row holds a frame's signature (``frames.signatures``) as 8-bit levels: 18 rows of 32 luma levels, then 9 rows of 16
for each of U and V. Distances are the sums of :mod:`frames`: mean absolute luma difference plus 0.7 times that of each
chroma plane. All frame numbers count from the trace's first row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy.ndimage import maximum_filter1d

from services.analyzer.domain.shots.frames import Features, Floats

Levels = npt.NDArray[np.uint8]
Frames = int | slice | npt.NDArray[np.int64]


class Rows(Protocol):
    """A trace's rows, in memory or in a file: what is asked for is copied out of it, the rest takes no memory."""

    def __len__(self) -> int:
        """How many frames there are."""

    def __getitem__(self, frames: Frames, /) -> Levels:
        """Return the rows of frames, or the row of one; a slice has no step."""


ROWS, COLUMNS = 18, 32
LUMA, CHROMA = ROWS * COLUMNS, ROWS * COLUMNS // 4
WIDTH = LUMA + 2 * CHROMA
_WEIGHTS = np.concatenate([np.full(LUMA, 1 / LUMA), np.full(2 * CHROMA, 0.7 / CHROMA)]).astype(np.float32)
_GROUP = 24
_PLAIN, _PLAIN_SHARE, _BLACK, _WHITE, _AROUND_S = 2.0, 0.2, 40, 205, 1.2
_DARKEST, _BRIGHTEST, _AT_END, _ONE_LEVEL, _BESIDE_S = 16, 235, 4.0, 0.6, 0.25
_BAR = 24


def packed(signed: Floats) -> Levels:
    """Return signatures as rows of a trace."""
    rows: Levels = np.clip(np.rint(signed / _WEIGHTS), 0, 255).astype(np.uint8)
    return rows


@dataclass(frozen=True, slots=True)
class Trace:
    """``rows``: one a frame. ``times``: when each frame is shown, in seconds.

    ``blank``: which frames are all black or all white. ``live``: first and last row and column (behind it) of the
    18 by 32 luma levels that are not always black, as in a film with bars.
    """

    rows: Rows
    times: npt.NDArray[np.float64]
    blank: npt.NDArray[np.bool_]
    live: tuple[int, int, int, int] = (0, ROWS, 0, COLUMNS)

    def __len__(self) -> int:
        return len(self.rows)

    def signed(self, frames: npt.NDArray[np.int64] | slice) -> Floats:
        """Return signatures of the frames, one a row."""
        signed: Floats = self.rows[frames] * _WEIGHTS
        return signed

    def luma(self, frame: int) -> Floats:
        """Return a frame's luma levels, without bars."""
        top, bottom, left, right = self.live
        levels: Floats = self.rows[frame][:LUMA].astype(np.float32).reshape(ROWS, COLUMNS)[top:bottom, left:right]
        return levels

    def tinted(self, a: int, b: int) -> float:
        """Return the mean difference of two frames' chroma, in levels."""
        return float(np.abs(self.rows[a][LUMA:].astype(np.float32) - self.rows[b][LUMA:]).mean())

    def alike(self, a: Floats, b: Floats) -> Floats:
        """Return the correlation of luma, row by row, of two sets of signatures; 0 where one is of one colour."""
        x, y = (self._centred(rows) for rows in (a, b))
        scale = np.sqrt((x * x).sum(axis=1) * (y * y).sum(axis=1))
        plain = scale * LUMA < 1.0
        like: Floats = np.where(plain, 0.0, (x * y).sum(axis=1) / np.where(plain, 1.0, scale)).astype(np.float32)
        return like

    def spread(self, rows: Floats) -> Floats:
        """Return the deviation of each signature's luma, in the unit of distances of whole pictures; bars left out."""
        top, bottom, left, right = self.live
        luma = rows[:, :LUMA].reshape(-1, ROWS, COLUMNS)[:, top:bottom, left:right].reshape(len(rows), -1)
        lit = (bottom - top + (top > 0) + (bottom < ROWS)) * (right - left + (left > 0) + (right < COLUMNS))
        spread: Floats = luma.std(axis=1) * lit
        return spread

    def _centred(self, rows: Floats) -> Floats:
        top, bottom, left, right = self.live
        luma = rows[:, :LUMA].reshape(-1, ROWS, COLUMNS)[:, top:bottom, left:right].reshape(len(rows), -1)
        centred: Floats = luma - luma.mean(axis=1, keepdims=True)
        return centred

    def first_at(self, seconds: float) -> int:
        """Return the first frame shown at ``seconds`` or later."""
        return int(np.searchsorted(self.times[: len(self)], seconds - 1e-6))


def traced(rows: Rows, times: npt.NDArray[np.float64], found: Features) -> Trace:
    """Return the trace of a whole film. ``times`` may hold the film's end behind the last frame."""
    return Trace(rows, times[: len(rows)], _blank(found, times), _live(rows))


def _blank(found: Features, times: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Whether each frame is all black or all white, or so near it, beside frames that are, that it belongs to them.

    A dim picture is none: it has little light and little on it, but no less than the pictures around it have. Black is
    at the end of the scale, or of one level, or the turn of a fade: far darker and flatter than what is on both sides.
    """
    if not len(found):
        return np.zeros(0, np.bool_)
    a_second = len(found) / max(times[len(found) - 1] - times[0], 1e-3)
    reach = max(3, round(_AROUND_S * a_second))
    blank = np.zeros(len(found), np.bool_)
    for light, end in ((found.luma - _DARKEST, _BLACK - _DARKEST), (_BRIGHTEST - found.luma, _BRIGHTEST - _WHITE)):
        spread = _PLAIN_SHARE * _both_sides(found.spread, reach)
        turn = (found.spread <= spread) & (light <= _PLAIN_SHARE * _both_sides(light, reach))
        core = ((light <= _AT_END) & (found.spread <= _PLAIN)) | (found.spread <= _ONE_LEVEL) | turn
        near = maximum_filter1d(core & (light < end), 2 * max(1, round(_BESIDE_S * a_second)) + 1, mode="nearest")
        around = maximum_filter1d(found.spread, 2 * reach + 1, mode="nearest")
        blank |= near & (light < end) & (found.spread <= np.maximum(_PLAIN, _PLAIN_SHARE * around))
    return blank


def _both_sides(values: Floats, reach: int) -> Floats:
    """Return for each value the lesser of the most that the ``reach`` values before it have, and those behind it."""
    before, behind = (
        maximum_filter1d(values, reach + 1, mode="nearest", origin=at) for at in (reach // 2, -(reach // 2))
    )
    lesser: Floats = np.minimum(before, behind)
    return lesser


def _live(rows: Rows) -> tuple[int, int, int, int]:
    """Return what is not bars: at least half of the picture, or all of it."""
    if not len(rows):
        return 0, ROWS, 0, COLUMNS
    picked = np.arange(0, len(rows), max(1, len(rows) // 512))
    most = rows[picked][:, :LUMA].max(axis=0).reshape(ROWS, COLUMNS)
    edges: list[int] = []
    for axis in (1, 0):
        lit = np.flatnonzero(most.max(axis=axis) > _BAR)
        first, last = (int(lit[0]), int(lit[-1]) + 1) if len(lit) else (0, 0)
        # A level at the edge of a bar is partly bar: what it holds stays the same whatever is shown.
        first, last = first + (first > 0), last - (last < most.shape[1 - axis])
        edges += [first, last] if last - first >= most.shape[1 - axis] // 2 else [0, most.shape[1 - axis]]
    return edges[0], edges[1], edges[2], edges[3]


def planes(signed: Floats) -> Floats:
    """Return signatures (count, 864) as (count, 3, 18, 32), chroma repeated, with the same meaning of distances."""
    count = len(signed)
    luma = signed[:, :LUMA].reshape(count, 1, ROWS, COLUMNS)
    chroma = signed[:, LUMA:].reshape(count, 2, ROWS // 2, COLUMNS // 2).repeat(2, 2).repeat(2, 3) / 4
    cube: Floats = np.concatenate([luma, chroma], axis=1)
    return cube


def relit(a: Floats, b: Floats) -> float:
    """Return how little of two pictures' luma is explained by another light on the same scene; 0 all of it, 1 nothing.

    Under another light pixels of one level go to one level, however much is clipped. So levels of the one picture are
    mapped to the medians of the other's: small only if this explains the difference as well as the structure.
    """
    whole = float(np.abs(b - a).mean())
    if whole < 1e-6:
        return 1.0
    return min(_unmapped(x.ravel(), y.ravel(), whole) for x, y in ((a, b), (b, a)))


def _unmapped(a: Floats, b: Floats, whole: float) -> float:
    # Pixels of one level are taken in no order of place: neighbours are alike in any picture, whatever the light.
    mixed = np.random.default_rng(0).permutation(len(a))
    order = mixed[np.argsort(a[mixed], kind="stable")]
    groups = b[order][: len(b) // _GROUP * _GROUP].reshape(-1, _GROUP)
    brighter = _rising(np.median(groups, axis=1))  # what was brighter is not darker in other light
    left = float(np.abs(groups - brighter[:, None]).mean())
    own = float(np.abs(b - np.median(b)).mean())
    return max(left / whole, left / own) if own >= 1.0 else 1.0


def _rising(values: Floats) -> Floats:
    """Return the nearest series that never falls (pool adjacent violators)."""
    pools: list[tuple[float, int]] = []
    for value in values.tolist():
        pools.append((value, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (a, m), (b, n) = pools[-2:]
            pools[-2:] = [((a * m + b * n) / (m + n), m + n)]
    return np.repeat([mean for mean, _ in pools], [count for _, count in pools]).astype(np.float32)
