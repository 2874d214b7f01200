"""Colour tables for a render: read from people's files under limits, written anew by us into the scratch folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from services.renderer.domain.cube import MAX_BYTES, Table, cube_name, look, mixed, parse, written
from shared.contracts.effects import Lut
from shared.contracts.timeline import Timeline
from shared.cube import text_of
from shared.errors import BadRequest


def lay_out_tables(scratch: Path, timeline: Timeline, sources: Mapping[str, Path]) -> None:
    """Write every table that the clips of ``timeline`` need; ``sources`` has a person's file as ``lut:<name>``.

    Raises BadRequest ``lut_invalid`` for a file that is no table.
    """
    clips = [*timeline.video, *(overlay.clip for overlay in timeline.overlays if overlay.clip)]
    for settings in (effect.settings for clip in clips for effect in clip.effects if effect.name == "lut"):
        if isinstance(settings, Lut) and (table := _table(settings, sources)) is not None:
            (scratch / cube_name(settings)).write_text(written(mixed(table, settings.strength)))


def _table(settings: Lut, sources: Mapping[str, Path]) -> Table | None:
    if settings.lut is not None:
        return _read(settings.lut, sources[f"lut:{settings.lut}"])
    return look(settings.look) if settings.look else None


def _read(name: str, path: Path) -> Table:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ValueError("the file is too large")
        return parse(text_of(path.read_bytes()))
    except ValueError as bad:
        message = f"The colour table {name} cannot be read: {bad}."
        raise BadRequest(message, code="lut_invalid", remedy="Give a .cube file with a 3D table.") from None
