"""What was ordered of a file, and what was measured of it. Values only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from services.renderer.domain.sound import Level
from shared.contracts.timeline import SoundLayout


@dataclass(frozen=True, slots=True)
class Expected:
    """What was ordered. ``samples`` of sound at ``sample_rate``; ``loudness`` in LUFS, None where it was left alone.

    ``codec`` and ``sound`` are empty where the file is to have no picture or no sound. ``heard``: whether what it is
    made of has sound.
    """

    width: int
    height: int
    rate: str
    frames: int
    sample_rate: int
    samples: int
    loudness: float | None
    codec: str = "h264"
    pixels: str = "yuv420p"
    sound: str = "aac"
    layout: SoundLayout = "stereo"
    heard: bool = False


@dataclass(frozen=True, slots=True)
class Track:
    """A stream as its packets tell: times in seconds; ``packets`` is the number of frames in it."""

    codec: str
    start: Fraction
    duration: Fraction
    packets: int


@dataclass(frozen=True, slots=True)
class Header:
    """The streams of a file; tracks are None where there is none."""

    width: int
    height: int
    pixel_format: str
    video: Track | None
    audio: Track | None
    sample_rate: int
    channels: int


@dataclass(frozen=True, slots=True)
class Measured:
    """What the finished file holds.

    ``luma``: the level that nine tenths of each drawn frame stay below (16 is black, of a small copy: captions do
    not count); ``still``: whether it equals the frame before; ``altered``: the first frames of chunks whose packets in
    the file are not those that were drawn and proved; ``gaps``: places on the grid without a frame, or frames too many;
    ``looked``: whether the pictures were seen at all: what is copied from a source is not.
    """

    header: Header
    level: Level | None
    luma: Sequence[float]
    still: Sequence[bool]
    altered: Sequence[int] = ()
    gaps: int = 0
    looked: bool = True
