"""Styles of editing as parameters, and the pace that goes with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from pydantic import Field

from shared.contracts.plan import Wishes
from shared.contracts.value import Value
from shared.errors import BadRequest

PaceName = Literal["calm", "normal", "fast"]
NO_TEMPLATE = "none"


@dataclass(frozen=True, slots=True)
class Pace:
    """Lengths in seconds: a clip's usual range, and the ``margin`` of quiet kept around sound."""

    shortest: float
    longest: float
    margin: float


PACES: dict[PaceName, Pace] = {
    "calm": Pace(shortest=3.0, longest=10.0, margin=0.35),
    "normal": Pace(shortest=1.6, longest=6.0, margin=0.2),
    "fast": Pace(shortest=0.8, longest=2.6, margin=0.1),
}


class Template(Value):
    """``keep`` is the share of the live material that stays when no length is wished, ``longest`` its cap in seconds.

    ``weights`` multiply those of ``scoring.WEIGHTS``. ``zoom_every`` and ``slowmo_every``: at most one clip in so many,
    0 for none. ``on_beat``: cut unspoken passages on sure beats. ``hook``: begin with the strongest moment.
    """

    pace: PaceName = "normal"
    keep: float = Field(default=1.0, gt=0, le=1)
    longest: float | None = Field(default=None, gt=0)
    on_beat: bool = True
    hook: bool = False
    zoom_every: int = Field(default=0, ge=0)
    slowmo_every: int = Field(default=0, ge=0)
    weights: dict[str, float] = Field(default_factory=dict)


def chosen(templates: Mapping[str, Template], wishes: Wishes) -> tuple[str, Template, Pace]:
    """Return the template's name, the template and the pace. Raises ``BadRequest`` ``template_unknown``."""
    name = wishes.template_name or NO_TEMPLATE
    template = templates.get(name)
    if template is None:
        raise BadRequest(
            f"There is no template {name!r}.",
            code="template_unknown",
            remedy=f"Use one of: {', '.join(sorted(templates))}.",
            details={"known": sorted(templates)},
        )
    pace = PACES[wishes.pace or template.pace]
    return name, template, pace if wishes.margin is None else replace(pace, margin=wishes.margin)
