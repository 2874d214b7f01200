"""The effects that a clip can have, each with its parameters, their bounds and defaults. Pure values.

Lengths are seconds of output, places are fractions of the frame from its upper left corner, colours are ``#rrggbb``.
What runs a clip through time (``TIME_EFFECTS``) is compiled into the clip's speed, warp and direction.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from shared.contracts.easing import Ease
from shared.contracts.value import Value

Parameter = bool | float | str | tuple[float, ...]
Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
Place = Annotated[float, Field(ge=0, le=1)]
Magnification = Annotated[float, Field(ge=1, le=4)]
Seconds = Annotated[float, Field(ge=0.02, le=60, allow_inf_nan=False)]
Factor = Annotated[float, Field(ge=0.05, le=20)]
Moments = Annotated[tuple[Annotated[float, Field(ge=0, le=86400)], ...], Field(max_length=500)]


class Parameters(Value):
    """Base of all effects' parameters; an unknown one is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Zoom(Parameters):
    """A slow push in, from 1.0 to 1.2 over the clip; from more to less it is a pull out."""

    begin: Magnification = Field(default=1.0, alias="from")
    end: Magnification = Field(default=1.2, alias="to")
    x: Place = 0.5
    y: Place = 0.5
    ease: Ease = "linear"


class ZoomOut(Zoom):
    """A slow pull out, from 1.2 to 1.0 over the clip."""

    begin: Magnification = Field(default=1.2, alias="from")
    end: Magnification = Field(default=1.0, alias="to")


class PunchIn(Parameters):
    """A sudden step closer at the moments ``at``, or on the beats or spoken lines of the segment, every n-th one."""

    scale: Magnification = 1.25
    at: Moments = (0.0,)
    on: Literal["moments", "beats", "words"] = "moments"
    every: int = Field(default=2, ge=1, le=64)
    duration: float = Field(default=0.0, ge=0, le=3600, description="Seconds; 0: until the next moment, then back.")
    x: Place = 0.5
    y: Place = 0.5


class KenBurns(Parameters):
    """A slow travel over the picture from one view to another, as over photographs."""

    from_scale: Magnification = 1.0
    from_x: Place = 0.5
    from_y: Place = 0.5
    to_scale: Magnification = 1.3
    to_x: Place = 0.5
    to_y: Place = 0.4
    ease: Ease = "ease_in_out"


class Shake(Parameters):
    """A hand-held camera: smooth and random, the same for the same seed."""

    strength: float = Field(default=0.01, ge=0, le=0.1, description="Share of the frame's size.")
    frequency: float = Field(default=4.0, ge=0.2, le=15, description="Swings a second.")
    seed: int = Field(default=0, ge=0, le=2**31 - 1)


class FadeIn(Parameters):
    """Out of a colour at the start of the clip."""

    duration: Seconds = 0.5
    colour: Colour = "#000000"


class FadeOut(FadeIn):
    """Into a colour at the end of the clip."""


class Blur(Parameters):
    """Out of focus."""

    amount: float = Field(default=0.3, ge=0, le=1)


class Vignette(Parameters):
    """Darker corners."""

    strength: float = Field(default=0.5, ge=0, le=1)


class Adjust(Parameters):
    """Light and colour. ``temperature`` goes from -1 (cold) to 1 (warm)."""

    brightness: float = Field(default=0.0, ge=-1, le=1)
    contrast: float = Field(default=1.0, ge=0, le=3)
    saturation: float = Field(default=1.0, ge=0, le=3)
    temperature: float = Field(default=0.0, ge=-1, le=1)


class Lut(Parameters):
    """Colours through a table: a built-in ``look``, or a .cube file of yours (``lut``: its asset)."""

    look: Literal["warm", "cool", "noir", "sepia", "teal_orange", "faded"] | None = None
    lut: Annotated[str, Field(max_length=64)] | None = None
    strength: float = Field(default=1.0, ge=0, le=1)


class ChromaKey(Parameters):
    """One colour made transparent; behind it is ``background``, or what an overlay lies on."""

    colour: Colour = "#00ff00"
    similarity: float = Field(default=0.16, ge=0.01, le=1)
    blend: float = Field(default=0.06, ge=0, le=1)
    background: Colour = "#000000"


class Mirror(Parameters):
    """Left and right, or top and bottom, exchanged."""

    axis: Literal["horizontal", "vertical"] = "horizontal"


class SlowMotion(Parameters):
    """Half speed with the pitch kept: the clip plays twice as long."""


class Speed(Parameters):
    """Faster or slower, with the pitch kept."""

    factor: Factor = 2.0


class SpeedRamp(Parameters):
    """From one speed to another over the clip, with the pitch kept."""

    begin: Factor = Field(default=1.0, alias="from")
    end: Factor = Field(default=2.0, alias="to")


class Freeze(Parameters):
    """The picture stands still for ``duration``, ``at`` seconds of source after the clip's start."""

    at: float = Field(default=0.0, ge=0, le=86400)
    duration: Seconds = 1.0


class Reverse(Parameters):
    """Backwards, picture and sound."""


KINDS: dict[str, type[Parameters]] = {
    "zoom": Zoom, "zoom_out": ZoomOut, "punch_in": PunchIn, "ken_burns": KenBurns, "shake": Shake, "fade_in": FadeIn,
    "fade_out": FadeOut, "blur": Blur, "vignette": Vignette, "adjust": Adjust, "lut": Lut, "chroma_key": ChromaKey,
    "mirror": Mirror, "slowmo": SlowMotion, "speed": Speed, "speed_ramp": SpeedRamp, "freeze": Freeze,
    "reverse": Reverse,
}  # fmt: skip
TIME_EFFECTS = frozenset({"slowmo", "speed", "speed_ramp", "freeze", "reverse"})
EFFECTS: dict[str, str] = {name: " ".join((kind.__doc__ or "").split()) for name, kind in KINDS.items()}
"""What each effect does, in a sentence."""


class Effect(Value):
    """A named effect with its parameters."""

    name: str = Field(max_length=40)
    parameters: dict[str, Parameter] = Field(default_factory=dict)

    @property
    def settings(self) -> Parameters:
        """The parameters with bounds kept and defaults filled in. Raises KeyError, or pydantic's ValidationError."""
        return KINDS[self.name].model_validate(dict(self.parameters))
