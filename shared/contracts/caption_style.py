"""How captions are drawn: the names of the styles and what a person may change of them. Pure values."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from shared.contracts.effects import Colour
from shared.contracts.value import Value

CaptionStyleName = Literal["plain", "boxed", "highlight", "karaoke", "pop", "one_word"]


class CaptionStyle(Value):
    """A style and the changes to it; None leaves what the style says.

    ``size`` multiplies the size of the letters; ``accent`` is the colour of the word that is spoken.
    """

    name: CaptionStyleName = "highlight"
    position: Literal["bottom", "middle", "top"] = "bottom"
    size: float = Field(default=1.0, ge=0.5, le=2.0)
    colour: Colour | None = None
    accent: Colour | None = None
    uppercase: bool | None = None
    avoid_faces: bool = True
