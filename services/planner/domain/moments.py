"""The moments that stand out, for people and for whoever edits on."""

from __future__ import annotations

from collections.abc import Sequence

from services.planner.domain.footage import Footage
from services.planner.domain.scoring import WHAT, Score
from services.planner.domain.units import Unit
from shared.contracts.plan import Moment

MOST = 12
SHARE = 0.25
"""At most a quarter of the units stand out."""


def moments_of(footages: Sequence[Footage], units: Sequence[Unit], scores: Sequence[Score]) -> tuple[Moment, ...]:
    """Return the best-scored units, chosen or not, in order of source and time."""
    count = min(MOST, max(1, round(len(units) * SHARE)))
    best = sorted(range(len(units)), key=lambda i: (-scores[i].value, i))[:count]
    return tuple(_moment(footages[units[i].source], units[i], scores[i]) for i in sorted(best))


def _moment(footage: Footage, unit: Unit, score: Score) -> Moment:
    because = WHAT[score.because]
    said = _shortened(score.text)
    return Moment(
        source=footage.asset_id,
        start=round(footage.grid.seconds(unit.frames[0]), 6),
        end=round(footage.grid.seconds(unit.frames[1]), 6),
        score=score.value,
        description=f"“{said}” ({because})" if said else f"Shot {footage.shot(unit.frames[0]) + 1}: {because}",
    )


def _shortened(text: str, most: int = 90) -> str:
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0] + "…"
