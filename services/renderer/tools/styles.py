"""The styles of captions, read from ``caption_styles.json`` beside this file."""

from __future__ import annotations

import functools
from pathlib import Path

from pydantic import TypeAdapter

from services.renderer.domain.look import Look, changed
from shared.contracts.caption_style import CaptionStyle

FILE = Path(__file__).with_name("caption_styles.json")


def look_of(style: CaptionStyle) -> Look:
    """Return the look of a style, with a person's changes."""
    return changed(_looks()[style.name], style)


@functools.cache
def _looks() -> dict[str, Look]:
    return TypeAdapter(dict[str, Look]).validate_json(FILE.read_bytes())
