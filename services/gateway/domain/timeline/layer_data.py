"""What lies over and under the segments as people write it. Times are seconds of the edit."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from services.gateway.domain.timeline.written import Length, MediaReference, Moment, Sparse
from shared.contracts.easing import Ease
from shared.contracts.effects import Colour
from shared.contracts.overlays import Shape, TextBox

MAX_OVERLAYS = 200
Decibels = Annotated[float, Field(ge=-60, le=24, strict=True, allow_inf_nan=False)]
Ducking = Annotated[float, Field(ge=0, le=40, strict=True, allow_inf_nan=False)]
Fade = Annotated[float, Field(ge=0, le=60, strict=True, allow_inf_nan=False)]
Size = Annotated[float, Field(gt=0, le=4, strict=True, allow_inf_nan=False)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]


class KeyData(Sparse):
    """A value ``at`` seconds after the overlay's start; ``ease`` leads from here to the next."""

    at: Moment
    value: Number
    ease: Ease = "linear"


Moving = Number | Annotated[tuple[KeyData, ...], Field(min_length=1, max_length=100)]


class OverlayData(MediaReference):
    """A text, a shape, or media of the account over the edit from ``start`` to ``end``, seconds of the edit.

    Places are fractions of the frame and say where the middle stands. ``from_time`` is where a film begins.
    """

    start: Moment
    end: Moment
    text: TextBox | None = None
    shape: Shape | None = None
    from_time: Moment = 0.0
    x: Moving = 0.5
    y: Moving = 0.5
    width: Size | None = None
    height: Size | None = None
    scale: Moving = 1.0
    opacity: Moving = 1.0
    rotation: Moving = 0.0
    fit: Literal["crop", "pad"] = "crop"
    chroma_key: Colour | None = None


class MusicData(MediaReference):
    """Music under the whole edit, over and over where it is shorter; ``duck_db`` softer while somebody speaks."""

    start: Moment = 0.0
    gain_db: Decibels = -12.0
    fade_in: Fade = 0.5
    fade_out: Fade = 2.0
    loop: bool = True
    duck_db: Ducking = 10.0


class SoundData(MediaReference):
    """A sound at ``at`` seconds of the edit: a built-in by name, or an asset's from its second ``from_time`` on.

    A segment's sound counts ``at`` from the segment's start; ``on`` ``beats`` plays it on every n-th of its beats.
    """

    name: Annotated[str, Field(min_length=1, max_length=120)]
    at: Moment = 0.0
    on: Literal["time", "beats"] = "time"
    every: Annotated[int, Field(ge=1, le=64)] = 1
    duration: Length | None = None
    from_time: Moment = 0.0
    track: Literal["voice", "music", "effects"] = "effects"
    gain_db: Decibels = 0.0
    fade_in: Fade = 0.0
    fade_out: Fade = 0.0
    duck_db: Ducking = 0.0


class SplitData(MediaReference):
    """Another film beside the segment's own, from its second ``from_time`` on; up to three make a screen of four."""

    from_time: Moment = 0.0
