"""Expressions of what an edit keeps: ``audio:-30dB or motion:0.02 and not word:"um"``. Parsed, never evaluated here.

    expression = term { ("or" | "xor") term }     term = factor { "and" factor }
    factor = "not" factor | "(" expression ")" | name [ ":" value ]

``and`` binds closer than ``or``, ``not`` closest. The parser is a plain recursive descent with bounded depth.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import log10
from typing import Annotated, Literal

from pydantic import AfterValidator

from shared.contracts.expression_tokens import ExpressionError, Token, tokens

LONGEST = 2000
DEEPEST = 50

Name = Literal[
    "audio", "motion", "word", "speech", "silence", "black", "frozen", "filler", "repeat", "faces", "all", "none"
]
NAMES: dict[Name, str] = {
    "audio": "the sound is at least so loud: audio:-30dB or audio:4%; alone: anything is heard",
    "motion": "the picture moves at least so much, 0 to 1: motion:0.02",
    "word": 'these words are said: word:"thank you"',
    "speech": "somebody speaks",
    "silence": "nothing is heard",
    "black": "the picture is black",
    "frozen": "the picture stands still",
    "filler": "a sound of hesitation",
    "repeat": "something that is said again right behind it",
    "faces": "a face is seen",
    "all": "always",
    "none": "never",
}
"""What can be asked for, and when it is true."""
_VALUED = frozenset({"audio", "motion", "word"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A name with its value: dB for ``audio``, 0..1 for ``motion``, a text for ``word``; None when it has none."""

    name: Name
    value: float | str | None = None


@dataclass(frozen=True, slots=True)
class Not:
    """Where ``of`` is not true."""

    of: Expression


@dataclass(frozen=True, slots=True)
class Both:
    """``op`` of two expressions."""

    op: Literal["and", "or", "xor"]
    left: Expression
    right: Expression


Expression = Asked | Not | Both


def parse(text: str) -> Expression:
    """Return the expression that ``text`` says. Raises ``ExpressionError``."""
    if len(text) > LONGEST:
        raise ExpressionError("The expression is too long", LONGEST, f"use at most {LONGEST} characters")
    parser = _Parser(tokens(text))
    found = parser.expression(0)
    rest = parser.peek
    if rest.kind != "end":
        raise ExpressionError(f"{rest.text!r} is not expected", rest.at, "join terms by and, or, xor")
    return found


def _checked(text: str) -> str:
    parse(text)
    return text


ExpressionText = Annotated[str, AfterValidator(_checked)]
"""A text that is an expression."""


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0

    @property
    def peek(self) -> Token:
        return self._tokens[self._at]

    def take(self) -> Token:
        token = self.peek
        self._at += token.kind != "end"
        return token

    def _is(self, *words: str) -> bool:
        return self.peek.kind == "name" and self.peek.text.casefold() in words

    def expression(self, depth: int) -> Expression:
        left = self._term(depth)
        while self._is("or", "xor"):
            left = Both("or" if self.take().text.casefold() == "or" else "xor", left, self._term(depth))
        return left

    def _term(self, depth: int) -> Expression:
        left = self._factor(depth)
        while self._is("and"):
            self.take()
            left = Both("and", left, self._factor(depth))
        return left

    def _factor(self, depth: int) -> Expression:
        token = self.take()
        if depth > DEEPEST:
            raise ExpressionError("The expression is nested too deeply", token.at, f"use at most {DEEPEST} levels")
        if token.kind == "name" and token.text.casefold() == "not":
            return Not(self._factor(depth + 1))
        if token.kind == "bracket" and token.text == "(":
            inner = self.expression(depth + 1)
            closing = self.take()
            if (closing.kind, closing.text) != ("bracket", ")"):
                raise ExpressionError(f"A ) is missing before {closing.text!r}", closing.at, "close every (")
            return inner
        name = token.text.casefold()
        if token.kind != "name" or name not in NAMES:
            raise ExpressionError(f"{token.text!r} is nothing to ask for", token.at, f"use one of {', '.join(NAMES)}")
        return Asked(name, self._value(name))

    def _value(self, name: str) -> float | str | None:
        if self.peek.kind != "colon":
            if name == "word":
                raise ExpressionError("word needs a text", self.peek.at, 'write word:"um"')
            return None
        colon = self.take()
        if name not in _VALUED:
            raise ExpressionError(f"{name} takes no value", colon.at, f"write {name} alone")
        value = self.take()
        if name == "word":
            return _words(value)
        return _decibels(value) if name == "audio" else _share(value)


def _words(token: Token) -> str:
    text = re.sub(r"\\(.)", r"\1", token.text).strip()
    if token.kind not in ("text", "name") or not text:
        raise ExpressionError("word needs a text", token.at, 'write word:"um"')
    return text


def _decibels(token: Token) -> float:
    if token.kind != "number":
        raise ExpressionError("audio needs a level", token.at, "write audio:-30dB or audio:4%")
    value = float(token.text)
    if token.unit.casefold() == "db":
        if not -120 <= value <= 0:
            raise ExpressionError("A level lies between -120 and 0 dB", token.at, "write audio:-30dB")
        return value
    share = value / 100 if token.unit == "%" else value
    if not 0 < share <= 1:
        raise ExpressionError("A share lies between 0 and 1", token.at, "write audio:4% or audio:-30dB")
    return 20 * log10(share)


def _share(token: Token) -> float:
    if token.kind != "number" or token.unit.casefold() == "db":
        raise ExpressionError("motion needs a number", token.at, "write motion:0.02 or motion:2%")
    value = float(token.text) / (100 if token.unit == "%" else 1)
    if not 0 <= value <= 1:
        raise ExpressionError("Motion lies between 0 and 1", token.at, "write motion:0.02")
    return value
