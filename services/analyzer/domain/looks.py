"""What is seen on the middle-sized pictures of a film, a few a second."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Look(BaseModel):
    """What was seen at ``time`` seconds after the container's start; places are fractions of the displayed picture."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    time: float
