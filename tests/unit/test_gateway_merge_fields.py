"""Blanks in saved timelines: declared, typed, filled once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.gateway.domain.merge_fields import (
    SavedTemplate,
    Variable,
    declared_wrongly,
    filled,
    filled_wrongly,
    misfit,
    values_of,
)

TIMELINE = {
    "segments": [
        {"start": 0, "end": "{{length}}", "captions": [{"text": "Hello {{ who }}, {{n}}x", "start": 0, "end": 1}]},
        {"start": 5, "end": 6, "sfx": {"name": "logo", "asset_id": "{{logo}}"}},
    ]
}
VARIABLES = (
    Variable(name="length", type="seconds", maximum=10),
    Variable(name="who", max_length=20),
    Variable(name="n", type="number", default=2),
    Variable(name="logo", type="media"),
)


def template(**members: object) -> SavedTemplate:
    whole = {"id": "t", "account": "a", "name": "n", "description": "", "variables": VARIABLES, "timeline": TIMELINE}
    return SavedTemplate.model_validate({**whole, "created_at": datetime.now(UTC), **members})


def test_values_take_the_place_of_blanks_with_their_types() -> None:
    values = values_of(template(), {"length": 4.5, "who": "Ann", "logo": "asset-1"})
    made = filled(dict(template().timeline), values)
    assert made["segments"][0]["end"] == 4.5  # type: ignore[call-overload, index]
    assert made["segments"][0]["captions"][0]["text"] == "Hello Ann, 2x"  # type: ignore[call-overload, index]
    assert made["segments"][1]["sfx"]["asset_id"] == "asset-1"  # type: ignore[call-overload, index]
    assert template().timeline == TIMELINE


def test_what_is_filled_in_is_never_read_as_a_blank() -> None:
    values = values_of(template(), {"length": 1, "who": "{{logo}}", "logo": "secret"})
    made = filled("Hello {{who}}", values)
    assert made == "Hello {{logo}}"


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"who": "A", "logo": "x"}, "variables.length", "missing"),
        ({"length": 11, "who": "A", "logo": "x"}, "variables.length", "variable_invalid"),
        ({"length": -1, "who": "A", "logo": "x"}, "variables.length", "variable_invalid"),
        ({"length": "4", "who": "A", "logo": "x"}, "variables.length", "variable_invalid"),
        ({"length": True, "who": "A", "logo": "x"}, "variables.length", "variable_invalid"),
        ({"length": float("nan"), "who": "A", "logo": "x"}, "variables.length", "variable_invalid"),
        ({"length": 1, "who": "A" * 21, "logo": "x"}, "variables.who", "variable_invalid"),
        ({"length": 1, "who": 3, "logo": "x"}, "variables.who", "variable_invalid"),
        ({"length": 1, "who": "A", "logo": "x", "more": 1}, "variables.more", "variable_unknown"),
    ],
)
def test_values_are_held_to_their_types(given: dict[str, object], field: str, code: str) -> None:
    assert [(e.field, e.code) for e in filled_wrongly(template(), given)] == [(field, code)]


def test_a_template_declares_all_its_blanks_once() -> None:
    assert declared_wrongly(VARIABLES, TIMELINE) == []
    wrong = declared_wrongly((*VARIABLES[1:], Variable(name="who"), Variable(name="c", type="choice")), TIMELINE)
    assert [(e.field, e.code) for e in wrong] == [
        ("variables[3].name", "duplicate_name"),
        ("variables[4].choices", "missing"),
        ("timeline.segments[0].end", "variable_unknown"),
    ]
    assert misfit(Variable(name="c", type="colour"), "red") and not misfit(Variable(name="c", type="colour"), "#Ff0000")
    assert misfit(Variable(name="c", type="choice", choices=("a", "b")), "c")


@given(st.recursive(st.text(max_size=20) | st.integers() | st.none(), lambda inner: st.lists(inner, max_size=4)))
@settings(max_examples=100, deadline=None)
def test_without_values_nothing_changes(value: object) -> None:
    assert filled(value, {}) == value  # type: ignore[arg-type]
