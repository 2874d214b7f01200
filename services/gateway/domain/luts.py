"""Colour tables of people: where they lie, and which an edit uses."""

from __future__ import annotations

import re

from shared.contracts.timeline import Timeline

MAX_BYTES = 8 * 1024 * 1024
CONTENT_TYPE = "text/plain; charset=utf-8"
_ID = re.compile(r"[0-9a-z_][0-9a-z_-]{0,63}")
_SIZE = re.compile(rb"^LUT_3D_SIZE[ \t]+(\d{1,3})\s*$", re.MULTILINE)
SIZES = range(2, 66)


def key_of(account: str, lut: str) -> str | None:
    """Return the object key of a table of the account; None for what can be no table's id."""
    return f"luts/{account}/{lut}.cube" if _ID.fullmatch(lut) else None


def size_of(body: bytes) -> int | None:
    """Return the size that a .cube file says its 3D table has; None when it is none that is taken.

    The colours themselves are read by the renderer, which says ``lut_invalid`` where they are wrong.
    """
    found = _SIZE.search(body[:65536])
    size = int(found[1]) if found else 0
    return size if size in SIZES and body.isascii() else None


def used(timeline: Timeline) -> set[str]:
    """Return the ids of the tables that the clips of ``timeline`` ask for."""
    clips = [*timeline.video, *(overlay.clip for overlay in timeline.overlays if overlay.clip)]
    named = [effect.parameters.get("lut") for clip in clips for effect in clip.effects if effect.name == "lut"]
    return {name for name in named if isinstance(name, str)}
