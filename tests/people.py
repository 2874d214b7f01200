"""Films with a face whose place is known: a portrait cut out in an oval and carried over a textured scene."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

PORTRAIT = Path(__file__).parent / "pictures" / "astronaut.jpg"
HEAD = (46, 32, 151, 157)
"""Left, top, right and bottom of the face in the portrait of 200x200 pixels."""

Picture = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Person:
    """A head of ``size`` (height of the portrait over that of the frame) that goes from one place to another.

    Places are the middle of the face as fractions of the frame.
    """

    begin: tuple[float, float]
    end: tuple[float, float]
    size: float = 0.5
    mirrored: bool = False

    def face(self, share: float, frame: tuple[int, int]) -> tuple[float, float, float, float]:
        """Return where the face is after ``share`` of the shot: x, y, width, height as fractions of the frame."""
        side = self.size * frame[1]
        x, y = (a + share * (b - a) for a, b in zip(self.begin, self.end, strict=True))
        width, height = (HEAD[2] - HEAD[0]) / 200 * side / frame[0], (HEAD[3] - HEAD[1]) / 200 * side / frame[1]
        return x - width / 2, y - height / 2, width, height


@dataclass(frozen=True, slots=True)
class Take:
    """A shot: ``frames`` long, on a scene of its own, with people in it."""

    frames: int
    scene: int
    people: tuple[Person, ...] = ()


@cache
def _portrait(side: int, mirrored: bool) -> tuple[Image.Image, Image.Image]:
    head = Image.open(PORTRAIT).convert("RGB").resize((side, side), Image.Resampling.LANCZOS)
    oval = Image.new("L", (side, side), 0)
    ImageDraw.Draw(oval).ellipse((0.1 * side, 0.02 * side, 0.9 * side, 0.98 * side), fill=255)
    oval = oval.filter(ImageFilter.GaussianBlur(side / 40))
    return (head.transpose(Image.Transpose.FLIP_LEFT_RIGHT), oval) if mirrored else (head, oval)


def scene(seed: int, size: tuple[int, int]) -> Image.Image:
    """Return a soft, coloured backdrop."""
    colours = np.random.default_rng(seed).integers(40, 200, (5, 8, 3)).astype(np.uint8)
    return Image.fromarray(colours).resize(size, Image.Resampling.BICUBIC)


def pictures(takes: Sequence[Take], size: tuple[int, int]) -> Iterator[Picture]:
    """Yield the film's frames, RGB."""
    grain = np.random.default_rng(5)
    for take in takes:
        backdrop = scene(take.scene, size)
        for n in range(take.frames):
            frame = backdrop.copy()
            for person in take.people:
                _put(frame, person, n / max(1, take.frames - 1))
            noisy = np.asarray(frame, np.float32) + grain.normal(0, 2, (size[1], size[0], 3))
            yield np.clip(noisy, 0, 255).astype(np.uint8)


def _put(frame: Image.Image, person: Person, share: float) -> None:
    side = round(person.size * frame.height)
    head, oval = _portrait(side, person.mirrored)
    x, y, width, height = person.face(share, frame.size)
    centre = (x + width / 2) * frame.width, (y + height / 2) * frame.height
    middle = (HEAD[0] + HEAD[2]) / 400 * side, (HEAD[1] + HEAD[3]) / 400 * side
    if person.mirrored:
        middle = side - middle[0], middle[1]
    frame.paste(head, (round(centre[0] - middle[0]), round(centre[1] - middle[1])), oval)


def film(path: Path, takes: Sequence[Take], size: tuple[int, int] = (320, 180), rate: int = 25) -> Path:
    """Encode the takes as H.264."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate, options={"preset": "veryfast", "crf": "20"})
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = Fraction(1, rate)
        for n, picture in enumerate(pictures(takes, size)):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = n, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path
