"""The one edit model that planner, renderer and API share. Terms follow OpenTimelineIO.

The video track is gapless: a clip's place on the output grid is the sum of the ``frames`` before it, less the overlaps
of transitions. Source positions are ticks of the clip's own ``time_base`` after the container's start.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from pydantic import Field

from shared.contracts.blob import BlobRef
from shared.contracts.caption_style import CaptionStyle
from shared.contracts.effects import EFFECTS, Effect
from shared.contracts.media import MediaInfo
from shared.contracts.outputs import (
    AudioCodec,
    Check,
    Finding,
    Ladder,
    Output,
    Rendered,
    RenderOptions,
    Rendition,
    SoundLayout,
    VideoCodec,
)
from shared.contracts.overlays import MAX_OVERLAYS, Layer, Shape, TextBox
from shared.contracts.sight import FaceTrack, FocusPoint
from shared.contracts.speech import Caption
from shared.contracts.time import Ratio, to_seconds
from shared.contracts.value import Value
from shared.contracts.warp import Warp, length

__all__ = [
    "EFFECTS",
    "AudioCodec",
    "CaptionStyle",
    "Check",
    "Effect",
    "Finding",
    "Ladder",
    "Output",
    "RenderOptions",
    "Rendered",
    "Rendition",
    "SoundLayout",
    "VideoCodec",
]
TransitionKind = Literal[
    "dissolve", "dip_black", "dip_white", "zoom", "wipe_left", "wipe_right", "wipe_up", "wipe_down", "slide_left",
    "slide_right", "slide_up", "slide_down", "push_left", "push_right", "push_up", "push_down",
]  # fmt: skip
"""The direction is the one in which the edge moves. A push moves both pictures, a slide only the new one."""


class Evidence(Value):
    """Why a cut lies where it lies; ``at`` is source time in seconds."""

    kind: Literal["word", "shot", "beat", "silence", "model", "person"]
    at: float
    detail: str


class Transition(Value):
    """An overlap with the clip before; ``frames`` of the output grid."""

    kind: TransitionKind
    frames: int = Field(ge=1)


class Source(Value):
    """An asset that clips refer to, with what a moving crop needs to know of it.

    ``faces`` and ``focus`` are the analysis's; ``cuts`` the times in seconds at which a new shot begins. ``name`` is a
    file name by which people find the medium again, never a path.
    """

    blob: BlobRef
    media: MediaInfo
    name: str = ""
    faces: tuple[FaceTrack, ...] = ()
    focus: tuple[FocusPoint, ...] = ()
    cuts: tuple[float, ...] = ()


class Clip(Value):
    """A span of a source on the video track. Its sound goes with it. ``speed`` 1/2 plays twice as long.

    ``warp``, where there is one, takes the place of ``speed`` and runs through the whole span. A still picture has no
    end: its span only says how long it is shown.
    """

    id: str
    name: str
    source: str
    start: int
    end: int
    time_base: Ratio
    speed: Ratio = "1/1"
    warp: tuple[Warp, ...] = Field(default=(), max_length=64)
    reverse: bool = False
    frames: int = Field(ge=1)
    transition_in: Transition | None = None
    effects: tuple[Effect, ...] = ()
    captions: tuple[Caption, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    @property
    def source_start(self) -> Fraction:
        """Start of the span in seconds of source time."""
        return to_seconds(self.start, self.time_base)

    @property
    def source_end(self) -> Fraction:
        """End of the span in seconds of source time."""
        return to_seconds(self.end, self.time_base)

    @property
    def seconds(self) -> Fraction:
        """Exact length on the output, in seconds, before it is laid on the grid."""
        return length(self.warp) if self.warp else (self.source_end - self.source_start) / Fraction(self.speed)


class Overlay(Layer):
    """Something laid over the picture: a text, a shape, or a clip (film, still picture, logo) without its sound."""

    text: TextBox | None = None
    shape: Shape | None = None
    clip: Clip | None = None


class SoundClip(Value):
    """A sound laid over the track. ``at`` is an output frame; ``name`` a built-in when there is no ``source``.

    ``start`` is where in the source it begins; ``loop``: from its end on again, as long as ``seconds`` or the edit
    lasts. ``fade_in``, ``fade_out`` in seconds. ``duck_db``: so much softer while somebody speaks.
    """

    id: str
    name: str
    at: int = Field(ge=0)
    source: str | None = None
    seconds: float | None = Field(default=None, gt=0)
    gain_db: float = Field(default=0.0, ge=-60, le=24)
    track: Literal["voice", "music", "effects"] = "effects"
    start: float = Field(default=0.0, ge=0)
    loop: bool = False
    fade_in: float = Field(default=0.0, ge=0, le=60)
    fade_out: float = Field(default=0.0, ge=0, le=60)
    duck_db: float = Field(default=0.0, ge=0, le=40)


class Timeline(Value):
    """A whole edit on one output grid of ``rate`` frames a second."""

    version: Literal[1] = 1
    rate: Ratio
    sample_rate: int = 48000
    layout: SoundLayout = "stereo"
    sources: dict[str, Source]
    video: tuple[Clip, ...]
    sounds: tuple[SoundClip, ...] = ()
    overlays: tuple[Overlay, ...] = Field(default=(), max_length=MAX_OVERLAYS)
    luts: dict[str, BlobRef] = Field(default_factory=dict)

    @property
    def frames(self) -> int:
        """Length of the output in frames."""
        return sum(c.frames for c in self.video) - sum(c.transition_in.frames for c in self.video if c.transition_in)
