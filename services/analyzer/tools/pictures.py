"""Decoded frames as pictures: small ones to measure, and ones for people, upright, in their displayed shape, in SDR."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, VideoReformatter
from PIL import Image

from services.analyzer.domain.turning import Turn
from services.analyzer.tools.sampling import SMALL, fits, sampled

_HDR = {16, 18}
_UNKNOWN = 2
_TURN = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}


class Shrinker:
    """Makes the small frames that are measured; one for a whole stream, since its scaler is costly to set up."""

    def __init__(self) -> None:
        self._scaler = VideoReformatter()

    def small(self, frame: VideoFrame) -> npt.NDArray[np.uint8]:
        """Return the frame as 3 planes Y, U, V of 36 rows and 64 columns, in TV range, not turned."""
        if fits(frame):
            return sampled(frame)
        made = self._scaler.reformat(
            frame, *SMALL, "yuv444p", interpolation="AREA", dst_color_range=ColorRange.MPEG, threads=1
        )
        return np.asarray(made.to_ndarray(), np.uint8)


class Painter:
    """Makes pictures of one size (as displayed), turned as a player does. HDR becomes SDR."""

    def __init__(self, size: tuple[int, int], turn: Turn) -> None:
        self._scaler = VideoReformatter()
        self._size = turn.shown(*size)
        self._turn = turn

    def paint(self, frame: VideoFrame) -> Image.Image:
        """Return the frame as an RGB picture."""
        hdr = frame.color_trc in _HDR
        made = self._scaler.reformat(
            frame,
            *self._size,
            "rgb24",
            interpolation="AREA",
            src_colorspace=Colorspace.ITU709 if _untold_hd(frame) else None,
            dst_color_trc=ColorTrc.IEC61966_2_1 if hdr else None,
            dst_color_primaries=ColorPrimaries.BT709 if hdr else None,
            threads=1,
        )
        image = Image.fromarray(np.asarray(made.to_ndarray(), np.uint8))
        if self._turn.mirrored:
            image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        return image.transpose(_TURN[self._turn.clockwise]) if self._turn.clockwise else image


def _untold_hd(frame: VideoFrame) -> bool:
    """Whether the frame does not name its colour matrix and is so large that everybody takes it for BT.709."""
    return frame.colorspace == _UNKNOWN and min(frame.width, frame.height) >= 720


def displayed(frame: VideoFrame, aspect: Fraction | None, turn: Turn) -> tuple[int, int]:
    """Return the size at which a player shows the frame; ``aspect`` is that of one sample."""
    return turn.shown(max(1, round(frame.width * (aspect or 1))), frame.height)


def save(image: Image.Image, path: Path) -> None:
    """Write a JPEG without metadata."""
    image.save(path, "JPEG", quality=84, optimize=True)
