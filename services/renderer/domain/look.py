"""A style of captions as data, with a person's changes. Pure values."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from shared.contracts.caption_style import CaptionStyle
from shared.contracts.effects import Colour
from shared.contracts.value import Value

Position = Literal["bottom", "middle", "top"]


class Look(Value):
    """How captions look. Widths are fractions of the letters' size, ``opacity`` that of the box.

    ``spoken``: what happens to words as they are spoken: nothing, the one ``word`` is coloured, or all ``until`` now.
    ``pop`` is the size with which a page begins, ``pop_frames`` how long it takes to its full one.
    """

    description: str
    spoken: Literal["nothing", "word", "until"] = "nothing"
    size: float = Field(default=1.0, gt=0, le=3)
    colour: Colour = "#ffffff"
    accent: Colour = "#ffe100"
    outline: Colour = "#101010"
    outline_width: float = Field(default=1 / 16, ge=0, le=0.5)
    shadow_width: float = Field(default=1 / 32, ge=0, le=0.5)
    box: Colour | None = None
    box_opacity: float = Field(default=0.63, ge=0, le=1)
    uppercase: bool = False
    most_words: int = Field(default=100, ge=1)
    pop: float = Field(default=1.0, gt=0, le=2)
    pop_frames: int = Field(default=4, ge=1, le=30)
    position: Position = "bottom"


def changed(look: Look, style: CaptionStyle) -> Look:
    """Return ``look`` with what ``style`` changes of it."""
    changes: dict[str, object] = {"size": look.size * style.size, "position": style.position}
    for name in ("colour", "accent", "uppercase"):
        if getattr(style, name) is not None:
            changes[name] = getattr(style, name)
    return look.model_copy(update=changes)
