"""Decoded frames as pictures: small ones to measure, and ones for people, upright, in their displayed shape, in SDR."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame
from av.video.reformatter import ColorPrimaries, ColorRange, ColorTrc, VideoReformatter
from PIL import Image

SMALL = (64, 36)
_HDR = {16, 18}
_TURN = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}


class Shrinker:
    """Makes the small frames that are measured; one for a whole stream, since its scaler is costly to set up."""

    def __init__(self) -> None:
        self._scaler = VideoReformatter()

    def small(self, frame: VideoFrame) -> npt.NDArray[np.uint8]:
        """Return the frame as 3 planes Y, U, V of 36 rows and 64 columns, in TV range, not turned."""
        made = self._scaler.reformat(
            frame, *SMALL, "yuv444p", interpolation="AREA", dst_color_range=ColorRange.MPEG, threads=1
        )
        return np.asarray(made.to_ndarray(), np.uint8)


class Painter:
    """Makes pictures of one size (as displayed), turned clockwise by ``rotation`` degrees. HDR becomes SDR."""

    def __init__(self, size: tuple[int, int], rotation: int) -> None:
        self._scaler = VideoReformatter()
        self._size = size[::-1] if rotation in {90, 270} else size
        self._turn = _TURN.get(rotation)

    def paint(self, frame: VideoFrame) -> Image.Image:
        """Return the frame as an RGB picture."""
        hdr = frame.color_trc in _HDR
        made = self._scaler.reformat(
            frame,
            *self._size,
            "rgb24",
            interpolation="AREA",
            dst_color_trc=ColorTrc.IEC61966_2_1 if hdr else None,
            dst_color_primaries=ColorPrimaries.BT709 if hdr else None,
            threads=1,
        )
        image = Image.fromarray(np.asarray(made.to_ndarray(), np.uint8))
        return image if self._turn is None else image.transpose(self._turn)


def displayed(frame: VideoFrame, aspect: Fraction | None, rotation: int) -> tuple[int, int]:
    """Return the size at which a player shows the frame; ``aspect`` is that of one sample."""
    size = (max(1, round(frame.width * (aspect or 1))), frame.height)
    return size[::-1] if rotation in {90, 270} else size


def save(image: Image.Image, path: Path) -> None:
    """Write a JPEG without metadata."""
    image.save(path, "JPEG", quality=84, optimize=True)
