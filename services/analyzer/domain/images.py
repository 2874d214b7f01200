"""Still and animated pictures: what is taken of them, and the facts that come out. Pure."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from services.analyzer.domain import bad
from services.analyzer.domain.judge import Bounds
from services.analyzer.domain.looks import Box
from services.analyzer.domain.turning import Turn
from shared.contracts.media import MediaInfo, Note, VideoStream
from shared.contracts.sight import Colour, FaceBox, ImageFacts

Format = Literal["png", "jpeg", "gif", "webp"]
FORMATS: tuple[tuple[bytes, Format], ...] = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
)
MOST_FRAMES = 2000
MOST_MOVED = 1_500_000_000
"""Pixels times frames of an animation that is taken: a minute of 720p at 25 frames a second."""
_SMALLER = "Save it smaller or with fewer frames, or as a film, and upload that."
_TURNS = {
    1: Turn(), 2: Turn(0, mirrored=True), 3: Turn(180), 4: Turn(180, mirrored=True), 5: Turn(270, mirrored=True),
    6: Turn(90), 7: Turn(90, mirrored=True), 8: Turn(270),
}  # fmt: skip
"""What EXIF's orientations mean: mirrored left to right first, then turned clockwise."""


class ImageFound(BaseModel):
    """What the decoder said; ``width`` and ``height`` as stored. ``pixels`` names the layout, as in ``rgba``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Format
    width: int
    height: int
    pixels: str = ""
    frames: int = 1
    seconds: float = 0.0
    orientation: int = 1
    alpha: bool = False
    palette: tuple[Colour, ...] = ()
    faces: tuple[Box, ...] = ()
    problem: Literal["", "broken", "cut_off", "pixels", "frames"] = ""
    reason: str = ""


def picture_format(head: bytes) -> Format | None:
    """Return the kind of picture that begins with ``head``, if it is one that is taken."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    return next((name for magic, name in FORMATS if head.startswith(magic)), None)


def too_large(width: int, height: int, frames: int, max_pixels: int) -> Literal["", "pixels", "frames"]:
    """Tell what of a picture is beyond the bounds, before anything of it is decoded."""
    if width * height > max_pixels:
        return "pixels"
    return "frames" if frames > MOST_FRAMES or (frames > 1 and width * height * frames > MOST_MOVED) else ""


def turn_of(orientation: int) -> Turn:
    """Return how a picture of this EXIF orientation is shown; an unknown one is shown as it is."""
    return _TURNS.get(orientation, Turn())


def image_info(found: ImageFound, size: int, bounds: Bounds) -> MediaInfo:
    """Return what the picture is. Raises BadMedia."""
    kind = f"a {found.format.upper()} picture"
    match found.problem:
        case "broken":
            raise bad.spoilt(f"a damaged {found.format.upper()} picture", found.reason)
        case "cut_off":
            raise bad.truncated(kind, "the picture ends before its last row")
        case "pixels":
            raise bad.too_complex(
                kind, f"it has {found.width}x{found.height} pixels, more than {bounds.max_pixels} in all", _SMALLER
            )
        case "frames":
            raise bad.too_complex(
                kind,
                f"it is an animation of {found.frames} or more frames of {found.width}x{found.height} pixels",
                _SMALLER,
            )
    turn = turn_of(found.orientation)
    width, height = turn.shown(found.width, found.height)
    video = VideoStream(
        index=0, codec=found.format, width=width, height=height, coded_width=found.width, coded_height=found.height,
        rotation=turn.clockwise, frame_rate="25/1", time_base="1/1000", duration=0.0, frames=found.frames,
        pixel_format=found.pixels,
    )  # fmt: skip
    facts = ImageFacts(
        format=found.format, orientation=found.orientation if found.orientation in _TURNS else 1, frames=found.frames,
        seconds=round(found.seconds, 3), alpha=found.alpha, palette=found.palette, faces=_faces(found.faces),
    )  # fmt: skip
    return MediaInfo(
        kind="image", container=found.format, duration=0.0, size=size, video=video, image=facts, notes=_notes(found)
    )


def _faces(boxes: tuple[Box, ...]) -> tuple[FaceBox, ...]:
    return tuple(
        FaceBox(time=0.0, x=box.x, y=box.y, width=box.width, height=box.height, score=box.score) for box in boxes
    )


def _notes(found: ImageFound) -> tuple[Note, ...]:
    notes = []
    if found.frames > 1:
        message = f"The picture is an animation of {found.frames} frames; as a still it shows the first."
        notes.append(Note(code="animated", message=message))
    if turn_of(found.orientation).mirrored:
        notes.append(Note(code="mirrored", message="The picture is stored mirrored."))
    return tuple(notes)
