"""Small frames to a few numbers each, block by block, so that hours of film take little memory.

A small frame is 3 planes (Y, U, V) of 36 rows and 64 columns in TV range. Distances are mean absolute differences of
8-bit levels: luma, plus 0.7 times each chroma plane.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

Block = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
SHAPE = (3, 36, 64)
_LUMA, _CHROMA = 18 * 32, 9 * 16
_BINS = (32, 16, 16)


@dataclass(frozen=True, slots=True)
class Features:
    """One row a frame.

    ``step``: distance to the frame before (0 for the first). ``colours``: distance of the colour histograms to the
    frame before, 0..1. ``likeness``: correlation of the luma with the frame before, -1..1, blind to changes of
    exposure. ``luma`` mean level, ``spread`` its standard deviation, ``dark`` the share of black pixels.
    """

    step: Floats
    colours: Floats
    likeness: Floats
    luma: Floats
    spread: Floats
    dark: Floats

    def __len__(self) -> int:
        return len(self.luma)


def _halved(planes: Floats) -> Floats:
    """Return the mean of each 2x2 levels of (count, rows, columns)."""
    rows = planes[:, ::2] + planes[:, 1::2]
    halved: Floats = (rows[:, :, ::2] + rows[:, :, 1::2]) * np.float32(0.25)
    return halved


def signatures(block: Block) -> Floats:
    """Return a row for each frame of ``block`` (count, 3, 36, 64), scaled so that distances are sums over it."""
    levels = block.astype(np.float32)
    luma = _halved(levels[:, 0]).reshape(len(block), -1) / _LUMA
    chroma = [
        _halved(_halved(levels[:, plane])).reshape(len(block), -1) * np.float32(0.7 / _CHROMA) for plane in (1, 2)
    ]
    return np.concatenate([luma, *chroma], axis=1)


def _histograms(block: Block) -> Floats:
    count = len(block)
    parts: list[Floats] = []
    for plane, bins in enumerate(_BINS):
        levels = block[:, plane].reshape(count, -1) >> (8 - bins.bit_length() + 1)
        slots = (levels + bins * np.arange(count)[:, None]).ravel()
        counted = np.bincount(slots, minlength=bins * count).reshape(count, bins)
        parts.append((counted / levels.shape[1] / len(_BINS)).astype(np.float32))
    return np.concatenate(parts, axis=1)


def _likeness(luma: Floats, before: Floats) -> Floats:
    a, b = luma - luma.mean(axis=1, keepdims=True), before - before.mean(axis=1, keepdims=True)
    scale = np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
    flat = scale * _LUMA < 1.0
    like: Floats = np.where(flat, 0.0, (a * b).sum(axis=1) / np.where(flat, 1.0, scale)).astype(np.float32)
    return like


class Measuring:
    """Takes small frames in blocks and keeps their features; remembers no frame but the last."""

    def __init__(self) -> None:
        self._signatures = np.zeros((0, _LUMA + 2 * _CHROMA), np.float32)
        self._histogram = np.zeros((0, sum(_BINS)), np.float32)
        self._rows: list[Features] = []

    def feed(self, block: Block, signed: Floats) -> None:
        """Measure the next frames; ``signed`` are their signatures."""
        known = np.concatenate([self._signatures, signed])
        colours = np.concatenate([self._histogram, _histograms(block)])
        luma = block[:, 0].reshape(len(block), -1)
        self._rows.append(
            Features(
                step=_step(known, len(block)) * 2,
                colours=_step(colours, len(block)),
                likeness=_likeness_rows(known[:, :_LUMA] * _LUMA, len(block)),
                luma=luma.mean(axis=1, dtype=np.float32),
                spread=luma.std(axis=1, dtype=np.float32),
                dark=(luma < 38).mean(axis=1, dtype=np.float32),
            )
        )
        self._signatures, self._histogram = known[-1:], colours[-1:]

    def prime(self, block: Block, signed: Floats) -> None:
        """Take the frames before those that are to be measured."""
        self._signatures, self._histogram = signed[-1:], _histograms(block[-1:])

    def features(self) -> Features:
        """Return the features of all frames so far."""
        return joined(self._rows)


def joined(rows: Sequence[Features]) -> Features:
    """Return the features of frames that follow each other as one."""
    none = np.zeros(0, np.float32)
    names = [field.name for field in fields(Features)]
    return Features(*(np.concatenate([none, *(getattr(row, name) for row in rows)]) for name in names))


def _step(rows: Floats, count: int) -> Floats:
    """Half the L1 distance of each of the last ``count`` rows to the row before it; 0 for the very first."""
    stepped = np.zeros(len(rows), np.float32)
    stepped[1:] = np.abs(np.diff(rows, axis=0)).sum(axis=1) / 2
    return stepped[len(rows) - count :]


def _likeness_rows(luma: Floats, count: int) -> Floats:
    like = np.ones(len(luma), np.float32)
    if len(luma) > 1:
        like[1:] = _likeness(luma[1:], luma[:-1])
    return like[len(luma) - count :]
