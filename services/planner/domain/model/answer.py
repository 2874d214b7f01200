"""A language model's edit, as it comes: text in which an answer of a fixed form is looked for."""

from __future__ import annotations

import json
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.contracts.brief import PlanFault

LONGEST = 1_000_000
MOST_TRIES = 50
A = TypeVar("A", bound=BaseModel)
EFFECTS = ("none", "zoom", "slowmo")
TRANSITIONS = ("cut", "dissolve")
ROLES = ("hook", "body", "climax", "resolution")


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Cut(_Said):
    """A span that the model wants to show. Names are held against the allow-lists when it is mended."""

    video: str = Field(max_length=80)
    start: float = Field(allow_inf_nan=False)
    end: float = Field(allow_inf_nan=False)
    reason: str = ""
    effect: str = "none"
    transition: str = "cut"
    role: str = "body"


class Highlight(_Said):
    """A moment that stands out; ``score`` 0..1."""

    video: str = Field(max_length=80)
    start: float = Field(allow_inf_nan=False)
    end: float = Field(allow_inf_nan=False)
    description: str = ""
    score: float = Field(default=0.5, ge=0, le=1)


class EditAnswer(_Said):
    """A whole answer."""

    cuts: tuple[Cut, ...] = Field(min_length=1, max_length=2000)
    tone: str = ""
    summary: str = ""
    key_moments: tuple[Highlight, ...] = Field(default=(), max_length=200)


def _object(**properties: object) -> dict[str, object]:
    """Return an object schema as strict modes want it: all members required, no others."""
    return {
        "type": "object", "properties": properties, "required": list(properties), "additionalProperties": False,
    }  # fmt: skip


_TEXT: dict[str, object] = {"type": "string"}
_NUMBER: dict[str, object] = {"type": "number"}
EDIT_SCHEMA: dict[str, object] = _object(
    cuts={
        "type": "array",
        "items": _object(
            video=_TEXT, start=_NUMBER, end=_NUMBER, reason=_TEXT,
            effect={"type": "string", "enum": list(EFFECTS)},
            transition={"type": "string", "enum": list(TRANSITIONS)},
            role={"type": "string", "enum": list(ROLES)},
        ),
    },
    tone=_TEXT,
    summary=_TEXT,
    key_moments={
        "type": "array",
        "items": _object(video=_TEXT, start=_NUMBER, end=_NUMBER, description=_TEXT, score=_NUMBER),
    },
)  # fmt: skip
"""What the answer must look like."""


def read_answer(text: str, model: type[A]) -> A | list[PlanFault]:
    """Return the first JSON object of ``model``'s form in ``text``, or what is wrong with it."""
    found = _objects(text[:LONGEST])
    if not found:
        return [PlanFault(code="answer_not_json", message="The answer holds no JSON object.")]
    faults: list[PlanFault] = []
    for value in found:
        try:
            return model.model_validate(value)
        except ValidationError as bad:
            faults = faults or [
                PlanFault(code="answer_invalid", message=e["msg"][:400], path=".".join(map(str, e["loc"]))[:200])
                for e in bad.errors(include_url=False, include_context=False, include_input=False)[:10]
            ]
    return faults


def _objects(text: str) -> list[dict[str, object]]:
    """Return the JSON objects that stand in ``text``, between whatever else the model said, outermost first."""
    decoder, found, at = json.JSONDecoder(), [], text.find("{")
    for _ in range(MOST_TRIES):
        if at < 0:
            break
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            end = at + 1
        else:
            found.append(value)
        at = text.find("{", end)
    return found
