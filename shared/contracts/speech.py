"""What is said in a medium. Times are seconds after the container's start, as a player shows them."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from shared.contracts.value import Value

MAX_HOTWORDS = 1000


def _on_one_line(text: str) -> str:
    """Return text without line breaks and control characters, each stretch of space one."""
    return " ".join("".join(" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in text).split())


Hotwords = Annotated[str, Field(max_length=MAX_HOTWORDS), AfterValidator(_on_one_line)]
"""Names and terms that a speech model should expect, with commas between them."""
Language = Annotated[str, Field(pattern="^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$|^auto$", max_length=35)]
"""A spoken language as BCP 47 writes it, or ``auto`` to find out; models look at its first two or three letters."""


ModelName = Annotated[
    str, Field(pattern="^$|^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)?$", max_length=100)
]
"""A speech model as it is offered: a short name or ``owner/name``, never a path."""


class SpeechWishes(Value):
    """How words are to be heard; what is None stays as it was with the words that are known."""

    language: Language | None = Field(default=None, examples=["en"])
    hotwords: Hotwords | None = Field(
        default=None,
        description="Names and terms to expect, with commas between them; empty for none.",
        examples=["Cutroom, Kittiwake"],
    )
    speech_model: ModelName | None = Field(
        default=None,
        description="One of the models that the studio offers; empty for its usual one.",
        examples=["large-v3-turbo"],
    )


class Word(Value):
    """A spoken word."""

    text: str
    start: float
    end: float
    confidence: float | None = None


class Caption(Value):
    """A line of speech; ``words`` may be empty when only the line's time is known."""

    text: str
    start: float
    end: float
    words: tuple[Word, ...] = ()


class Sentence(Value):
    """A sentence as it was spoken."""

    text: str
    start: float
    end: float


class Paragraph(Value):
    """Sentences that belong together: those numbered ``first`` to ``last`` of the transcript's."""

    start: float
    end: float
    first: int
    last: int


class Transcript(Value):
    """What was said; when ``status`` is not ``completed``, ``reason`` and ``remedy`` say why and what to do.

    ``code`` is the stable name of that reason.
    """

    status: Literal["completed", "unavailable", "failed"]
    source: Literal["captions", "model", "none"] = "none"
    language: str | None = None
    captions: tuple[Caption, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    paragraphs: tuple[Paragraph, ...] = ()
    code: str | None = None
    reason: str | None = None
    remedy: str | None = None


NOT_ASKED: Final = Transcript(
    status="unavailable", reason="The words were not asked for.", remedy="Analyse the medium again with its speech."
)
"""Stands in an analysis that has no speech among its parts."""


class Mark(Value):
    """A stretch of speech that an editor may want to take out; ``detail`` says which words, or how long it is.

    ``filler``: a sound of hesitation. ``repeat``: something that is said again, and mostly better, right behind it: a
    dropped take or a false start. ``long_pause``: nothing is said between two words for long.
    """

    kind: Literal["filler", "repeat", "long_pause"]
    start: float
    end: float
    detail: str = ""
