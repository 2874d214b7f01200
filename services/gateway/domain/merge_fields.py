"""Timelines with blanks: ``{{name}}`` in texts, media and numbers, filled by values of declared types. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from math import isfinite
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StrictFloat, StrictInt, StrictStr

from services.gateway.domain.refusal import FieldError
from shared.contracts.value import Value

MAX_VARIABLES = 100
MAX_TEXT = 2000
MAX_DEPTH = 12
_BLANK = re.compile(r"\{\{\s*([a-z][a-z0-9_]{0,39})\s*\}\}")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")

VariableName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Filling = StrictStr | StrictInt | StrictFloat


class Variable(BaseModel):
    """A blank of a template. ``media`` takes the id of an asset; ``seconds`` and ``number`` a number in the bounds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: VariableName
    type: Literal["text", "number", "seconds", "media", "colour", "choice"] = "text"
    description: str = Field(default="", max_length=400)
    default: Filling | None = None
    minimum: float | None = None
    maximum: float | None = None
    max_length: int = Field(default=MAX_TEXT, ge=1, le=MAX_TEXT)
    choices: tuple[str, ...] = Field(default=(), max_length=50)


class SavedTemplate(Value):
    """A template that an account saved: members of a timeline with blanks, and what fills them."""

    id: str
    account: str
    name: str
    description: str
    variables: tuple[Variable, ...]
    timeline: dict[str, JsonValue]
    created_at: datetime


def declared_wrongly(variables: tuple[Variable, ...], timeline: Mapping[str, JsonValue]) -> list[FieldError]:
    """Return what is wrong with a template: names twice, blanks that nobody declares, defaults that do not fit."""
    found: list[FieldError] = []
    names = [v.name for v in variables]
    for place, variable in enumerate(variables):
        field = f"variables[{place}]"
        if variable.name in names[:place]:
            found.append(FieldError(f"{field}.name", "duplicate_name", f"{variable.name} is declared twice."))
        if variable.type == "choice" and not variable.choices:
            found.append(FieldError(f"{field}.choices", "missing", "A choice needs its choices."))
        if variable.default is not None and (why := misfit(variable, variable.default)):
            found.append(FieldError(f"{field}.default", "variable_invalid", why))
    for path, name in blanks(dict(timeline), "timeline"):
        if name not in names:
            found.append(FieldError(path, "variable_unknown", f"{{{{{name}}}}} is declared nowhere."))
    return found


def blanks(value: JsonValue, path: str, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Yield the path and name of each blank."""
    if depth > MAX_DEPTH:
        return
    if isinstance(value, str):
        yield from ((path, found[1]) for found in _BLANK.finditer(value))
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from blanks(inner, f"{path}.{name}", depth + 1)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from blanks(inner, f"{path}[{place}]", depth + 1)


def filled_wrongly(template: SavedTemplate, given: Mapping[str, object]) -> list[FieldError]:
    """Return what is wrong with the values for a template: unknown, missing, of another type or out of bounds."""
    known = {v.name: v for v in template.variables}
    found = [
        FieldError(f"variables.{name}", "variable_unknown", f"There are {', '.join(known) or 'no variables'}.")
        for name in given
        if name not in known
    ]
    for name, variable in known.items():
        if name not in given:
            if variable.default is None:
                found.append(FieldError(f"variables.{name}", "missing", f"{name} has no default."))
        elif why := misfit(variable, given[name]):
            found.append(FieldError(f"variables.{name}", "variable_invalid", why))
    return found


def misfit(variable: Variable, value: object) -> str | None:
    """Say why ``value`` cannot fill ``variable``; None when it can. Media are looked up by whoever applies it."""
    if variable.type in ("number", "seconds"):
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            return "It must be a number."
        low = variable.minimum if variable.minimum is not None else (0.0 if variable.type == "seconds" else None)
        if (low is not None and value < low) or (variable.maximum is not None and value > variable.maximum):
            return f"It must lie between {low} and {variable.maximum}."
        return None
    if not isinstance(value, str):
        return "It must be a text."
    if variable.type == "choice" and value not in variable.choices:
        return f"It must be one of {', '.join(variable.choices)}."
    if variable.type == "colour" and not _COLOUR.fullmatch(value):
        return "It must be a colour such as #ff8800."
    if len(value) > variable.max_length:
        return f"It has more than {variable.max_length} characters."
    return None


def media_of(template: SavedTemplate, values: Mapping[str, Filling]) -> dict[str, str]:
    """Return the asset id for each variable that is a medium."""
    return {v.name: str(values[v.name]) for v in template.variables if v.type == "media" and v.name in values}


def values_of(template: SavedTemplate, given: Mapping[str, Filling]) -> dict[str, Filling]:
    """Return all values: what is given, else the defaults."""
    defaults = {v.name: v.default for v in template.variables if v.default is not None}
    return {**defaults, **given}


def filled(value: JsonValue, values: Mapping[str, Filling]) -> JsonValue:
    """Return ``value`` with its blanks filled: a text that is one blank becomes the value itself, a number a number.

    What is filled in is never looked at again: a value that holds ``{{name}}`` stays as it is.
    """
    if isinstance(value, str):
        alone = _BLANK.fullmatch(value.strip())
        if alone and alone[1] in values:
            return values[alone[1]]
        return _BLANK.sub(lambda found: _said(values.get(found[1], found[0])), value)
    if isinstance(value, dict):
        return {name: filled(inner, values) for name, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, values) for inner in value]
    return value


def _said(value: Filling) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
