"""The register of effects on the picture: from a name to the pure function that makes filters of its parameters.

Effects on time (slow motion, speed, ramps, freeze, reverse) are not here: they stand in the clip's speed, warp and
direction, and ``reading`` sees to them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from services.renderer.domain import looks, movement
from services.renderer.domain.filters import Filter, Moment
from shared.contracts.effects import TIME_EFFECTS, Effect

Draw = Callable[[Any, Moment], tuple[Filter, ...]]
DRAWN: dict[str, Draw] = {
    "zoom": movement.zoom,
    "zoom_out": movement.zoom,
    "punch_in": movement.punch_in,
    "ken_burns": movement.ken_burns,
    "shake": movement.shake,
    "fade_in": looks.fade_in,
    "fade_out": looks.fade_out,
    "blur": looks.blur,
    "vignette": looks.vignette,
    "adjust": looks.adjust,
    "lut": looks.lut,
    "chroma_key": looks.chroma_key,
    "mirror": looks.mirror,
}


def filters_of(effects: Iterable[Effect], moment: Moment) -> tuple[Filter, ...]:
    """Return the filters of all effects, in their order. Raises KeyError for an effect that nobody knows."""
    drawn = [effect for effect in effects if effect.name not in TIME_EFFECTS]
    return tuple(step for effect in drawn for step in DRAWN[effect.name](effect.settings, moment))
