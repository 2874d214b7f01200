"""What a model is told of a conversation, and what it made of it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from shared.contracts.brief import ModelUse, PlanFault
from shared.contracts.chat import MOST_OPERATIONS, Operation
from shared.contracts.value import Value


class ChatSegment(Value):
    """A segment as a conversation sees it: its place from 1, its length in seconds, what is said in it."""

    place: int
    seconds: float
    text: str = ""
    effects: tuple[str, ...] = ()


class ChatTurn(Value):
    """Something that was said before."""

    role: Literal["user", "assistant"]
    content: str


class ChatMatter(Value):
    """The document behind ``InterpretChat``: the wish, what was said before it, and the edit that it is about."""

    wish: str
    turns: tuple[ChatTurn, ...] = ()
    segments: tuple[ChatSegment, ...] = ()
    effects: tuple[str, ...] = ()


class ChatAnswered(Value):
    """What a model made of a wish; no operation means that nothing is to be changed."""

    operations: Annotated[tuple[Operation, ...], Field(max_length=MOST_OPERATIONS)] = ()
    reply: Annotated[str, Field(max_length=2000)] = ""
    faults: tuple[PlanFault, ...] = ()
    use: ModelUse = ModelUse()
