"""Who and what is to be seen: in films over time, in still pictures, on the pages of documents.

Places are fractions of the displayed picture, times seconds after the medium's start.
"""

from __future__ import annotations

from typing import Literal

from shared.contracts.blob import BlobRef
from shared.contracts.value import Value


class FaceBox(Value):
    """Where a face is at ``time``: left upper corner and size; score 0..1.

    ``talking``: how much more the mouth moves than the rest of the face, 0..1.
    """

    time: float
    x: float
    y: float
    width: float
    height: float
    score: float
    talking: float = 0.0


class FaceTrack(Value):
    """One face within one shot; between two boxes it moves evenly. ``id`` is unique within the medium."""

    id: str
    boxes: tuple[FaceBox, ...]


class FocusPoint(Value):
    """Where the eye is drawn at ``time``; ``weight``: how strongly, 0..1."""

    time: float
    x: float
    y: float
    weight: float


class Colour(Value):
    """A colour of a palette, ``#rrggbb``, and the share of the picture that it stands for."""

    rgb: str
    share: float


class ImageFacts(Value):
    """A still or animated picture. ``orientation`` is EXIF's (1..8); sizes given elsewhere are as displayed.

    ``frames`` and ``seconds`` are those of an animation, 1 and 0 for a still one. ``alpha``: some of it is see-through.
    """

    format: Literal["png", "jpeg", "gif", "webp"]
    orientation: int = 1
    frames: int = 1
    seconds: float = 0.0
    alpha: bool = False
    palette: tuple[Colour, ...] = ()
    faces: tuple[FaceBox, ...] = ()


class DocumentFacts(Value):
    """A document of pages. ``sizes``: width and height in points of the first hundred pages.

    ``text``: a JSON list with the text of each page; null where no page has any. ``cut``: there was more than is kept.
    """

    pages: int
    sizes: tuple[tuple[float, float], ...]
    characters: int = 0
    text: BlobRef | None = None
    cut: bool = False
