"""Whether two films show the same frames."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import numpy.typing as npt

from shared.process import ffmpeg_path, run
from tests.bench.edits import LIMITS

SMALL = (96, 54)
MOST_OFF = 4.0
"""Mean difference in levels of two small copies that two encodings do not explain."""
Frames = npt.NDArray[np.int16]


async def unlike(one: Path, other: Path) -> int:
    """Return how many frames of ``other`` are not those of ``one``: another picture, a neighbour of it, or too many.

    A frame that is nearer to a neighbour of its counterpart than to that is one in the wrong place.
    """
    a, b = await asyncio.gather(small(one), small(other))
    count = min(len(a), len(b))
    own = np.abs(a[:count] - b[:count]).mean(axis=1)
    wrong = own > MOST_OFF
    wrong[1:] |= own[1:] > np.abs(a[: count - 1] - b[1:count]).mean(axis=1) + 0.5
    wrong[:-1] |= own[:-1] > np.abs(a[1:count] - b[: count - 1]).mean(axis=1) + 0.5
    return int(wrong.sum()) + abs(len(a) - len(b))


async def small(path: Path) -> Frames:
    """Return small grey copies of all frames."""
    scale = f"extractplanes=y,scale={SMALL[0]}:{SMALL[1]}:flags=area"
    out = ["-vf", scale, "-fps_mode", "passthrough", "-f", "rawvideo", "pipe:1"]
    done = await run([ffmpeg_path(), "-loglevel", "error", "-i", str(path), *out], limits=LIMITS)
    return np.frombuffer(done.stdout, np.uint8).reshape(-1, SMALL[0] * SMALL[1]).astype(np.int16)
