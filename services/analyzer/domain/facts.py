"""What a demuxer and a first look at the pictures said of a file, before anything is made of it."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict


def _fraction(text: str) -> str:
    Fraction(text)
    return text


Exact = Annotated[str, AfterValidator(_fraction)]
"""A fraction as text, ``num/den``."""


class StreamFacts(BaseModel):
    """One stream. Times are ticks: ``promised`` is the header's word, ``first`` and ``end`` are the packets'.

    ``jump``: the largest step between two packets' times of decoding, or the furthest one back (below 0), which goes
    before; ``jump_at`` is where it begins. ``resized``: pictures of several sizes were seen.
    ``refresh``: frames that decoding has to run from a key frame until pictures are whole.
    ``timecode``: of the first picture, where the file says one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    index: int
    type: str
    codec: str = ""
    picture: bool = False
    time_base: Exact = "1/1000"
    start: int | None = None
    promised: int | None = None
    promised_frames: int = 0
    packets: int = 0
    damaged: int = 0
    first: int | None = None
    end: int | None = None
    rate: Exact | None = None
    variable: bool = False
    coded_width: int = 0
    coded_height: int = 0
    aspect: Exact | None = None
    pixel_format: str = ""
    transfer: int = 0
    matrix: int = 2
    rotation: int = 0
    mirrored: bool = False
    interlaced: bool = False
    resized: bool = False
    refresh: int = 0
    timecode: str = ""
    decoded: bool | None = None
    sample_rate: int = 0
    channels: int = 0
    language: str = ""
    default: bool = False
    jump: int = 0
    jump_at: int = 0

    @property
    def tick(self) -> Fraction:
        """Seconds a tick."""
        return Fraction(self.time_base)


class FileFacts(BaseModel):
    """A file. ``start`` and ``promised`` are microseconds; ``missing`` bytes lie beyond its end by its own sizes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    size: int
    kind: str
    demuxers: str = ""
    refused: bool = False
    container: str = ""
    failure: Literal["", "invalid", "too_complex", "nothing"] = ""
    reason: str = ""
    missing: int = 0
    index: bool = True
    fragmented: bool = False
    unsized: bool = False
    unended: bool = False
    start: int = 0
    promised: int | None = None
    scan_ended: bool = True
    streams: tuple[StreamFacts, ...] = ()
