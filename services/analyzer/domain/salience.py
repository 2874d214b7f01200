"""What draws the eye in a picture without a face: what differs from its surroundings, and what moves on its own. Pure.

Method of the still half: X. Hou and L. Zhang, "Saliency detection: a spectral residual approach" (CVPR 2007), on a grey
picture of 64 columns.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from statistics import median

import numpy as np
import numpy.typing as npt

from services.analyzer.domain.looks import Look
from shared.contracts.sight import FocusPoint

Grey = npt.NDArray[np.float32]
COLUMNS = 64
_STILL, _MOVES = 0.5, 1.0
_STIRRED = 6.0
"""Grey levels by which something has to change more than the rest of the picture to count as moving."""

_AROUND_S = 0.9


def focus_points(looks: Sequence[Look], cuts: Sequence[float]) -> tuple[FocusPoint, ...]:
    """Return what draws the eye where no face was seen.

    Each is the median of its surroundings within the shot, so that what flickers moves nothing. ``looks`` ascend.
    """
    seen = [(look.time, bisect_right(cuts, look.time + 1e-6), *look.focus) for look in looks if look.focus is not None]
    times = [row[0] for row in seen]
    points: list[FocusPoint] = []
    for time, shot, *_ in seen:
        around = seen[bisect_left(times, time - _AROUND_S) : bisect_right(times, time + _AROUND_S)]
        near = [row[2:] for row in around if row[1] == shot]
        x, y, weight = (round(median(values), 4) for values in zip(*near, strict=True))
        points.append(FocusPoint(time=time, x=x, y=y, weight=weight))
    return tuple(points)


def focus(now: Grey, before: Grey | None) -> tuple[float, float, float] | None:
    """Return x, y (fractions) and weight (0..1) of what draws the eye; None for a picture of one colour.

    ``now`` and ``before``: small grey pictures of one shape, 0..255, a fraction of a second apart.
    """
    if float(now.std()) < 2.0:
        return None
    mass = _STILL * _normal(_residual(now)) * _towards_the_middle(now.shape)
    if before is not None and before.shape == now.shape:
        moved = _blurred(np.abs(now - before))
        own = np.clip(moved - 2 * float(np.median(moved)) - _STIRRED, 0, None)
        mass = mass + _MOVES * _normal(own)
    peak = float(mass.max())
    if peak <= 0:
        return None
    strong = np.where(mass > 0.5 * peak, mass, 0.0)
    rows, columns = now.shape
    total = float(strong.sum())
    y, x = np.mgrid[0:rows, 0:columns]
    at_x, at_y = float((strong * x).sum()) / total, float((strong * y).sum()) / total
    spread = float(np.sqrt((strong * (((x - at_x) / columns) ** 2 + ((y - at_y) / rows) ** 2)).sum() / total))
    weight = min(max(1 - spread / 0.28, 0.0), 1.0)
    return round((at_x + 0.5) / columns, 4), round((at_y + 0.5) / rows, 4), round(weight, 3)


def _residual(grey: Grey) -> Grey:
    spectrum = np.fft.fft2(grey)
    amplitude = np.log(np.abs(spectrum) + 1e-6).astype(np.float32)
    residual = amplitude - _mean3(amplitude)
    back = np.abs(np.fft.ifft2(np.exp(residual + 1j * np.angle(spectrum)))) ** 2
    return _blurred(_blurred(back.astype(np.float32)))


def _mean3(plane: Grey) -> Grey:
    """The mean over 3x3; the spectrum goes round at its edges."""
    rows = np.roll(plane, 1, 0) + plane + np.roll(plane, -1, 0)
    mean: Grey = (np.roll(rows, 1, 1) + rows + np.roll(rows, -1, 1)) / 9
    return mean


def _blurred(plane: Grey) -> Grey:
    """A Gaussian of about 1.5 pixels, twice binomial; edges are repeated."""
    for axis in (0, 1, 0, 1):
        padded = np.pad(plane, [(2, 2) if a == axis else (0, 0) for a in (0, 1)], mode="edge")
        length = plane.shape[axis]
        taps = [padded.take(range(k, k + length), axis) for k in range(5)]
        plane = ((taps[0] + taps[4] + 4 * (taps[1] + taps[3]) + 6 * taps[2]) / 16).astype(np.float32)
    return plane


def _normal(plane: Grey) -> Grey:
    top = float(plane.max())
    scaled: Grey = plane / top if top > 0 else plane
    return scaled


def _towards_the_middle(shape: tuple[int, ...]) -> Grey:
    """Spectral residual likes borders; people put what matters nearer to the middle."""
    rows, columns = (np.linspace(-1, 1, n, dtype=np.float32) for n in shape)
    weight: Grey = np.exp(-0.9 * (rows[:, None] ** 2 + columns[None, :] ** 2))
    return weight
