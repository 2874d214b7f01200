"""The templates as they lie beside this file."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from pydantic import TypeAdapter

from services.planner.domain.template import Template

_TEMPLATES = TypeAdapter(dict[str, Template])


@cache
def templates() -> dict[str, Template]:
    """Return every template by its name."""
    return _TEMPLATES.validate_json(files(__package__).joinpath("templates.json").read_bytes())
