"""What was seen of a chunk on its way into the encoder: small figures for each frame. Pure."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

STILL_LEVELS = 1
"""Frames whose small copies differ by no more than this in every pixel stand still."""
SHAPE = (36, 64)
"""Rows and columns of a small copy."""
COARSE = (9, 16)
Bytes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Seen:
    """Figures of the frames of a chunk, or of a whole film.

    ``luma``: the level that nine tenths of the small copy stay below; ``still``: whether the frame equals the one
    before (of a chunk's first frame: False); ``coarse``: (frames, 9, 16) mean levels, to know a frame again by;
    ``first`` and ``last``: the small copies at the ends.
    """

    luma: Bytes
    still: Flags
    coarse: Bytes
    first: Bytes
    last: Bytes

    @property
    def frames(self) -> int:
        """How many frames were seen."""
        return len(self.luma)

    def packed(self) -> bytes:
        """Return the figures as bytes, for :func:`unpacked`."""
        target = io.BytesIO()
        fields = {name: getattr(self, name) for name in self.__slots__}
        np.savez(target, allow_pickle=False, **fields)
        return target.getvalue()


def unpacked(data: bytes) -> Seen:
    """Return what :meth:`Seen.packed` gave. Raises ValueError or KeyError for anything else."""
    with np.load(io.BytesIO(data), allow_pickle=False) as fields:
        return Seen(*(fields[name] for name in Seen.__slots__))


def figures(data: bytes) -> Seen:
    """Return the figures of small grey frames, 64x36 bytes each. Raises ValueError when there is none."""
    frames = np.frombuffer(data, np.uint8, len(data) // (SHAPE[0] * SHAPE[1]) * SHAPE[0] * SHAPE[1])
    frames = frames.reshape(-1, *SHAPE)
    if not len(frames):
        raise ValueError("no frame was drawn")
    still = np.zeros(len(frames), np.bool_)
    for i in range(1, len(frames)):
        still[i] = _stands(frames[i - 1], frames[i])
    luma = np.percentile(frames.reshape(len(frames), -1), 90, axis=1).astype(np.uint8)
    return Seen(luma, still, coarse(frames), frames[0].copy(), frames[-1].copy())


def coarse(frames: Bytes) -> Bytes:
    """Return mean levels of (frames, 36, 64) small copies in 9 rows of 16."""
    blocks = frames.reshape(len(frames), COARSE[0], SHAPE[0] // COARSE[0], COARSE[1], SHAPE[1] // COARSE[1])
    means: Bytes = blocks.mean(axis=(2, 4), dtype=np.float32).round().astype(np.uint8)
    return means


def joined(parts: Sequence[Seen]) -> Seen:
    """Return the figures of chunks that follow each other as those of one film."""
    stills = []
    for i, part in enumerate(parts):
        still = part.still.copy()
        still[0] = i > 0 and _stands(parts[i - 1].last, part.first)
        stills.append(still)
    return Seen(
        np.concatenate([part.luma for part in parts]),
        np.concatenate(stills),
        np.concatenate([part.coarse for part in parts]),
        parts[0].first,
        parts[-1].last,
    )


def _stands(before: Bytes, after: Bytes) -> bool:
    return bool(np.abs(before.astype(np.int16) - after.astype(np.int16)).max() <= STILL_LEVELS)
