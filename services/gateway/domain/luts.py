"""Colour tables of people: where they lie, and which an edit uses."""

from __future__ import annotations

import re

from services.gateway.domain.refusal import wrong_field
from services.gateway.domain.timeline.data import TimelineData
from shared.contracts.timeline import Timeline
from shared.cube import rows_of, text_of

MAX_BYTES = 8 * 1024 * 1024
CONTENT_TYPE = "text/plain; charset=utf-8"
_ID = re.compile(r"[0-9a-z_][0-9a-z_-]{0,63}")


def key_of(account: str, lut: str) -> str | None:
    """Return the object key of a table of the account; None for what can be no table's id."""
    return f"luts/{account}/{lut}.cube" if _ID.fullmatch(lut) else None


def size_of(body: bytes) -> int:
    """Return the size of the 3D table of a .cube file. Raises the 422 refusal ``lut_invalid`` that says what is wrong.

    The largest table takes half a second.
    """
    try:
        return rows_of(text_of(body))[0]
    except ValueError as bad:
        raise wrong_field("body", "lut_invalid", f"It is no .cube file with a 3D table: {bad}.") from None


def written(data: TimelineData) -> dict[str, str]:
    """Return the tables that a written timeline asks for, by the field that names each."""
    found: dict[str, str] = {}
    for place, segment in enumerate(data.segments):
        for number, effect in enumerate(segment.effects):
            lut = effect.parameters.get("lut")
            if effect.name == "lut" and isinstance(lut, str):
                found[f"timeline.segments[{place}].effects[{number}].lut"] = lut
    return found


def used(timeline: Timeline) -> set[str]:
    """Return the ids of the tables that the clips of ``timeline`` ask for."""
    clips = [*timeline.video, *(overlay.clip for overlay in timeline.overlays if overlay.clip)]
    named = [effect.parameters.get("lut") for clip in clips for effect in clip.effects if effect.name == "lut"]
    return {name for name in named if isinstance(name, str)}
