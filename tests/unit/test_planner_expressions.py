"""Expressions of what an edit keeps: how they read, and what they keep."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from services.planner.domain.asked import true_in
from services.planner.domain.footage import footage_of
from shared.contracts.expression import NAMES, Asked, Both, Not, parse
from shared.contracts.expression_tokens import ExpressionError
from shared.contracts.hearing import Curve
from shared.contracts.plan import Wishes
from shared.contracts.speech import Mark
from shared.errors import BadRequest
from tests.unit.planner_material import Material, edit, kept, material, said

LEVELS = [-60.0] * 20 + [-20.0] * 30 + [-60.0] * 50


def film() -> Material:
    """Ten seconds: loud from 2 to 5, moving from 7 to 8, "hello world" at 3, "um" at 6."""
    made = material(duration=10.0, transcript=said(("hello world", 3.0), ("um", 6.0)))
    analysis = made.analysis.model_copy(
        update={
            "energy": Curve(step=0.1, values=tuple(LEVELS)),
            "motion": Curve(step=0.5, values=tuple(0.5 if 14 <= i < 16 else 0.0 for i in range(20))),
            "marks": (Mark(kind="filler", start=6.0, end=6.3, detail="um"),),
        }
    )
    return Material(made.asset_id, made.media, analysis)


def test_and_binds_closer_than_or_and_not_closest() -> None:
    found = parse("audio:-30dB or motion:2% and not (black or Word:'x')".replace("'", '"'))
    assert found == Both(
        "or", Asked("audio", -30.0),
        Both("and", Asked("motion", 0.02), Not(Both("or", Asked("black"), Asked("word", "x")))),
    )  # fmt: skip
    assert parse("audio:4%") == parse("audio:0.04")
    assert parse(r'word:"say \"hi\""') == Asked("word", 'say "hi"')
    assert parse("all xor none") == Both("xor", Asked("all"), Asked("none"))


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("", 0), ("audio:", 6), ("audio:30dB", 6), ("audio:-30dB motion", 12), ("(audio", 6), ("loud", 0),
        ("word", 4), ("silence:3", 7), ("audio or ", 9), ("motion:7", 7), ("audio & motion", 6), ('word:""', 6),
    ],
)  # fmt: skip
def test_an_error_says_where_and_what_to_write(text: str, at: int) -> None:
    with pytest.raises(ExpressionError) as wrong:
        parse(text)
    assert wrong.value.at == at and wrong.value.remedy in str(wrong.value)


def test_deep_nesting_is_refused_and_never_a_crash() -> None:
    for text in ("(" * 900 + "all" + ")" * 900, "not " * 400 + "all", "a" * 3000):
        with pytest.raises(ExpressionError):
            parse(text)


@given(st.text(alphabet='()": -%.0123dBandortxwmiuclesk\\', max_size=60))
@settings(max_examples=400, deadline=None)
def test_any_text_is_an_expression_or_an_error(text: str) -> None:
    try:
        parse(text)
    except ExpressionError as wrong:
        assert 0 <= wrong.at <= len(text)


def test_wishes_refuse_a_wrong_expression() -> None:
    with pytest.raises(ValidationError, match="character 7"):
        Wishes(edit="audio:loud")


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("audio:-30dB", [(2.0, 5.0)]),
        ("motion", [(7.0, 8.0)]),
        ("audio:-30dB or motion:0.1", [(2.0, 5.0), (7.0, 8.0)]),
        ("audio:-30dB and motion", []),
        ("not audio:-30dB", [(0.0, 2.0), (5.0, 10.0)]),
        ('word:"Hello World"', [(3.0, 3.65)]),
        ('word:"world hello"', []),
        ("filler", [(6.0, 6.3)]),
        ("all and not filler", [(0.0, 6.0), (6.3, 10.0)]),
        ("audio:-30dB xor speech", [(2.0, 3.0), (3.3, 3.35), (3.65, 5.0), (6.0, 6.3)]),
    ],
)
def test_where_an_expression_is_true(text: str, times: list[tuple[float, float]]) -> None:
    footage = footage_of(film())
    assert footage is not None
    found = true_in(footage, parse(text))
    assert [(round(a, 3), round(b, 3)) for a, b in found] == times


def test_every_name_can_be_asked_for() -> None:
    footage = footage_of(film())
    assert footage is not None
    for name in NAMES:
        true_in(footage, parse('word:"a"' if name == "word" else name))


def test_an_edit_keeps_what_is_asked_for_with_its_margin() -> None:
    assert kept(edit(film(), edit="audio:-30dB", margin=0.2)) == [(1.8, 5.2)]
    assert kept(edit(film(), edit="audio:-30dB or motion:0.02", margin=0)) == [(2.0, 5.0), (7.0, 8.0)]
    made = edit(film(), edit="audio:-30dB", margin=0)
    assert {d.reason for d in made.dropped} == {"not_asked"}
    assert made.timeline.video[0].evidence[1].detail == "asked for: audio:-30dB"


def test_a_cut_inside_a_word_moves_to_its_edge() -> None:
    wordy = material(duration=10.0, transcript=said(("extraordinarily", 4.8)))
    loud = wordy.analysis.model_copy(update={"energy": Curve(step=0.1, values=tuple(LEVELS))})
    made = edit(Material(wordy.asset_id, wordy.media, loud), edit="audio:-30dB", margin=0)
    assert kept(made) == [(2.0, 5.12)]


def test_an_expression_that_nothing_meets_is_refused() -> None:
    with pytest.raises(BadRequest) as refused:
        edit(film(), edit="black")
    assert refused.value.code == "edit_matches_nothing"


def test_a_margin_alone_is_the_quiet_kept_around_sound() -> None:
    quiet = material(duration=10.0, silences=[(4.0, 6.0)])
    assert kept(edit(quiet, margin=0.5)) == [(0.0, 4.52), (5.48, 10.0)]
