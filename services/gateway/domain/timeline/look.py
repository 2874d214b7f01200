"""How renders of a timeline are to look unless they are asked otherwise."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.caption_style import CaptionStyleName


class LookData(BaseModel):
    """A part of a timeline; what is absent is as renders have it by default."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    aspect_ratio: Annotated[str, Field(pattern=r"^[1-9]\d{0,2}:[1-9]\d{0,2}$")] | None = None
    captions: bool | None = None
    caption_position: Literal["bottom", "middle", "top"] | None = None
    caption_style: CaptionStyleName | None = None
