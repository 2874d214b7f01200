"""What we wrote into OpenTimelineIO's metadata, believed as far as the clip still agrees with it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from services.planner.domain.losses import Losses
from services.planner.tools.interchange.otio_values import plain
from shared.contracts.speech import Caption
from shared.contracts.time import fraction
from shared.contracts.timeline import Effect, TransitionKind

_CAPTIONS = TypeAdapter(tuple[Caption, ...])
_EFFECTS = TypeAdapter(tuple[Effect, ...])


def exact_there(ours: Mapping[str, Any], start: Fraction, speed: Fraction, rate: Fraction) -> tuple[Fraction, Fraction]:
    """Take the exact start and speed that we wrote, unless somebody moved the clip since."""
    try:
        told, pace = fraction(str(ours["start"])), fraction(str(ours["speed"]))
    except (KeyError, ValueError, ZeroDivisionError):
        return start, speed
    near = abs(told - start) * rate <= Fraction(51, 100)
    same = abs(pace - speed) < Fraction(1, 10000)
    return (told if near else start), (pace if same and pace > 0 else speed)


def kind_of(ours: Mapping[str, Any]) -> TransitionKind:
    """Return the kind of the transition into the clip, a dissolve where none is told."""
    told = str(ours.get("transition", ""))
    return next((kind for kind in get_args(TransitionKind) if kind == told), "dissolve")


def exact_end(ours: Mapping[str, Any], end: Fraction, rate: Fraction, *, grown: bool) -> Fraction:
    """Take the exact end that we wrote where it is the same to the frame."""
    try:
        told = fraction(str(ours["end"]))
    except (KeyError, ValueError, ZeroDivisionError):
        return end
    return told if not grown and abs(told - end) * rate < 1 else end


def private(
    ours: Mapping[str, Any], losses: Losses, name: str
) -> tuple[tuple[Effect, ...], tuple[Caption, ...] | None]:
    """Return the effects and captions; what is none of ours any more is counted as lost."""
    try:
        effects = _EFFECTS.validate_python(plain(ours.get("effects", ())))
        told = plain(ours["captions"]) if "captions" in ours else None
        return effects, None if told is None else _CAPTIONS.validate_python(told)
    except (ValidationError, TypeError, ValueError):
        losses.add("unknown_effects", name)
        return (), None
