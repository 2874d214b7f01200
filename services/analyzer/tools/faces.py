"""Looks for faces, or for what else draws the eye, on the middle-sized pictures of a film."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from services.analyzer.domain import faces, salience
from services.analyzer.domain.looks import Box, Look
from services.analyzer.domain.tracks import CLEAR

MODEL = Path(__file__).parent / "centerface.onnx"
SIDE = 512
"""Longer side of what the detector is shown: 13 to 18 ms of one core a picture."""
_AGO = 0.6

Picture = npt.NDArray[np.uint8]


@cache
def _session() -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(MODEL), options, providers=["CPUExecutionProvider"])


def find_faces(picture: Image.Image) -> tuple[Box, ...]:
    """Return the faces on an RGB picture, best first."""
    shown = picture.resize(faces.grid_size(*picture.size, SIDE), Image.Resampling.BILINEAR)
    pixels = np.asarray(shown, np.float32).transpose(2, 0, 1)[None]
    heat, size, offset, _ = _session().run(None, {"input.1": np.ascontiguousarray(pixels)})
    return faces.boxes(heat[0, 0], size[0], offset[0])


@dataclass(slots=True)
class Onlooker:
    """A viewer for ``tools.views``: faces, and the focus where there is none. Times in seconds."""

    _before: _Greys | None = None

    def view(self, picture: Picture, at: float) -> Look:
        """Return what is seen at ``at``; it is compared with what was seen a moment ago."""
        image = Image.fromarray(picture)
        now = _greys(image, at)
        before = self._before if self._before and at - self._before.at <= _AGO else None
        self._before = now
        found = find_faces(image)
        if before is not None:
            found = tuple(box.model_copy(update={"stir": faces.stir(before.whole, now.whole, box)}) for box in found)
        lost = all(box.score < CLEAR for box in found)
        focus = salience.focus(now.small, before.small if before else None) if lost else None
        return Look(time=round(at, 6), faces=found, focus=focus)


@dataclass(frozen=True, slots=True)
class _Greys:
    at: float
    whole: npt.NDArray[np.float32]
    small: npt.NDArray[np.float32]


def _greys(image: Image.Image, at: float) -> _Greys:
    grey = image.convert("L")
    scale = salience.COLUMNS / max(grey.size)
    size = (max(8, round(grey.width * scale)), max(8, round(grey.height * scale)))
    small = grey.resize(size, Image.Resampling.BOX)
    return _Greys(at, np.asarray(grey, np.float32), np.asarray(small, np.float32))
