"""Looks for faces, or for what else draws the eye, on the middle-sized pictures of a film."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from services.analyzer.domain import faces, salience
from services.analyzer.domain.looks import Box, Look
from services.analyzer.domain.tracks import CLEAR
from services.analyzer.tools.views import EVERY_S

MODEL = Path(__file__).parent / "centerface.onnx"
SIDE = 512
"""Longer side of what the detector is shown: 13 to 18 ms of one core a picture."""
_AGO = 0.6
_SAME = 8.0
"""Grey levels by which two pictures, much reduced, may differ in the mean and still be looked at as one."""
_MOST_CUT = 0.5

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
    return _detected(_canvas(picture))


def find_near(picture: Image.Image, known: Sequence[Box]) -> tuple[Box, ...]:
    """Return the faces around ``known`` ones, best first, as :func:`find_faces` would: on the same canvas, cut out.

    Where that is most of the picture, or a clear face is not found again, the whole picture is looked at.
    """
    if not known:
        return ()
    canvas = _canvas(picture)
    left, top, right, bottom = faces.around(known, canvas.shape[1], canvas.shape[0])
    if (right - left) * (bottom - top) > _MOST_CUT * canvas.shape[0] * canvas.shape[1]:
        return _detected(canvas)
    inside = _detected(canvas[top:bottom, left:right])
    if _clear(inside) < _clear(known):
        return _detected(canvas)
    rows, columns = canvas.shape[:2]
    place = (left / columns, top / rows, (right - left) / columns, (bottom - top) / rows)
    return tuple(faces.placed(box, place) for box in inside)


def _canvas(picture: Image.Image) -> Picture:
    return np.asarray(picture.resize(faces.grid_size(*picture.size, SIDE), Image.Resampling.BILINEAR))


def _detected(canvas: Picture) -> tuple[Box, ...]:
    pixels = canvas.astype(np.float32).transpose(2, 0, 1)[None]
    heat, size, offset, _ = _session().run(None, {"input.1": np.ascontiguousarray(pixels)})
    return faces.boxes(heat[0, 0], size[0], offset[0])


def _clear(found: Sequence[Box]) -> int:
    return sum(box.score >= CLEAR for box in found)


@dataclass(slots=True)
class Onlooker:
    """A viewer for ``tools.views``: faces, and the focus where there is none. Times in seconds.

    The whole picture is searched in every other slot of EVERY_S, and wherever it has changed; between them the faces
    that are known are looked for where they were. Which slots these are hangs on the time alone, so that it is the same
    in every span of a film.
    """

    _before: _Seen | None = None

    def view(self, picture: Picture, at: float) -> Look:
        """Return what is seen at ``at``; it is compared with what was seen a moment ago."""
        image = Image.fromarray(picture)
        now = _greys(image, at)
        before = self._before if self._before and at - self._before.at <= _AGO else None
        found = find_near(image, before.faces) if before and _follows(before, now) else find_faces(image)
        self._before = replace(now, faces=found)
        if before is not None:
            found = tuple(replace(box, stir=faces.stir(before.whole, now.whole, box)) for box in found)
        lost = all(box.score < CLEAR for box in found)
        focus = salience.focus(now.small, before.small if before else None) if lost else None
        return Look(time=round(at, 6), faces=found, focus=focus)


def _follows(before: _Seen, now: _Seen) -> bool:
    """Whether the picture before was searched whole, and this one shows much the same."""
    slots = [int(seen.at / EVERY_S + 1e-6) for seen in (before, now)]
    if slots[0] % 2 or slots[1] != slots[0] + 1:
        return False
    return float(np.abs(now.small - before.small).mean()) <= _SAME


@dataclass(frozen=True, slots=True)
class _Seen:
    at: float
    whole: npt.NDArray[np.float32]
    small: npt.NDArray[np.float32]
    faces: tuple[Box, ...] = ()


def _greys(image: Image.Image, at: float) -> _Seen:
    grey = image.convert("L")
    scale = salience.COLUMNS / max(grey.size)
    size = (max(8, round(grey.width * scale)), max(8, round(grey.height * scale)))
    small = grey.resize(size, Image.Resampling.BOX)
    return _Seen(at, np.asarray(grey, np.float32), np.asarray(small, np.float32))
