"""What can be done to a segment: effects with their parameters, transitions, built-in sounds."""

from __future__ import annotations

from fastapi import APIRouter

from services.gateway.api.edit_records import Effects
from services.gateway.api.records import shown_as
from services.gateway.domain.timeline.layer_rules import SFX
from services.gateway.domain.timeline.rules import TRANSITIONS
from services.gateway.domain.views import View
from shared.contracts.effect_rules import described
from shared.contracts.effects import EFFECTS

router = APIRouter(prefix="/api", tags=["projects"])


@router.get("/effects", summary="Effects, transitions and built-in sounds", **shown_as(Effects))
async def list_effects() -> View:
    """Return the effects with their parameters, the transitions, and the sounds that need no media."""
    effects = [{"name": n, "description": text, "parameters": described(n)} for n, text in EFFECTS.items()]
    return {"items": effects, "transitions": _named(TRANSITIONS), "sfx": _named(SFX), "next_cursor": None}


def _named(things: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "description": text} for name, text in things.items()]
