"""Values that move: keyframes on output frames and the curves between them. Pure.

The curves are those of Robert Penner, "Programming Macromedia Flash MX" (2002), chapter 7.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Literal

from pydantic import Field

from shared.contracts.value import Value

Ease = Literal["linear", "hold", "ease_in", "ease_out", "ease_in_out", "cubic_in", "cubic_out", "cubic_in_out",
               "bounce", "back"]  # fmt: skip
BACK = 1.70158
"""How far ``back`` overshoots: a tenth of the way."""


class Keyframe(Value):
    """``value`` at ``frame`` (counted from the start of what moves); ``ease`` leads from here to the next keyframe."""

    frame: int = Field(ge=0)
    value: float = Field(allow_inf_nan=False)
    ease: Ease = "linear"


Animated = float | tuple[Keyframe, ...]
"""A value that stands still, or keyframes in order of time. Before the first and after the last it stands still."""


def eased(ease: Ease, share: float) -> float:
    """Return the part of the way (about 0..1) that is done when ``share`` (0..1) of the time is over."""
    rest = 1 - share
    match ease:
        case "hold":
            return 0.0
        case "ease_in":
            return share**2
        case "ease_out":
            return 1 - rest**2
        case "ease_in_out":
            return 2 * share**2 if share < 0.5 else 1 - 2 * rest**2
        case "cubic_in":
            return share**3
        case "cubic_out":
            return 1 - rest**3
        case "cubic_in_out":
            return 4 * share**3 if share < 0.5 else 1 - 4 * rest**3
        case "back":
            return 1 - (BACK + 1) * rest**3 + BACK * rest**2
        case "bounce":
            return _bounced(share)
    return share


def _bounced(share: float) -> float:
    for end, middle, floor in ((1 / 2.75, 0.0, 0.0), (2 / 2.75, 1.5 / 2.75, 0.75), (2.5 / 2.75, 2.25 / 2.75, 0.9375)):
        if share < end:
            return 7.5625 * (share - middle) ** 2 + floor
    return 7.5625 * (share - 2.625 / 2.75) ** 2 + 0.984375


def value_at(animated: Animated, frame: float) -> float:
    """Return the value at ``frame``."""
    if not isinstance(animated, tuple):
        return animated
    place = bisect_right([key.frame for key in animated], frame)
    if place == 0 or place == len(animated):
        return animated[max(place - 1, 0)].value
    before, after = animated[place - 1], animated[place]
    share = eased(before.ease, (frame - before.frame) / (after.frame - before.frame))
    return before.value + (after.value - before.value) * share


def moves(*values: Animated) -> bool:
    """Tell whether any of the values changes at all."""
    return any(isinstance(value, tuple) and len({key.value for key in value}) > 1 for value in values)
