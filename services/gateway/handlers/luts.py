"""Giving an edit the colour tables that it asks for."""

from __future__ import annotations

from services.gateway.domain.luts import key_of, used, written
from services.gateway.domain.refusal import wrong_field
from services.gateway.domain.timeline.data import TimelineData
from shared.blobs import Blobs
from shared.contracts.blob import BlobRef
from shared.contracts.layout import Violation
from shared.contracts.timeline import Timeline


async def held_luts(blobs: Blobs, data: TimelineData, account: str) -> frozenset[str]:
    """Return which of the tables that a written timeline names the account has; none is ever removed."""
    named = set(written(data).values())
    return frozenset({lut for lut in named if (key := key_of(account, lut)) and await blobs.stat(key) is not None})


def unknown_luts(data: TimelineData, held: frozenset[str]) -> list[Violation]:
    """Return where a written timeline names a table that is not ``held``."""
    return [
        Violation(field=field, code="lut_unknown", message=f"You have no colour table {lut[:64]}.")
        for field, lut in written(data).items()
        if lut not in held
    ]


async def with_luts(blobs: Blobs, timeline: Timeline, account: str) -> Timeline:
    """Return ``timeline`` with references to its tables. Raises the 422 refusal ``lut_unknown``."""
    found: dict[str, BlobRef] = {}
    for lut in sorted(used(timeline)):
        key = key_of(account, lut)
        blob = await blobs.stat(key) if key else None
        if blob is None:
            raise wrong_field("timeline.segments", "lut_unknown", f"You have no colour table {lut[:64]}.")
        found[lut] = blob
    return timeline.model_copy(update={"luts": found}) if found else timeline
